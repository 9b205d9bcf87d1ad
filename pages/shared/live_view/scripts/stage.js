// The stage: what is to be seen at one glance fills the window below the controls.
import { make, showEach, write } from "./elements.js";
import { Group } from "./group.js";
import { follow } from "./pointing.js";
import { savePicture } from "./picture.js";

const LEAST_PX = 430, ROOM_PX = 10, MOST_OF_WIDTH = 0.72, NARROW_PX = 700, USUAL_FONT_PX = 16;
const SHAPES = {
  dot: '<circle cx="9" cy="6" r="4" fill="currentColor"/>',
  cross: '<path d="M6 3l6 6M12 3l-6 6" stroke="currentColor" stroke-width="2.5"/>',
  line: '<path d="M0 6h18" stroke="currentColor" stroke-width="2"/>',
  dash: '<path d="M0 6h18" stroke="currentColor" stroke-width="2" stroke-dasharray="5 3"/>',
};

function addKey(parent) {
  const entry = make("span", parent);
  make("i", entry);
  make("span", entry);
  return entry;
}

export class Stage {
  // `redraw` is called when other things are to be seen than what was drawn.
  constructor(parent, redraw) {
    this.redraw = redraw;
    this.node = make("section", parent, "east-stage");
    const top = make("div", this.node, "east-keys-line");
    this.keys = make("div", top, "east-keys");
    this.note = make("span", top, "east-note");
    const tools = make("div", top, "east-tools");
    for (const kind of ["SVG", "PNG"]) {
      const button = make("button", tools, "east-button");
      write(button, kind);
      button.title = `Save what is seen here as a picture (${kind})`;
      button.setAttribute("aria-label", `Save as ${kind}`);
      button.onclick = () => savePicture(this.node, this.name, kind);
    }
    this.scene = make("div", this.node, "east-scene");
    this.fit = { filled: true, scale: 1 };
  }

  build(groups) {
    this.scene.replaceChildren();
    this.scene.style.setProperty("--arms", groups.filter((group) => !group.wide).length || 1);
    const built = groups.map((group) => new Group(this.scene, group, this));
    for (const group of built) follow(group.cells, this.redraw);
    return built;
  }

  show(stage) {
    this.node.hidden = !stage;
    if (!stage) return;
    this.name = stage.name;
    this.node.classList.toggle("east-large", stage.large);
    this.large = stage.large;
    write(this.note, stage.note);
    this.note.title = stage.note;
    showEach(this.keys, stage.keys, addKey, (entry, { name, mark, color }) => {
      const [icon, label] = entry.children;
      if (icon.dataset.mark !== mark) icon.innerHTML = `<svg width="18" height="12" fill="none">${SHAPES[mark]}</svg>`;
      icon.dataset.mark = mark;
      icon.style.color = color;
      write(label, name);
    });
    this.measure();
  }

  // Takes the height that is left of the window, unless there is no width to stand side by side.
  measure() {
    if (this.node.hidden) return;
    const main = this.node.closest("[data-testid=stMain]") ?? document.documentElement;
    const top = this.node.getBoundingClientRect().top - main.getBoundingClientRect().top + main.scrollTop;
    const height = Math.max(Math.min(main.clientHeight - top - ROOM_PX, MOST_OF_WIDTH * this.node.clientWidth), LEAST_PX);
    const filled = this.node.clientWidth >= NARROW_PX;
    this.node.classList.toggle("east-filled", filled);
    this.node.style.height = filled ? `${height}px` : "";
    // The page enlarges its own words by the size of its root's font; figures follow.
    const scale = this.large ? parseFloat(getComputedStyle(document.documentElement).fontSize) / USUAL_FONT_PX : 1;
    this.fit = { filled, scale };
  }
}
