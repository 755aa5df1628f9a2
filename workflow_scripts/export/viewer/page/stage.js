// The room: a round wall with panels, a shining plank floor, lamp and soft shadow, rings and light that pulse on the beat.

const WALL = 7.5, SPOTS = 8; // metres; dancers that light the wall at most
const NEAREST = 0.8; // metres: a face fills the picture
const PULSE_S = 0.16, WAVE_S = 0.3; // decay of the glow, and of the ring that runs outward

const PLACE = /* glsl */ `
  varying vec3 vWorld;
  void main() {
    vec4 world = modelMatrix * vec4(position, 1.0);
    vWorld = world.xyz;
    gl_Position = projectionMatrix * viewMatrix * world;
  }`;
// From the front, a little from above.
const FRONT = { azimuth: 0, polar: Math.PI / 2 - 0.1, nearness: 1 }, NO_BEAT = { since: 99, pulse: 0 };
const SHOWN = /* glsl */ `
    #include <tonemapping_fragment>
    #include <colorspace_fragment>
  }`;
// Light of the dancers' colours at a place of the wall; spot: x, z, strength.
const GLOW = /* glsl */ `
  varying vec3 vWorld;
  uniform vec3 spots[${SPOTS}], colours[${SPOTS}];
  uniform int lit;
  vec3 glow(vec2 at, float reach) {
    vec3 light = vec3(0.0);
    for (int i = 0; i < ${SPOTS}; i++) {
      if (i >= lit) break;
      float side = (at.x - spots[i].x) / reach;
      light += colours[i] * spots[i].z * exp(-side * side);
    }
    return light;
  }`;
const WALL_LIGHT = GLOW + /* glsl */ `
  void main() {
    float h = abs(vWorld.y), angle = atan(vWorld.x, -vWorld.z);
    float front = smoothstep(-0.6, 0.9, -vWorld.z / ${WALL.toFixed(1)});
    float lamp = 0.45 + 0.75 * exp(-(h - 1.7) * (h - 1.7) / 4.5) * (0.35 + 0.65 * front);
    float panel = angle * ${WALL.toFixed(1)} / 1.35;
    float seam = smoothstep(0.0, 0.012, abs(fract(panel) - 0.5) - 0.0) ;
    vec3 light = vec3(0.072, 0.078, 0.120) * lamp * (0.72 + 0.28 * seam);
    vec3 spot = glow(vWorld.xz, 2.6);
    light += spot * (0.18 * exp(-(h - 1.2) * (h - 1.2) / 5.0)) * (0.25 + 0.75 * front) * (0.85 + 0.15 * seam);
    // A line of light along the wall's foot.
    light += (spot * 0.9 + vec3(0.10, 0.10, 0.16)) * exp(-h * h / 0.045) * (0.30 + 0.70 * front);
    if (vWorld.y < 0.0) light *= exp(1.6 * vWorld.y);
    gl_FragColor = vec4(light, 1.0);` + SHOWN;
const FLOOR_LIGHT = GLOW + /* glsl */ `
  uniform vec2 middle;
  void main() {
    vec2 at = vWorld.xz;
    float row = floor(at.y / 0.14), x = at.x + fract(row * 0.618) * 1.7, plank = floor(x / 1.4);
    float shade = abs(fract(sin(row * 12.9898 + plank * 78.233) * 43758.5453));
    float away = distance(vWorld, cameraPosition);
    vec2 part = vec2(fract(x / 1.4), fract(at.y / 0.14)), soft = fwidth(vec2(x / 1.4, at.y / 0.14));
    // Gaps no thinner than a pixel, and paler where they would be.
    float gap = max(
      (1.0 - smoothstep(0.035, 0.035 + soft.y, part.y)) * min(1.0, 0.06 / max(soft.y, 1e-4)),
      (1.0 - smoothstep(0.004, 0.004 + soft.x, part.x)) * min(1.0, 0.008 / max(soft.x, 1e-4)));
    float grain = 0.05 * sin(at.y * 160.0 + 6.0 * sin(at.x * 3.0 + shade * 30.0)) * exp(-max(away - 3.0, 0.0) / 2.0);
    vec2 off = at - middle;
    float lamp = clamp(exp(-dot(off, off) / 9.0), 0.22, 1.0);
    vec3 light = vec3(0.082, 0.080, 0.094) * (0.82 + 0.28 * shade + grain) * (1.0 - 0.35 * gap) * lamp;
    light += glow(at, 1.6) * 0.014 * lamp;
    // Flat looks see more of what the floor mirrors.
    float slope = normalize(cameraPosition - vWorld).y;
    float mirror = 0.10 + 0.42 * pow(1.0 - slope, 3.0);
    gl_FragColor = vec4(light, 1.0 - mirror);` + SHOWN;
// As the renderer's rings: a steady one, a wave after each beat, a faint disc.
const RING_LIGHT = /* glsl */ `
  varying vec3 vWorld;
  uniform vec2 centre;
  uniform vec3 colour;
  uniform float since, pulse;
  float ring(float r, float at, float width) { float d = (r - at) / width; return exp(-d * d); }
  void main() {
    float r = distance(vWorld.xz, centre);
    float light = (0.26 + 0.42 * pulse) * ring(r, 0.62, 0.020)
      + 0.13 * ring(r, 0.47, 0.014)
      + 0.55 * exp(-since / ${WAVE_S.toFixed(2)}) * ring(r, 0.62 + 1.1 * min(since, 9.0), 0.032)
      + 0.10 * (0.4 + 0.6 * pulse) * exp(-r * r / 0.30);
    light *= clamp((1.45 - r) / 0.25, 0.0, 1.0);
    gl_FragColor = vec4(colour * light, 1.0);` + SHOWN;

class Stage {
  constructor(canvas, figures) {
    this.figures = figures;
    this.sharpness = 1; // less where the graphics card is too slow
    this.renderer = new THREE.WebGLRenderer({ canvas, antialias: true });
    this.renderer.toneMapping = THREE.ACESFilmicToneMapping;
    this.renderer.toneMappingExposure = 1.35;
    this.renderer.shadowMap.enabled = true;
    this.renderer.shadowMap.type = THREE.PCFShadowMap;
    this.scene = new THREE.Scene();
    this.camera = new THREE.PerspectiveCamera(32, 1, 0.1, 40);
    this.controls = new THREE.OrbitControls(this.camera, canvas);
    Object.assign(this.controls, {
      enableDamping: true, dampingFactor: 0.12, enablePan: false, minDistance: NEAREST, maxDistance: WALL - 0.4,
      minPolarAngle: 0.25, maxPolarAngle: Math.PI / 2 - 0.02,
    });
    this.calm = matchMedia("(prefers-reduced-motion: reduce)"); // no pulses, nothing that swings on
    this.rings = figures.map((figure) => this.ring(figure));
    this.room();
    this.light();
    for (const figure of figures) this.scene.add(figure.group);
  }

  room() {
    this.glow = {
      spots: { value: Array.from({ length: SPOTS }, () => new THREE.Vector3()) },
      colours: { value: Array.from({ length: SPOTS }, () => new THREE.Vector3()) },
      middle: { value: new THREE.Vector2() },
      lit: { value: 0 },
    };
    const wall = new THREE.Mesh(
      new THREE.CylinderGeometry(WALL, WALL, 30, 96),
      new THREE.ShaderMaterial({
        vertexShader: PLACE, fragmentShader: WALL_LIGHT, uniforms: this.glow, side: THREE.BackSide,
      }),
    );
    const floor = new THREE.Mesh(
      new THREE.CircleGeometry(WALL, 96),
      new THREE.ShaderMaterial({
        vertexShader: PLACE, fragmentShader: FLOOR_LIGHT, uniforms: this.glow, transparent: true,
      }),
    );
    const shade = new THREE.Mesh(
      new THREE.CircleGeometry(WALL, 48),
      new THREE.ShadowMaterial({ opacity: 0.62, depthWrite: false }),
    );
    shade.receiveShadow = true;
    floor.renderOrder = 1;
    shade.renderOrder = 2;
    shade.position.y = 0.002;
    for (const flat of [floor, shade]) flat.rotation.x = -Math.PI / 2;
    this.scene.add(wall, floor, shade);
  }

  ring(figure) {
    const uniforms = {
      centre: { value: new THREE.Vector2() },
      colour: { value: new THREE.Vector3(...figure.colour.toArray()) },
      since: { value: 9 },
      pulse: { value: 0 },
    };
    const ring = new THREE.Mesh(
      new THREE.PlaneGeometry(2.9, 2.9),
      new THREE.ShaderMaterial({
        vertexShader: PLACE, fragmentShader: RING_LIGHT, uniforms, transparent: true, depthWrite: false,
        blending: THREE.AdditiveBlending,
      }),
    );
    ring.rotation.x = -Math.PI / 2;
    ring.renderOrder = 3;
    this.scene.add(ring);
    return { ring, uniforms };
  }

  light() {
    this.scene.add(new THREE.HemisphereLight(0xcdd6ff, 0x3a342f, 1.15));
    const lamp = new THREE.DirectionalLight(0xfff0de, 2.7);
    lamp.castShadow = true;
    lamp.shadow.mapSize.set(2048, 2048);
    lamp.shadow.radius = 1.6;
    lamp.shadow.intensity = 0.7; // the walls light shadows too
    lamp.shadow.normalBias = 0.04;
    lamp.shadow.bias = -0.0006;
    // From behind, in the other direction, a cool edge.
    const rim = new THREE.DirectionalLight(0xaec4ff, 0.9);
    rim.position.set(-2.4, 3.0, -3.2);
    this.lamp = lamp;
    this.scene.add(lamp, lamp.target, rim);
  }

  // Put the shown figures side by side, the lamp over them, and the camera where it sees all they do.
  show(shown) {
    this.shown = shown;
    const widths = shown.map(({ bounds: [x0, , , x1] }) => Math.max(x1 - x0 + 0.5, 1.5));
    let left = -widths.reduce((a, b) => a + b, 0) / 2;
    this.figures.forEach((figure, i) => {
      const place = shown.indexOf(figure);
      figure.group.visible = this.rings[i].ring.visible = place >= 0;
      if (place < 0) return;
      const [x0, , z0, x1, , z1] = figure.bounds;
      figure.group.position.set(left + widths[place] / 2 - (x0 + x1) / 2, 0, -(z0 + z1) / 2);
      left += widths[place];
    });
    this.size = shown.reduce(
      (size, { bounds: [, , z0, , y1, z1] }) => ({ ...size, y: Math.max(size.y, y1 + 0.42), z: Math.max(size.z, z1 - z0) }),
      { x: widths.reduce((a, b) => a + b, 0), y: 1.5, z: 0 },
    );
    const reach = Math.max(this.size.x / 2, this.size.z / 2) + 1.2;
    this.lamp.position.set(2.4, 4.2, 3.4).setLength(4 + reach);
    Object.assign(this.lamp.shadow.camera, { left: -reach, right: reach, top: reach, bottom: -reach, near: 0.5, far: 8 + 2 * reach });
    this.lamp.shadow.camera.updateProjectionMatrix();
    this.fit();
  }

  // The first view: from the front, all of it in the picture.
  look() {
    this.fit(FRONT);
  }

  // From where it is looked: direction, and how near against the distance at which all is seen.
  view() {
    const { x, y, z } = this.camera.position.clone().sub(this.controls.target), away = Math.hypot(x, y, z);
    return { azimuth: Math.atan2(x, z), polar: Math.acos(y / away), nearness: away / this.first };
  }

  // Fit the room to what is shown; the user's view stays.
  fit(view = this.first ? this.view() : FRONT) {
    const { x, y, z } = this.size, slope = Math.tan((this.camera.fov * Math.PI) / 360);
    const [top, bottom] = this.margins, free = Math.max(1 - top - bottom, 0.4);
    const distance = Math.max(y / (2 * slope * free), x / (2 * slope * 0.94 * this.camera.aspect), 2.4) + z / 4;
    const back = Math.min(distance, WALL - 0.5);
    // Without damping once, so that nothing of an earlier turn goes on.
    this.controls.enableDamping = false;
    this.controls.update();
    // The middle of the dance lies in the middle of what titles and controls leave free.
    this.first = back;
    this.middle = y * 0.5 - (bottom - top) * slope * distance;
    this.controls.target.set(0, this.middle, 0);
    this.place(view);
    // A room too small for all of them is widened by the lens.
    this.camera.zoom = Math.min(1, back / distance);
    this.camera.updateProjectionMatrix();
    this.aim();
    this.controls.update();
  }

  place({ azimuth, polar, nearness }) {
    const { minDistance, maxDistance, minPolarAngle, maxPolarAngle, target } = this.controls;
    const away = Math.min(Math.max(nearness * this.first, minDistance), maxDistance);
    this.camera.position.setFromSphericalCoords(away, Math.min(Math.max(polar, minPolarAngle), maxPolarAngle), azimuth).add(target);
  }

  // Turn the view by radians, and come nearer by a factor.
  turn(azimuth, polar, nearer = 1) {
    const view = this.view();
    this.place({ azimuth: view.azimuth + azimuth, polar: view.polar + polar, nearness: view.nearness / nearer });
  }

  // The nearer, the more it is the face that is looked at: of one dancer wherever that is.
  aim() {
    const { target } = this.controls, away = this.camera.position.distanceTo(target);
    const near = Math.min(Math.max((this.first - away) / (this.first - NEAREST), 0), 1), aimed = near * near * (3 - 2 * near);
    const [figure] = this.shown, { x, y, z } = figure.group.position;
    const head = figure.joint("head"), height = Math.min(y + head[1] + 0.06, this.size.y), alone = this.shown.length === 1;
    const to = new THREE.Vector3(
      alone ? aimed * (head[0] + x) : 0, this.middle + aimed * (height - this.middle), alone ? aimed * (head[2] + z) : 0,
    );
    this.camera.position.add(to.clone().sub(target));
    target.copy(to);
  }

  // Before each picture: what is left of a swing.
  settle() {
    this.controls.enableDamping = !this.calm.matches;
    this.controls.update();
  }

  // Margins: shares of the height that titles and controls cover, at the top and at the bottom.
  resize(width, height, margins) {
    this.margins = margins;
    this.renderer.setPixelRatio(this.sharpness * Math.min(devicePixelRatio, 2));
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
  }

  // Draw a frame; `beat` is {since, pulse}, see `beatAt`.
  draw(frame, light) {
    const beat = this.calm.matches ? NO_BEAT : light;
    this.beat = beat;
    const { spots, colours, lit } = this.glow;
    lit.value = Math.min(this.shown.length, SPOTS);
    this.figures.forEach((figure, i) => {
      if (!figure.group.visible) return;
      figure.draw(frame);
      const { x, z } = figure.group.position, { uniforms, ring } = this.rings[i], at = figure.frame;
      uniforms.centre.value.set(figure.path.x[at] + x, figure.path.z[at] + z);
      uniforms.since.value = beat.since;
      uniforms.pulse.value = beat.pulse;
      ring.position.set(uniforms.centre.value.x, 0.004, uniforms.centre.value.y);
      const spot = this.shown.indexOf(figure);
      if (spot >= SPOTS) return;
      spots.value[spot].set(uniforms.centre.value.x * 1.6, 0, (0.55 + 0.75 * beat.pulse) / Math.sqrt(this.shown.length));
      colours.value[spot].copy(uniforms.colour.value);
    });
    this.aim();
    this.renderer.render(this.scene, this.camera);
  }

  // Where a point of a figure is on the page, in pixels.
  onPage(figure, [x, y, z]) {
    const point = new THREE.Vector3(x, y, z).add(figure.group.position).project(this.camera);
    const { clientWidth, clientHeight } = this.renderer.domElement;
    return { x: ((point.x + 1) / 2) * clientWidth, y: ((1 - point.y) / 2) * clientHeight, seen: point.z < 1 };
  }
}

// Seconds since the last beat, and how bright it still is (1 on a downbeat).
function beatAt(time, beats, downbeats) {
  const since = sinceLast(time, beats);
  return { since, pulse: Math.max(0.72 * Math.exp(-since / PULSE_S), Math.exp(-sinceLast(time, downbeats) / PULSE_S)) };
}

function sinceLast(time, moments) {
  let low = 0, high = moments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (moments[middle] <= time + 1e-6) low = middle + 1;
    else high = middle;
  }
  return low ? Math.max(time - moments[low - 1], 0) : 99;
}
