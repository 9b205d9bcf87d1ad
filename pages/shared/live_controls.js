// The buttons, the choices and the scrubber of a run. Every click gets a number and the log of clicks is sent,
// so that the server can do each click once, even when messages are lost, merged or sent twice. The log is of one
// run: what was told to a former one must not be told to the next.
const PLAY_TICK_MS = 250;
const PLAY_WHOLE_S = 20;
const ANSWER_MS = 2000;
const SPEEDS = [["0.5", "½×"], ["1", "1×"], ["2", "2×"], ["4", "4×"]];

function make(tag, parent, className) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  parent.appendChild(node);
  return node;
}

// Text goes in as text, never as markup: class names come from a reader's file.
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function fillSelect(select, options, value) {
  if (select.dataset.options !== JSON.stringify(options)) {
    select.replaceChildren();
    for (const [key, label] of options) {
      const option = make("option", select);
      option.value = key;
      option.textContent = label;
    }
    select.dataset.options = JSON.stringify(options);
  }
  // What the reader has just chosen stays until the server has heard of it.
  if (select.dataset.value !== value) { select.value = value; select.dataset.value = value; }
}

class Controls {
  constructor(parent) {
    this.node = make("div", parent, "east-controls");
    this.buttons = make("div", this.node, "east-buttons");
    this.selects = make("div", this.node, "east-selects");
    this.replay = make("div", parent, "east-replay");
    this.buildReplay();
    this.giver = `${Date.now()}-${Math.random()}`;
    this.logged = null;
    this.log = [];
    this.number = 0;
    this.wanted = this.asked = null;
  }

  buildReplay() {
    this.play = make("button", this.replay, "east-button");
    this.play.onclick = () => (this.timer ? this.halt() : this.run());
    this.speed = make("select", this.replay, "east-select");
    this.speed.setAttribute("aria-label", "Replay speed");
    fillSelect(this.speed, SPEEDS, "1");
    this.range = make("input", this.replay, "east-range");
    this.range.type = "range";
    this.range.min = 0;
    this.range.setAttribute("aria-label", "Replay");
    this.range.oninput = () => { this.halt(); this.ask(Number(this.range.value)); };
    this.label = make("output", this.replay, "east-moment");
    write(this.play, "▶ Replay");
  }

  show(controls, replay, send) {
    this.send = send;
    this.node.hidden = !controls;
    if (controls && controls.run !== this.logged) { this.logged = controls.run; this.log = []; }
    if (controls) { this.showButtons(controls); this.showSelects(controls.choices); }
    this.showReplay(replay);
  }

  showReplay(replay) {
    this.replay.hidden = !replay;
    if (!replay) { this.halt(); this.steps = this.wanted = this.asked = null; return; }
    this.steps = replay.steps;
    this.range.max = replay.steps.length - 1;
    this.shown = replay.at;
    if (this.asked === this.shown) this.asked = null;
    if (this.wanted !== null) this.deliver();
    // An older moment that is drawn while a question is under way must not take the scrubber back.
    else if (!this.waiting()) {
      this.asked = null;
      this.range.value = replay.at;
      this.tell(replay.at);
    }
  }

  showButtons(controls) {
    // What the server has heard need not be said again.
    if (controls.giver === this.giver) this.log = this.log.filter(([number]) => number > controls.heard);
    controls.buttons.forEach((control, place) => {
      const button = this.buttons.children[place] ?? make("button", this.buttons, "east-button");
      write(button, control.label);
      button.disabled = control.disabled;
      button.title = control.hint;
      button.onclick = () => this.click(control.command);
    });
    while (this.buttons.children.length > controls.buttons.length) this.buttons.lastChild.remove();
  }

  showSelects(choices) {
    choices.forEach((choice, place) => {
      let label = this.selects.children[place];
      if (!label) {
        label = make("label", this.selects);
        make("span", label);
        make("select", label, "east-select");
      }
      write(label.firstChild, choice.label);
      fillSelect(label.lastChild, choice.options, choice.value);
      label.lastChild.onchange = () => this.send(choice.name, label.lastChild.value);
    });
    while (this.selects.children.length > choices.length) this.selects.lastChild.remove();
  }

  click(command) {
    this.log.push([++this.number, command]);
    this.send("clicks", { run: this.logged, giver: this.giver, log: this.log });
  }

  tell(place) {
    const text = `step ${this.steps[place].toLocaleString("en")}`;
    write(this.label, text);
    this.range.setAttribute("aria-valuetext", text);
  }

  // One question at a time: the newest wish is sent when the last one has been answered.
  ask(place) {
    this.wanted = place;
    this.tell(place);
    this.deliver();
  }

  waiting() {
    return this.asked !== null && Date.now() - this.askedAt < ANSWER_MS;
  }

  deliver() {
    clearTimeout(this.retry);
    if (this.wanted === null || !this.steps) return;
    if (this.waiting()) {
      // An answer that changes nothing is not drawn, so that nobody would ask again.
      this.retry = setTimeout(() => this.deliver(), ANSWER_MS);
      return;
    }
    const place = this.wanted;
    this.wanted = null;
    if (place === this.shown && this.asked === null) return;
    this.asked = place;
    this.askedAt = Date.now();
    // The number makes each wish a new one: the same moment can be wished for again after the run went on.
    this.send("at", { step: this.steps[place], number: ++this.number });
  }

  run() {
    this.place = Number(this.range.value) >= this.steps.length - 1 ? 0 : Number(this.range.value);
    write(this.play, "❚❚ Halt");
    this.timer = setInterval(() => this.tick(), PLAY_TICK_MS);
  }

  tick() {
    const whole = (PLAY_WHOLE_S * 1000) / PLAY_TICK_MS;
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
    write(this.play, "▶ Replay");
  }
}
