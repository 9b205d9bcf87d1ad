// The strip on top: what a run is doing, or has been asked to do, how far it is, and some numbers.
import { make, write } from "./elements.js";

export class Strip {
  constructor(parent) {
    this.node = make("div", parent, "east-strip");
  }

  show(strip, asked) {
    this.node.hidden = !strip;
    if (!strip) return;
    if (this.node.children.length !== 2 + strip.facts.length) this.build(strip.facts);
    const [status, bar, ...facts] = this.node.children;
    status.dataset.status = strip.status;
    write(status, asked || strip.word);
    bar.setAttribute("aria-valuenow", Math.round(100 * strip.progress));
    bar.firstChild.style.width = `${100 * strip.progress}%`;
    strip.facts.forEach((fact, place) => {
      write(facts[place].firstChild, fact.label);
      write(facts[place].lastChild, fact.value);
    });
  }

  build(facts) {
    this.node.replaceChildren();
    make("span", this.node, "east-status").setAttribute("role", "status");
    const bar = make("div", this.node, "east-bar");
    bar.setAttribute("role", "progressbar");
    bar.setAttribute("aria-label", "Progress of the training");
    make("div", bar);
    for (const fact of facts) {
      const node = make("span", this.node, "east-fact");
      make("span", node);
      make("b", node).dataset.fact = fact.label;
    }
  }
}
