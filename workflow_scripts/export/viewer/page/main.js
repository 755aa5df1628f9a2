// Set up the page, then draw: the frame that belongs to the clock's time, whenever something changed.

const SLOW_MS = 55, SLOW_FRAMES = 5, LEAST_SHARPNESS = 0.5;

async function start() {
  const facts = JSON.parse($("facts").textContent);
  const library = URL.createObjectURL(new Blob([await inflated("three")], { type: "text/javascript" }));
  await new Promise((resolve, reject) => {
    const script = document.createElement("script");
    Object.assign(script, { src: library, onload: resolve, onerror: () => reject(new Error("three.js did not load")) });
    document.head.append(script);
  });
  URL.revokeObjectURL(library);
  const block = await inflated("dances");
  const audio = document.querySelector("audio");
  const clock = audio ?? new SilentClock(facts.seconds);
  if (audio && !(audio.readyState >= 1)) {
    await new Promise((resolve, reject) => {
      audio.addEventListener("loadedmetadata", resolve, { once: true });
      audio.addEventListener("error", () => reject(new Error("this browser does not play the sound (AAC)")), { once: true });
      audio.load();
    });
  }
  const canvas = $("picture");
  const figures = facts.dancers.map((dancer) => new Figure(block, facts, dancer));
  const stage = new Stage(canvas, figures);
  const controls = new Controls(clock, stage, facts);

  const fit = () => {
    const [head, foot] = ["header", "footer"].map((name) => document.querySelector(name).clientHeight - 22);
    stage.resize(canvas.clientWidth, canvas.clientHeight, [head / canvas.clientHeight, foot / canvas.clientHeight]);
    controls.stale = true;
  };
  fit(); // with the buttons that the controls have made
  controls.show(location.hash === "#all" ? figures : [figures[facts.first]]);
  new ResizeObserver(() => {
    fit();
    stage.fit();
  }).observe(canvas);
  stage.controls.addEventListener("change", () => (controls.stale = true));

  const drawn = { time: -1, frame: -1 };
  let before = 0, slow = 0;
  const tick = (now) => {
    requestAnimationFrame(tick);
    // Too slow for a while: draw fewer pixels.
    slow = !clock.paused && now - before > SLOW_MS ? slow + 1 : 0;
    before = now;
    if (slow >= SLOW_FRAMES && stage.sharpness > LEAST_SHARPNESS) {
      stage.sharpness *= 0.7;
      slow = 0;
      fit();
    }
    const time = clock.currentTime, frame = Math.min(Math.round(time * facts.fps), facts.frames - 1);
    stage.settle();
    // The light of the last beat goes on fading while a frame stands, so a playing page is always drawn.
    if (frame === drawn.frame && clock.paused && controls.playing === false && !controls.stale) {
      drawn.time = time;
      return;
    }
    controls.stale = false;
    stage.draw(frame, beatAt(time, facts.beats, facts.downbeats));
    controls.update(time, frame);
    [drawn.time, drawn.frame] = [time, frame];
    document.documentElement.dataset.frame = frame;
  };
  // For tests and the curious; nothing can be changed through it.
  window.viewer = Object.freeze({
    get time() { return drawn.time; },
    get frame() { return drawn.frame; },
    get beat() { return { ...stage.beat }; },
    get view() { return stage.view(); },
    get shown() { return stage.shown.map((figure) => figure.name); },
    joint: (name, joint) => figures.find((figure) => figure.name === name).joint(joint),
    place: (name) => figures.find((figure) => figure.name === name).group.position.toArray(),
    onPage: (name, point) => stage.onPage(figures.find((figure) => figure.name === name), point),
  });
  document.body.classList.add("ready");
  tick(performance.now());
}

start().catch((error) => {
  $("trouble").textContent = `This page needs WebGL 2 and a browser of 2023 or later. (${error.message})`;
  $("trouble").hidden = false;
  throw error;
});
