// The whole view: controls, strip and groups of figures that come as plain data and are redrawn in place, so that
// zoom is kept and nothing flickers. `view` is what Streamlit calls.
import { plotly } from "./cell.js";
import { Choices } from "./choices.js";
import { Commands } from "./commands.js";
import { make } from "./elements.js";
import { atStep } from "./frames.js";
import { Group } from "./group.js";
import { Replay } from "./replay.js";
import { Stage } from "./stage.js";
import { Strip } from "./strip.js";
import { Switches } from "./switches.js";

const AHEAD = "300px";
const RESIZE_MS = 120;
const GONE_MS = 500;
// So long are figures drawn before clicks and messages are let in.
const PATIENCE_MS = 40;
const LONGEST_REST_MS = 4000;
// So long a click is let through to the server before figures are drawn again.
const HUSH_MS = 2000;

// Lets what has been written be painted, and waiting clicks and messages in; a hidden page paints nothing.
function breathe() {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, 100);
  });
}

// Lets waiting clicks and messages in.
function giveWay() {
  return new Promise((resolve) => setTimeout(resolve));
}

// Views of one plan differ only in what their cells show.
function planOf(groups) {
  return JSON.stringify(groups.map((group) => [group.key, group.columns, group.wide, group.wide_columns, group.cells.map((cell) => cell.key)]));
}

class View {
  constructor(parent) {
    this.node = make("div", parent, "east-live");
    this.controls = make("div", this.node, "east-controls");
    this.commands = new Commands(this.controls, () => this.onAsked());
    this.choices = new Choices(this.controls);
    this.switches = new Switches(this.controls);
    this.line = make("div", this.node, "east-line");
    this.replay = new Replay(this.line, (step) => this.showMoment(step));
    this.strip = new Strip(this.line);
    this.stage = new Stage(this.node, () => this.draw());
    this.body = make("div", this.node, "east-groups");
    this.groups = this.staged = [];
    this.visible = new Set();
    this.drawing = false;
    this.seen = new IntersectionObserver((entries) => this.onSeen(entries), { rootMargin: AHEAD });
    this.sized = new ResizeObserver(() => this.onSized());
    this.sized.observe(this.node);
    // The stage's height follows the window and what stands above it, such as a sentence that grows.
    for (const around of ["stMain", "stMainBlockContainer"]) {
      const node = parent.closest(`[data-testid=${around}]`);
      if (node) this.sized.observe(node);
    }
  }

  get cells() {
    return this.groups.flatMap((group) => group.cells);
  }

  // Shows what the server has sent; of a moment that the reader has gone on to since, what was sent ahead.
  update(data, setState, trigger) {
    this.sent = [data, setState, trigger];
    this.replay.show(data.replay, setState);
    const { ahead } = this.replay;
    this.show((ahead !== null && atStep(data, ahead)) || data, setState, trigger);
  }

  // Shows the moment of a step if it has been sent ahead; returns whether it has.
  showMoment(step) {
    const [data, ...calls] = this.sent, moment = atStep(data, step);
    if (moment) this.show(moment, ...calls);
    return Boolean(moment);
  }

  // A view that follows a training is drawn again and again; others, such as one with a scrubber, are waited for.
  get follows() {
    const [{ strip, replay }] = this.sent;
    return Boolean(strip) && !replay;
  }

  show(data, setState, trigger) {
    const staged = data.stage?.groups ?? [], groups = [...staged, ...data.groups];
    const plan = planOf(staged) + planOf(data.groups);
    if (this.plan !== plan) { this.build(staged, data.groups); this.plan = plan; }
    this.controls.hidden = !data.controls;
    if (data.controls) {
      this.commands.show(data.controls, setState);
      this.choices.show(data.controls.choices, setState);
      this.switches.show(data.controls.switches, setState);
    }
    this.showStrip(data.strip);
    this.line.hidden = !data.strip && !data.replay;
    this.stage.show(data.stage);
    groups.forEach((group, place) => this.groups[place].show(group, trigger));
    this.groups.at(-1)?.showLegend(data.legend);
    for (const [name, value] of Object.entries(data.marks)) this.node.dataset[name] = value;
    if (!this.follows) this.wake?.();
    this.draw();
  }

  onAsked() {
    this.hushUntil = performance.now() + HUSH_MS;
    this.showStrip();
  }

  // Whether a click is on its way to the server: on a busy machine a figure takes longer than all that it needs.
  get hushed() {
    return this.follows && Boolean(this.commands.asked) && performance.now() < this.hushUntil;
  }

  showStrip(strip = this.sent[0].strip) {
    this.strip.show(strip, this.controls.hidden ? "" : this.commands.asked);
  }

  build(staged, groups) {
    this.purge();
    this.body.replaceChildren();
    this.staged = this.stage.build(staged);
    this.groups = [...this.staged, ...groups.map((group) => new Group(this.body, group))];
    for (const cell of this.cells) this.seen.observe(cell.plot);
  }

  onSeen(entries) {
    for (const entry of entries) {
      if (entry.isIntersecting) this.visible.add(entry.target);
      else this.visible.delete(entry.target);
    }
    this.draw();
  }

  onSized() {
    clearTimeout(this.resizing);
    this.resizing = setTimeout(() => {
      this.stage.measure();
      this.cells.forEach((cell) => cell.resize());
      this.draw();
    }, RESIZE_MS);
  }

  // One drawing at a time, always of the newest data; what is out of sight waits until it is seen.
  async draw() {
    if (this.drawing) { this.again = true; return; }
    this.drawing = true;
    try {
      const library = await plotly();
      do {
        do await breathe(); while (this.hushed); // words first: a figure takes longer than all of them
        this.again = false;
        const began = performance.now();
        this.stage.measure();
        await this.drawCells(this.staged, library);
        if (this.staged.length && !this.again) this.node.dataset.staged = this.node.dataset.step ?? "0";
        // The newest stage comes before what lies below an older one.
        if (!this.again) await this.drawCells(this.groups.slice(this.staged.length), library);
        if (!this.again) this.node.dataset.drawn = this.node.dataset.seq ?? "0";
        if (this.follows) await this.rest(performance.now() - began);
      } while (this.again && this.node.isConnected);
    } finally {
      this.drawing = false;
    }
  }

  // Waits twice as long as the drawing took: on a busy machine, views that follow trainings would slow them and
  // each other.
  rest(took) {
    return new Promise((resolve) => {
      this.wake = resolve;
      setTimeout(resolve, Math.min(2 * took, LONGEST_REST_MS));
    });
  }

  async drawCells(groups, library) {
    const font = getComputedStyle(this.node).fontFamily;
    const cells = groups.flatMap((group) => group.cells).filter((cell) => this.visible.has(cell.plot));
    for (const cell of cells) cell.measure();
    let began = performance.now();
    for (const cell of cells) {
      if (!this.visible.has(cell.plot)) continue; // its view has been built anew meanwhile
      await cell.draw(library, font);
      if (!this.follows || performance.now() - began < PATIENCE_MS) continue;
      await giveWay();
      if (this.hushed) { this.again = true; return; }
      began = performance.now();
    }
  }

  purge() {
    this.cells.forEach((cell) => cell.purge());
    this.groups = this.staged = [];
    this.visible.clear();
    this.seen.disconnect();
  }

  close() {
    this.replay.halt();
    this.purge();
    this.sized.disconnect();
  }
}

export default function view({ parentElement, data, setStateValue, setTriggerValue }) {
  parentElement.eastView ??= new View(parentElement);
  const shown = parentElement.eastView;
  shown.update(data, setStateValue, setTriggerValue);
  // Streamlit also cleans up after updates that were overtaken; only a node that is gone is done with.
  return () => setTimeout(() => { if (!shown.node.isConnected) shown.close(); }, GONE_MS);
}
