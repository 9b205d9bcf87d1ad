// The scrubber of a run that rests. Moments that the browser has are drawn at once, and the server hears of them when
// the reader rests; for others it is asked, one at a time.
import { fillSelect, make, write } from "./elements.js";

const TICK_MS = 250;
const WHOLE_S = 20;
const ANSWER_MS = 2000;
const REST_MS = 600;
const SPEEDS = [["0.5", "½×"], ["1", "1×"], ["2", "2×"], ["4", "4×"]];
const PLAY = "▶ Replay", HALT = "❚❚ Halt";

export class Replay {
  // `draws` draws the moment of a step, if the browser has it, and says whether it did.
  constructor(parent, draws) {
    this.draws = draws;
    this.node = make("div", parent, "east-replay");
    this.play = make("button", this.node, "east-button");
    this.play.onclick = () => (this.timer ? this.halt() : this.start());
    this.speed = make("select", this.node, "east-select");
    this.speed.setAttribute("aria-label", "Replay speed");
    fillSelect(this.speed, SPEEDS, "1");
    this.range = make("input", this.node, "east-range");
    this.range.type = "range";
    this.range.min = 0;
    this.range.setAttribute("aria-label", "Replay");
    this.range.oninput = () => { this.halt(); this.ask(Number(this.range.value)); };
    this.label = make("output", this.node, "east-moment");
    this.number = 0;
    // Places among the steps: `wanted` is to be asked for, `pending` has been, `shown` is what is drawn.
    this.wanted = this.pending = this.shown = null;
    write(this.play, PLAY);
  }

  show(replay, send) {
    this.send = send;
    this.node.hidden = !replay;
    if (!replay) { this.halt(); this.steps = this.wanted = this.pending = null; return; }
    this.steps = replay.steps;
    this.range.max = replay.steps.length - 1;
    this.shown = replay.at;
    if (this.pending === this.shown) this.pending = null;
    if (this.wanted !== null) { if (!this.drawn) this.deliver(); }
    // An older moment that is drawn while a question is under way must not take the scrubber back.
    else if (!this.waiting()) {
      this.pending = null;
      this.range.value = replay.at;
      this.name(replay.at);
    }
  }

  // Writes which moment a place is.
  name(place) {
    const text = `step ${this.steps[place].toLocaleString("en")}`;
    write(this.label, text);
    this.range.setAttribute("aria-valuetext", text);
  }

  // One question at a time: the newest wish is sent when the last one has been answered.
  ask(place) {
    this.wanted = place;
    this.name(place);
    clearTimeout(this.retry);
    this.drawn = this.draws(this.steps[place]);
    if (this.drawn) this.retry = setTimeout(() => this.deliver(), REST_MS);
    else this.deliver();
  }

  // The step that the reader has gone to and the server has not shown yet, or null.
  get ahead() {
    const place = this.wanted ?? (this.waiting() ? this.pending : null);
    return place === null || !this.steps ? null : this.steps[place];
  }

  waiting() {
    return this.pending !== null && Date.now() - this.sentAt < ANSWER_MS;
  }

  deliver() {
    clearTimeout(this.retry);
    if (this.wanted === null || !this.steps) return;
    if (this.waiting()) {
      // An answer that changes nothing is not drawn, so that nothing else would ask again.
      this.retry = setTimeout(() => this.deliver(), ANSWER_MS);
      return;
    }
    const place = this.wanted;
    this.wanted = null;
    if (place === this.shown && this.pending === null) return;
    this.pending = place;
    this.sentAt = Date.now();
    // The number makes each wish a new one: the same moment can be wished for again after the run went on.
    this.send("at", { step: this.steps[place], number: ++this.number });
  }

  start() {
    this.place = Number(this.range.value) >= this.steps.length - 1 ? 0 : Number(this.range.value);
    write(this.play, HALT);
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  tick() {
    const whole = (WHOLE_S * 1000) / TICK_MS;
    this.place += Math.max((this.steps.length / whole) * Number(this.speed.value), 0.05);
    const last = this.steps.length - 1;
    const place = Math.min(Math.floor(this.place), last);
    this.range.value = place;
    this.ask(place);
    if (place === last) this.halt();
  }

  halt() {
    clearInterval(this.timer);
    this.timer = null;
    write(this.play, PLAY);
  }
}
