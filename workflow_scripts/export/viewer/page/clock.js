// What time it is in the dance. The sound is the clock; a page without sound keeps its own, with the same names.

class SilentClock {
  constructor(duration) {
    Object.assign(this, { duration, paused: true, muted: false, rate: 1, from: 0, since: 0 });
  }
  get currentTime() {
    const now = this.paused ? this.from : this.from + (this.rate * (performance.now() - this.since)) / 1000;
    if (now >= this.duration) this.paused = true;
    if (now >= this.duration) this.from = this.duration;
    return Math.min(now, this.duration);
  }
  set currentTime(time) {
    this.from = Math.min(Math.max(time, 0), this.duration);
    this.since = performance.now();
  }
  get ended() {
    return this.paused && this.from >= this.duration;
  }
  get playbackRate() {
    return this.rate;
  }
  set playbackRate(rate) {
    this.currentTime = this.currentTime;
    this.rate = rate;
  }
  async play() {
    this.currentTime = this.from >= this.duration ? 0 : this.from;
    this.paused = false;
  }
  pause() {
    this.from = this.currentTime;
    this.paused = true;
  }
}
