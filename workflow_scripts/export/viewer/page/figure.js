// A dancer: the skinned body, its likeness under the shining floor, and what paints it.

const SKINNED_PARTS = /* glsl */ `
  #include <common>
  attribute float material;
  attribute float openness;
  varying vec3 vRest;
  varying vec2 vPart;
  varying float vHeight;`;
const PAINT_PARTS = /* glsl */ `
  #include <common>
  varying vec3 vRest;
  varying vec2 vPart;
  varying float vHeight;
  uniform vec3 palette[7];
  uniform sampler2D facePicture, frontPicture, backPicture;
  uniform vec4 faceWindow, shirtWindow;
  uniform float faceFront, shirtFront, likeness;
  vec2 within(vec4 window) {
    return vec2(vRest.x - window.x, window.y + window.w - vRest.y) / window.zw;
  }`;
// Materials as in anatomy.py: 0 skin, 1 head, 2 hair, 3 shirt, 4 trousers, 5 shoes, 6 soles.
const PAINT = /* glsl */ `
  int part = int(vPart.x + 0.5);
  diffuseColor.rgb = palette[part];
  vec2 onFace = within(faceWindow), onShirt = within(shirtWindow);
  vec3 faceColour = texture2D(facePicture, onFace).rgb;
  vec3 shirtColour = vRest.z > shirtFront ? texture2D(frontPicture, onShirt).rgb : texture2D(backPicture, onShirt).rgb;
  if (part == 1 && vRest.z > faceFront) diffuseColor.rgb = faceColour;
  if (part == 2) diffuseColor.rgb *= 1.0 + 0.14 * sin(420.0 * vRest.x + 90.0 * vRest.z);
  if (part == 3) diffuseColor.rgb = shirtColour;
  diffuseColor.rgb *= 0.30 + 0.70 * vPart.y;`;
const FINISH = /* glsl */ `
  float edge = 1.0 - max(0.0, dot(normal, normalize(vViewPosition)));
  outgoingLight += vec3(0.20, 0.22, 0.25) * edge * edge * edge * vPart.y * (1.0 - likeness);
  // The likeness in the floor fades with its depth.
  outgoingLight *= mix(1.0, exp(2.2 * min(vHeight, 0.0)), likeness);
  #include <opaque_fragment>`;
const ROUGHNESS = /* glsl */ `
  float roughnessFactor = part == 5 ? 0.45 : part < 3 ? 0.58 : 0.86;`;

function pictureOf(block, entry) {
  const width = entry.columns / 3, height = entry.rows;
  const rgb = rowsOf(block, entry, Uint8Array);
  const rgba = new Uint8Array(4 * width * height).fill(255);
  for (let i = 0; i < width * height; i++) for (let k = 0; k < 3; k++) rgba[4 * i + k] = rgb[3 * i + k];
  const picture = new THREE.DataTexture(rgba, width, height, THREE.RGBAFormat);
  picture.colorSpace = THREE.SRGBColorSpace;
  picture.magFilter = picture.minFilter = THREE.LinearFilter;
  picture.needsUpdate = true;
  return picture;
}

function geometryOf(block, tables, steps) {
  const geometry = new THREE.BufferGeometry();
  const attribute = (name, array, size) => geometry.setAttribute(name, new THREE.BufferAttribute(array, size));
  attribute("position", rowsOf(block, tables.vertices, Float32Array, steps.vertexStep), 3);
  attribute("normal", rowsOf(block, tables.normals, Float32Array, steps.normalStep), 3);
  attribute("skinIndex", rowsOf(block, tables.bones, Uint16Array), 4);
  attribute("skinWeight", rowsOf(block, tables.weights, Float32Array, 1 / steps.shares), 4);
  attribute("material", rowsOf(block, tables.materials, Float32Array), 1);
  attribute("openness", rowsOf(block, tables.openness, Float32Array, 1 / steps.shares), 1);
  const corners = unpacked(block, tables.corners), edges = rowsOf(block, tables.edges, Int32Array);
  const index = new Uint32Array(3 * corners.length);
  for (let i = 0; i < corners.length; i++) {
    index.set([corners[i], corners[i] + edges[2 * i], corners[i] + edges[2 * i + 1]], 3 * i);
  }
  geometry.setIndex(new THREE.BufferAttribute(index, 1));
  return geometry;
}

class Figure {
  constructor(block, facts, dancer) {
    const { tables, looks } = dancer;
    this.name = dancer.name;
    this.caption = dancer.caption;
    this.colour = new THREE.Color(...dancer.accent);
    this.bounds = dancer.bounds; // metres: x, y, z from and to, of all its joints over all time
    this.motion = new Motion(block, tables, facts, dancer);
    this.path = this.motion.path("pelvis", facts.fps, 0.4);
    this.group = new THREE.Group();
    const bones = facts.parents.map(() => new THREE.Bone());
    for (const bone of bones) bone.matrixAutoUpdate = bone.matrixWorldAutoUpdate = false;
    // Bones hold the maps of the rest pose themselves: nothing is to be undone before.
    this.skeleton = new THREE.Skeleton(bones, bones.map((bone) => bone.matrixWorld.clone()));
    this.elements = bones.map((bone) => bone.matrixWorld.elements);
    const geometry = geometryOf(block, tables, facts);
    const paint = {
      palette: { value: looks.palette.map((rgb) => new THREE.Vector3(...rgb)) },
      facePicture: { value: pictureOf(block, tables.face) },
      frontPicture: { value: pictureOf(block, tables.front) },
      backPicture: { value: pictureOf(block, tables.back) },
      faceWindow: { value: new THREE.Vector4(...looks.faceWindow) },
      shirtWindow: { value: new THREE.Vector4(...looks.shirtWindow) },
      faceFront: { value: looks.faceFront },
      shirtFront: { value: looks.shirtFront },
    };
    for (const likeness of [0, 1]) {
      const body = new THREE.SkinnedMesh(geometry, paintedMaterial(paint, likeness));
      body.bind(this.skeleton);
      body.bindMode = THREE.DetachedBindMode;
      body.frustumCulled = false;
      body.castShadow = body.receiveShadow = !likeness;
      body.scale.y = likeness ? -1 : 1;
      this.group.add(body);
    }
  }

  draw(frame) {
    this.frame = Math.min(frame, this.motion.frames - 1);
    this.motion.matrices(this.frame, this.elements);
    this.skeleton.update();
  }

  // Where a joint is in what is drawn, metres in the dance's own coordinates.
  joint(name) {
    const [bone, x, y, z] = this.motion.joints[name];
    const m = this.skeleton.boneMatrices.subarray(16 * bone, 16 * bone + 16);
    return [0, 1, 2].map((i) => m[i] * x + m[4 + i] * y + m[8 + i] * z + m[12 + i]);
  }
}

function paintedMaterial(paint, likeness) {
  const material = new THREE.MeshStandardMaterial({ metalness: 0 });
  material.onBeforeCompile = (shader) => {
    Object.assign(shader.uniforms, paint, { likeness: { value: likeness } });
    shader.vertexShader = shader.vertexShader
      .replace("#include <common>", SKINNED_PARTS)
      .replace("#include <project_vertex>", `#include <project_vertex>
        vRest = position; vPart = vec2(material, openness); vHeight = (modelMatrix * vec4(transformed, 1.0)).y;`);
    shader.fragmentShader = shader.fragmentShader
      .replace("#include <common>", PAINT_PARTS)
      .replace("#include <color_fragment>", PAINT)
      .replace("#include <roughnessmap_fragment>", ROUGHNESS)
      .replace("#include <opaque_fragment>", FINISH);
  };
  return material;
}
