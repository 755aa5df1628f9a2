// Where the bones carry a body; the other side of motion.py.

class Motion {
  constructor(block, tables, facts, dancer) {
    this.frames = dancer.frames;
    this.turns = this.filled(rowsOf(block, tables.turns, Float32Array, facts.angleStep), facts, betweenTurns);
    this.shifts = this.filled(rowsOf(block, tables.shifts, Float32Array, facts.lengthStep), facts, between);
    this.parents = facts.parents;
    this.pivots = dancer.pivots;
    this.origin = dancer.origin;
    this.joints = dancer.joints; // [bone, x, y, z] of the rest pose, by name
    // Per bone: a turn (9, row by row) and where its pivot is (3).
    this.state = new Float64Array(12 * this.parents.length);
  }

  // All frames, those between kept ones too; `mix` makes three numbers of those of four kept frames in a row.
  filled(kept, { stride, parents }, mix) {
    if (stride === 1) return kept;
    const { frames } = this, columns = 3 * parents.length, last = kept.length / columns - 1;
    const all = new Float32Array(frames * columns);
    const row = (k) => columns * Math.min(Math.max(k, 0), last);
    for (let f = 0; f < frames; f++) {
      const k = f === frames - 1 ? last : f >> 1;
      if (f === frames - 1 || f % 2 === 0) {
        all.set(kept.subarray(row(k), row(k) + columns), f * columns);
        continue;
      }
      for (let c = 0; c < columns; c += 3) mix(kept, [-1, 0, 1, 2].map((step) => row(k + step) + c), all, f * columns + c);
    }
    return all;
  }

  // Work out `state` for a frame.
  pose(frame) {
    const { parents, pivots, origin, turns, shifts, state } = this;
    const bones = parents.length;
    const own = new Float64Array(9);
    for (let b = 0; b < bones; b++) {
      const at = 3 * (frame * bones + b), to = 12 * b, parent = parents[b];
      turnOf(turns[at], turns[at + 1], turns[at + 2], own);
      for (let i = 0; i < 3; i++) {
        if (parent < 0) {
          for (let k = 0; k < 3; k++) state[to + 3 * i + k] = own[3 * i + k];
          state[to + 9 + i] = origin[i] + shifts[at + i];
          continue;
        }
        const row = 12 * parent + 3 * i;
        const [x, y, z] = [state[row], state[row + 1], state[row + 2]];
        for (let k = 0; k < 3; k++) state[to + 3 * i + k] = x * own[k] + y * own[3 + k] + z * own[6 + k];
        const [a, c] = [pivots[parent], pivots[b]];
        state[to + 9 + i] =
          state[12 * parent + 9 + i] + x * (c[0] - a[0]) + y * (c[1] - a[1]) + z * (c[2] - a[2]) + shifts[at + i];
      }
    }
    return state;
  }

  // Write the maps of the rest pose's points as column-major 4x4 matrices into `elements[bone]`.
  matrices(frame, elements) {
    const state = this.pose(frame);
    this.pivots.forEach((pivot, b) => {
      const m = elements[b];
      for (let i = 0; i < 3; i++) {
        const [x, y, z] = [state[12 * b + 3 * i], state[12 * b + 3 * i + 1], state[12 * b + 3 * i + 2]];
        [m[i], m[4 + i], m[8 + i]] = [x, y, z];
        m[12 + i] = state[12 * b + 9 + i] - x * pivot[0] - y * pivot[1] - z * pivot[2];
      }
      [m[3], m[7], m[11], m[15]] = [0, 0, 0, 1];
    });
  }

  // x and z of a joint over time, smoothed over about `seconds`: where the rings lie.
  path(joint, fps, seconds) {
    const [bone] = this.joints[joint];
    let x = new Float32Array(this.frames), z = new Float32Array(this.frames);
    for (let f = 0; f < this.frames; f++) {
      const state = this.pose(f);
      [x[f], z[f]] = [state[12 * bone + 9], state[12 * bone + 11]];
    }
    const width = Math.max(1, Math.round(seconds * fps));
    for (let pass = 0; pass < 3; pass++) [x, z] = [boxed(x, width), boxed(z, width)]; // nearly a Gaussian
    return { x, z };
  }
}

// In the middle of the second and third of four values: the cubic through all of them.
const MIDDLE = [-1 / 16, 9 / 16, 9 / 16, -1 / 16];

function between(kept, places, all, to) {
  for (let i = 0; i < 3; i++) all[to + i] = places.reduce((sum, at, n) => sum + MIDDLE[n] * kept[at + i], 0);
}

// The same of turns, as quaternions: rotation vectors are not near each other wherever turns are.
function betweenTurns(kept, places, all, to) {
  const mixed = [0, 0, 0, 0];
  let before;
  places.forEach((at, n) => {
    const [x, y, z] = kept.subarray(at, at + 3), angle = Math.hypot(x, y, z);
    const part = angle > 1e-9 ? Math.sin(angle / 2) / angle : 0.5;
    let turn = [part * x, part * y, part * z, Math.cos(angle / 2)];
    if (before && turn.reduce((sum, value, i) => sum + value * before[i], 0) < 0) turn = turn.map((value) => -value);
    turn.forEach((value, i) => (mixed[i] += MIDDLE[n] * value));
    before = turn;
  });
  const sine = Math.hypot(mixed[0], mixed[1], mixed[2]), angle = 2 * Math.atan2(sine, mixed[3]);
  for (let i = 0; i < 3; i++) all[to + i] = sine > 1e-9 ? (mixed[i] * angle) / sine : 0;
}

// Rotation vector to matrix (Rodrigues).
function turnOf(x, y, z, m) {
  const angle = Math.hypot(x, y, z);
  const a = angle > 1e-9 ? Math.sin(angle) / angle : 1;
  const b = angle > 1e-9 ? (1 - Math.cos(angle)) / (angle * angle) : 0.5;
  m[0] = 1 - b * (y * y + z * z), m[1] = b * x * y - a * z, m[2] = b * x * z + a * y;
  m[3] = b * x * y + a * z, m[4] = 1 - b * (x * x + z * z), m[5] = b * y * z - a * x;
  m[6] = b * x * z - a * y, m[7] = b * y * z + a * x, m[8] = 1 - b * (x * x + y * y);
}

// Moving average over 2 * width + 1 values; the ends are held.
function boxed(values, width) {
  const last = values.length - 1, result = new Float32Array(values.length);
  const at = (i) => values[Math.min(Math.max(i, 0), last)];
  let sum = 0;
  for (let i = -width; i <= width; i++) sum += at(i);
  for (let i = 0; i <= last; i++) {
    result[i] = sum / (2 * width + 1);
    sum += at(i + width + 1) - at(i - width);
  }
  return result;
}
