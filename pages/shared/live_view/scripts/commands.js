// The buttons of a run. Every click gets a number and the log of clicks is sent, so that the server can do each
// click once, even when messages are lost, merged or sent twice. The log is of one run: a command for one run
// must not reach the next. Until the server has heard a click, `asked` is the word for it, so that no press seems lost.
import { make, showEach, write } from "./elements.js";

export class Commands {
  constructor(parent, onAsked) {
    this.node = make("div", parent, "east-buttons");
    this.onAsked = onAsked;
    this.words = {};
    this.giver = `${Date.now()}-${Math.random()}`;
    this.run = null;
    this.log = [];
    this.number = 0;
  }

  show(controls, send) {
    if (controls.run !== this.run) { this.run = controls.run; this.log = []; }
    // What the server has heard need not be sent again.
    if (controls.giver === this.giver) this.log = this.log.filter(([number]) => number > controls.heard);
    this.words = Object.fromEntries(controls.buttons.map(({ command, asked }) => [command, asked]));
    showEach(this.node, controls.buttons, (parent) => make("button", parent, "east-button"), (button, control) => {
      write(button, control.label);
      button.disabled = control.disabled;
      button.title = control.hint;
      button.onclick = () => this.click(control.command, send);
    });
  }

  get asked() {
    const newest = this.log.at(-1);
    return (newest && this.words[newest[1]]) || "";
  }

  click(command, send) {
    this.log.push([++this.number, command]);
    this.onAsked();
    send("clicks", { run: this.run, giver: this.giver, log: this.log });
  }
}
