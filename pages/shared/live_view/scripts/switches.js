// What can be on or off.
import { make, showEach, write } from "./elements.js";

function addSwitch(parent) {
  const label = make("label", parent);
  const box = make("input", label);
  box.type = "checkbox";
  box.setAttribute("role", "switch");
  make("span", label);
  return label;
}

export class Switches {
  constructor(parent) {
    this.node = make("div", parent, "east-switches");
  }

  show(switches, send) {
    showEach(this.node, switches, addSwitch, (label, control) => {
      const [box, name] = label.children;
      write(name, control.label);
      label.title = control.hint;
      // What the reader has just switched stays until the server has heard of it.
      if (box.dataset.on !== String(control.on)) { box.checked = control.on; box.dataset.on = String(control.on); }
      box.onchange = () => send(control.name, box.checked);
    });
  }
}
