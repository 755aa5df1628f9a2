"""What the page of the comparison does: each voter's own order and sides, two videos in step, votes that are kept."""

SCRIPT = """
"use strict";
const find = (id) => document.getElementById(id), study = JSON.parse(find("study").dataset.study);
const left = find("left"), right = find("right"), videos = [left, right];
const JUMP_S = 0.25;

// ---- a voter's own order and sides, the same whenever the page is opened ----

// FNV-1a makes a number of a text, mulberry32 many of a number.
function chance(text) {
  let state = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) state = Math.imul(state ^ byte, 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function shuffled(list, random) {
  const out = [...list];
  for (let last = out.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [out[last], out[other]] = [out[other], out[last]];
  }
  return out;
}

// A stretch of the list, which treats all models alike, with all sides swapped or none.
function plan(name) {
  const random = chance(`${study.seed}/${name}`), all = study.pairs.length;
  const start = Math.floor(random() * all), swapped = random() < 0.5;
  const chosen = shuffled(
    Array.from({ length: study.asked }, (_, number) => {
      const [one, two] = study.pairs[(start + number) % all];
      return swapped ? { left: two, right: one, repeat: 0 } : { left: one, right: two, repeat: 0 };
    }),
    random,
  );
  // Some of the first third come again in the second half, the other way round.
  const half = Math.ceil(chosen.length / 2), third = chosen.slice(0, Math.ceil(chosen.length / 3));
  const again = shuffled(third, random).slice(0, study.repeats);
  const swap = (trial) => ({ left: trial.right, right: trial.left, repeat: 1 });
  return [...chosen.slice(0, half), ...shuffled([...chosen.slice(half), ...again.map(swap)], random)];
}

// ---- votes, kept on this device ----

const store = (name) => `abx ${study.id} ${name}`;
let voter = "", trials = [], votes = [], shownAt = 0;

function kept(name) {
  try {
    return JSON.parse(localStorage.getItem(store(name))) ?? [];
  } catch {
    return [];
  }
}

function keep() {
  try {
    localStorage.setItem(store(voter), JSON.stringify(votes));
    localStorage.setItem(store(""), voter);
  } catch {
    find("trouble").textContent = "This browser keeps nothing: save your votes before you close the page.";
  }
}

function save() {
  const lines = votes.map(({ answer, seconds }, number) => {
    const { left, right, repeat } = trials[number];
    return [voter, number + 1, left, right, answer, repeat, seconds].join(",");
  });
  const text = ["voter,number,left,right,answer,repeat,seconds", ...lines, ""].join("\\n");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  // The time of saving, so that the files of one voter are in order: of two votes on a pair the later counts.
  link.download = `votes_${voter}_${new Date().toISOString().slice(0, 19).replace(/[:-]/g, "")}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

// ---- what is shown ----

function only(shown) {
  for (const id of ["welcome", "trial", "done"]) find(id).hidden = id !== shown;
}

function show() {
  for (const video of videos) video.pause();
  if (votes.length === trials.length) return only("done");
  only("trial");
  const trial = trials[votes.length];
  find("progress").textContent = `${votes.length + 1} of ${trials.length}`;
  find("bar").style.width = `${(100 * votes.length) / trials.length}%`;
  find("trial").querySelector("[data-do=back]").disabled = !votes.length;
  for (const side of ["left", "right"]) find(side).src = `${trial[side]}.mp4`;
  shownAt = performance.now();
  play();
}

// A video that is exchanged before it plays is no error.
const play = () => videos.forEach((video) => video.play().catch(() => {}));

// Both sound alike: one is heard, and the other follows it, a little faster or slower, or with a jump.
left.ontimeupdate = () => {
  const behind = left.currentTime - right.currentTime, far = Math.abs(behind) > JUMP_S;
  if (far && !right.seeking) right.currentTime = left.currentTime;
  right.playbackRate = far ? 1 : 1 + behind;
};
for (const video of videos) {
  video.onerror = () => (find("trouble").textContent = "A video cannot be played here. Try another browser.");
}

// Upright videos stay side by side on a telephone too.
left.onloadedmetadata = () => find("pair").classList.toggle("tall", left.videoHeight > left.videoWidth);

// ---- what a voter does ----

function vote(answer) {
  if (find("trial").hidden || videos.some((video) => video.readyState < 2)) return;
  votes.push({ answer, seconds: ((performance.now() - shownAt) / 1000).toFixed(1) });
  keep();
  show();
}

const actions = {
  left: () => vote("left"),
  right: () => vote("right"),
  tie: () => vote("tie"),
  replay() {
    for (const video of videos) video.currentTime = 0;
    play();
  },
  pause: () => (left.paused ? play() : videos.forEach((video) => video.pause())),
  sound() {
    left.muted = !left.muted;
    document.querySelector("[data-do=sound]").setAttribute("aria-pressed", String(!left.muted));
  },
  back() {
    if (!votes.length) return;
    votes.pop();
    keep();
    show();
  },
  save,
  leave() {
    only("welcome");
    find("voter").value = "";
    know();
  },
};
for (const button of document.querySelectorAll("[data-do]")) {
  button.onclick = (event) => {
    // The second half of a double click would be a vote on the next pair, which nobody has seen.
    if (event.detail > 1 && button.matches("#trial .main, .vote")) return;
    // Else the next press of the space bar would be another vote.
    button.blur();
    actions[button.dataset.do]();
  };
}

const KEYS = {
  1: "left", ArrowLeft: "left", 2: "right", ArrowRight: "right", 0: "tie", ArrowDown: "tie", r: "replay", " ": "pause",
  m: "sound", Backspace: "back",
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || find("trial").hidden) return;
  const action = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!action || (event.key === " " && event.target.closest("button"))) return;
  event.preventDefault();
  actions[action]();
});

function know() {
  const name = find("voter").value.trim(), done = name ? kept(name).length : 0;
  find("start").textContent = done ? "Go on" : "Start";
  find("known").textContent = done ? `${name} has voted on ${done} of ${study.asked + study.repeats} pairs.` : "";
}

find("voter").oninput = know;
find("form").onsubmit = (event) => {
  event.preventDefault();
  voter = find("voter").value.trim();
  [trials, votes] = [plan(voter), kept(voter)];
  show();
};
try {
  find("voter").value = localStorage.getItem(store("")) ?? "";
} catch {
  // Nothing is kept, and nothing was.
}
know();
"""
