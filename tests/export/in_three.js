// Bundled by test_three.py: what three.js makes of a .glb at some moments.
import { AnimationMixer, Vector3 } from "three";
import { GLTFLoader } from "three/examples/jsm/loaders/GLTFLoader.js";

// bytes in base64; times in seconds; every `step`th vertex of the skin. Places in the world, metres, y up.
globalThis.opened = async (bytes, times, step) => {
  const { scene, animations } = await new GLTFLoader().parseAsync(Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0)).buffer, "");
  const mixer = new AnimationMixer(scene), bones = [], skins = [];
  scene.traverse((node) => node.isBone && bones.push(node));
  scene.traverse((node) => node.isSkinnedMesh && skins.push(node));
  mixer.clipAction(animations[0]).play();
  const frames = times.map((time) => {
    mixer.setTime(time);
    scene.updateMatrixWorld(true);
    const skin = [];
    for (const mesh of skins) {
      for (let i = 0; i < mesh.geometry.attributes.position.count; i += step) {
        skin.push(mesh.localToWorld(mesh.getVertexPosition(i, new Vector3())).toArray());
      }
    }
    return { bones: Object.fromEntries(bones.map((bone) => [bone.name, bone.getWorldPosition(new Vector3()).toArray()])), skin };
  });
  const { image } = skins[0].material.map;
  return { frames, seconds: animations[0].duration, picture: [image.width, image.height], skins: skins.length };
};
