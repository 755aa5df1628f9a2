"""Runs inside Blender: imports a file and writes down where bones and the skin are at some frames.

blender --background --factory-startup --python in_blender.py -- FILE OUT.json FPS FRAME,FRAME... SITE-PACKAGES
"""

import builtins
import json
import sys
from pathlib import Path

import bpy

file, output, fps, frames, packages = sys.argv[sys.argv.index("--") + 1 :]
try:
    import numpy  # noqa: F401
except ModuleNotFoundError:
    sys.path.append(packages)  # the importer of glTF needs it; Blender's Python and ours have to be of one version
# Blender 3.4's importer of BVH opens files with a mode that Python 3.11 has no longer.
plain_open = builtins.open
builtins.open = lambda file, mode="r", *rest, **more: plain_open(file, mode.replace("U", ""), *rest, **more)
bpy.ops.wm.read_factory_settings(use_empty=True)
scene = bpy.context.scene
scene.render.fps, scene.render.fps_base = round(float(fps)), 1.0
if file.endswith(".bvh"):
    bpy.ops.import_anim.bvh(filepath=file, global_scale=0.01, update_scene_fps=True)
    first = 1
else:
    bpy.ops.import_scene.gltf(filepath=file)
    first = 0
body = next(thing for thing in scene.objects if thing.type == "ARMATURE")
skins = [thing for thing in scene.objects if thing.type == "MESH" and thing.find_armature()]
found = {"fps": scene.render.fps / scene.render.fps_base, "frames": []}
for frame in map(int, frames.split(",")):
    scene.frame_set(first + frame)
    bones = {bone.name: list(body.matrix_world @ bone.head) for bone in body.pose.bones}
    points = []
    for skin in skins:
        posed = skin.evaluated_get(bpy.context.evaluated_depsgraph_get())
        points += [list(posed.matrix_world @ vertex.co) for vertex in list(posed.data.vertices)[::25]]
    found["frames"].append({"bones": bones, "skin": points})
found["pictures"] = [list(image.size) for image in bpy.data.images if image.has_data or image.size[0]]
Path(output).write_text(json.dumps(found))
