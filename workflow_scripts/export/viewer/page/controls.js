// Buttons, keys, the strip with the sound's waveform, and the names over the heads.

const SPEEDS = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2];
const TURN = Math.PI / 16, NEARER = 1.15; // of one press of a key
const BARS_PER_PIXEL = 1 / 3;

const $ = (id) => document.getElementById(id);
const clockText = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

class Controls {
  constructor(clock, stage, facts) {
    Object.assign(this, { clock, stage, facts, figures: stage.figures, width: 0 });
    this.switcher();
    this.labels = this.figures.map((figure) => {
      const label = $("labels").appendChild(document.createElement("div"));
      label.textContent = figure.caption;
      label.style.color = palest(figure.colour);
      return label;
    });
    for (const speed of SPEEDS) $("speed").add(new Option(`${speed}×`, speed, speed === 1, speed === 1));
    $("play").onclick = () => this.toggle();
    $("sound").onclick = () => this.mute();
    $("sound").hidden = clock instanceof SilentClock;
    $("view").onclick = () => this.lookAgain();
    $("speed").onchange = () => this.setSpeed(Number($("speed").value));
    $("scrub").max = clock.duration;
    $("scrub").step = 1 / facts.fps;
    $("scrub").oninput = () => (clock.currentTime = Number($("scrub").value));
    document.addEventListener("keydown", (event) => this.key(event));
    // A button that was clicked with the mouse gives the keyboard back: Space plays.
    document.addEventListener("click", (event) => event.detail && event.target.closest("button")?.blur());
  }

  switcher() {
    const several = this.figures.length > 1;
    this.choices = this.figures.map((figure, i) => this.choice(figure.caption, i < 9 ? `${i + 1}` : "", [figure], figure.colour));
    if (several) this.choices.push(this.choice("side by side", "0", this.figures));
    $("dancers").hidden = !several;
  }

  choice(name, digit, shown, colour) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.title = digit ? `${name} (key ${digit})` : name;
    if (colour) button.style.setProperty("--own", palest(colour));
    button.onclick = () => this.show(shown);
    $("dancers").append(button);
    return { button, digit, shown };
  }

  show(shown) {
    this.stage.show(shown);
    for (const { button, shown: own } of this.choices) {
      button.setAttribute("aria-pressed", own.length === shown.length && own.every((figure) => shown.includes(figure)));
    }
    for (const label of this.labels) label.style.maxWidth = `${96 / shown.length}vw`;
    $("said").textContent = `Shown: ${shown.map((figure) => figure.caption).join(", ")}`;
    this.stale = true;
  }

  toggle() {
    if (!this.clock.paused) return this.clock.pause();
    // A pause, or a jump to elsewhere, before the sound has begun is no error.
    this.clock.play().catch((error) => {
      if (error.name !== "AbortError") throw error;
    });
  }

  mute() {
    this.clock.muted = !this.clock.muted;
    $("sound").setAttribute("aria-pressed", this.clock.muted);
  }

  lookAgain() {
    this.stage.look();
    this.stale = true;
  }

  turn(...by) {
    this.stage.turn(...by);
    this.stale = true;
  }

  setSpeed(speed) {
    this.clock.playbackRate = speed;
    $("speed").value = speed;
  }

  seek(time) {
    this.clock.currentTime = Math.min(Math.max(time, 0), this.clock.duration);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { target } = event, { clock } = this, key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const pressed = target.closest("button, summary") && (key === " " || key === "Enter");
    if (pressed || target.closest("select")) return; // their own keys
    const speed = SPEEDS.indexOf(clock.playbackRate), frame = 1 / this.facts.fps, far = event.shiftKey ? 5 : 1;
    const choice = this.choices.find(({ digit }) => digit === key);
    const actions = {
      " ": () => this.toggle(),
      ArrowLeft: () => this.seek(clock.currentTime - far),
      ArrowRight: () => this.seek(clock.currentTime + far),
      ArrowUp: () => this.setSpeed(SPEEDS[Math.min(speed + 1, SPEEDS.length - 1)]),
      ArrowDown: () => this.setSpeed(SPEEDS[Math.max(speed - 1, 0)]),
      PageUp: () => this.seek(clock.currentTime + 5),
      PageDown: () => this.seek(clock.currentTime - 5),
      ",": () => this.seek(clock.currentTime - frame),
      ".": () => this.seek(clock.currentTime + frame),
      Home: () => this.seek(0),
      End: () => this.seek(clock.duration),
      m: () => this.mute(),
      r: () => this.lookAgain(),
      a: () => this.turn(-TURN, 0),
      d: () => this.turn(TURN, 0),
      w: () => this.turn(0, -TURN / 2),
      s: () => this.turn(0, TURN / 2),
      "+": () => this.turn(0, 0, NEARER),
      "=": () => this.turn(0, 0, NEARER), // + without Shift
      "-": () => this.turn(0, 0, 1 / NEARER),
    };
    // On the time's slider up and down are what they are on every slider.
    if (target === $("scrub")) Object.assign(actions, { ArrowUp: actions.ArrowRight, ArrowDown: actions.ArrowLeft });
    const action = choice ? () => this.show(choice.shown) : actions[key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  // Bring everything up to the time that is drawn.
  update(time, frame) {
    const playing = !this.clock.paused;
    if (playing !== this.playing) {
      this.playing = playing;
      document.body.classList.toggle("playing", playing);
      $("play").setAttribute("aria-label", playing ? "Pause" : "Play");
    }
    const text = `${clockText(time)} / ${clockText(this.clock.duration)}`;
    if ($("time").textContent !== text) $("time").textContent = text;
    $("scrub").value = time;
    $("scrub").setAttribute("aria-valuetext", text);
    this.strip(time);
    this.place();
  }

  place() {
    const under = document.querySelector("header").offsetHeight; // names are never behind title and buttons
    this.figures.forEach((figure, i) => {
      const label = this.labels[i];
      label.hidden = !figure.group.visible;
      if (label.hidden) return;
      const head = figure.joint("head");
      const { x, y, seen } = this.stage.onPage(figure, [head[0], head[1] + 0.34, head[2]]);
      label.hidden = !seen;
      const low = Math.max(y, under + label.offsetHeight);
      label.style.transform = `translate(-50%, -100%) translate(${x.toFixed(1)}px, ${low.toFixed(1)}px)`;
    });
  }

  strip(time) {
    const canvas = $("strip"), scale = Math.min(devicePixelRatio, 2), { peaks, beats, downbeats } = this.facts;
    const width = canvas.clientWidth, height = canvas.clientHeight;
    if (!width) return;
    if (canvas.width !== Math.round(width * scale)) {
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
    }
    const draw = canvas.getContext("2d"), { duration } = this.clock;
    draw.setTransform(scale, 0, 0, scale, 0, 0);
    draw.clearRect(0, 0, width, height);
    const bars = Math.floor(width * BARS_PER_PIXEL), now = (time / duration) * width, middle = height * 0.44;
    const colour = palest(this.stage.shown[0].colour);
    for (let i = 0; i < bars; i++) {
      const from = Math.floor((i * peaks.length) / bars), to = Math.max(from + 1, Math.floor(((i + 1) * peaks.length) / bars));
      let peak = 0;
      for (let k = from; k < to && k < peaks.length; k++) peak = Math.max(peak, peaks[k]);
      const x = (i * width) / bars, tall = Math.max(1.5, (peak / 255) * middle * 0.98);
      draw.fillStyle = x <= now ? colour : "#ffffff40";
      draw.fillRect(x, middle - tall, 2, 2 * tall);
    }
    const strong = new Set(downbeats.map((beat) => beat.toFixed(2)));
    for (const beat of beats) {
      const x = (beat / duration) * width, size = strong.has(beat.toFixed(2)) ? 4 : 2.4;
      draw.fillStyle = beat <= time ? "#ffd23c" : "#ffd23c66";
      draw.fillRect(x - size / 2, height - 5 - size / 2, size, size);
    }
    draw.fillStyle = "#fff";
    draw.fillRect(now - 1, 0, 2, height - 9);
  }
}

// A pale colour of the same hue, for text and lines.
function palest(colour) {
  const part = (value) => Math.round(255 * (0.25 + 0.75 * value) ** (1 / 2.2));
  return `rgb(${part(colour.r)}, ${part(colour.g)}, ${part(colour.b)})`;
}
