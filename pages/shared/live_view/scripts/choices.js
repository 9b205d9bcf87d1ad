// The choices of how a run is shown.
import { fillSelect, make, showEach, write } from "./elements.js";

function addChoice(parent) {
  const label = make("label", parent);
  make("span", label);
  make("select", label, "east-select");
  return label;
}

export class Choices {
  constructor(parent) {
    this.node = make("div", parent, "east-selects");
  }

  show(choices, send) {
    showEach(this.node, choices, addChoice, (label, choice) => {
      const [name, select] = label.children;
      write(name, choice.label);
      fillSelect(select, choice.options, choice.value);
      select.onchange = () => send(choice.name, select.value);
    });
  }
}
