// One figure with its heading and caption, drawn by plotly and redrawn in place.
import { make, write } from "./elements.js";
import { enlarged } from "./enlarging.js";
import { copied, shared } from "./sharing.js";

const CONFIG = { displayModeBar: false, responsive: false, doubleClick: "reset" };

// Figures wait for plotly.js as long as it takes: it comes when the page's script has run to its end.
export function plotly() {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  return new Promise((resolve) => {
    window.addEventListener("east-plotly", () => resolve(window.Plotly), { once: true });
  });
}

export class Cell {
  // `stage`, if any, decides how high its figures are and how large their words.
  constructor(parent, cell, stage) {
    const figure = make("figure", parent, "east-cell");
    figure.dataset.area = cell.key;
    this.stage = stage;
    this.key = cell.key;
    // What the reader points at elsewhere, if it is to be seen here, and how: see pointing.js.
    this.pointed = null;
    this.title = make("b", make("figcaption", figure));
    this.plot = make("div", figure, "east-plot");
    this.plot.setAttribute("role", "img");
    this.plot.dataset.cell = cell.key;
    this.plot.style.minHeight = `${cell.layout.height}px`;
    this.caption = make("p", figure);
  }

  // Writes the words at once; the figure is drawn when its turn comes.
  show(cell, send) {
    write(this.title, cell.title);
    this.title.parentElement.hidden = !cell.title;
    write(this.caption, cell.caption);
    if (this.plot.getAttribute("aria-label") !== cell.alt) this.plot.setAttribute("aria-label", cell.alt);
    this.wanted = { ...cell, data: shared(this.wanted?.data, cell.data), layout: shared(this.wanted?.layout, cell.layout) };
    this.send = send;
  }

  // Reads the room that there is for the figure. All cells do before any is drawn: a drawing makes the next reading
  // lay out the page anew.
  measure() {
    this.room = this.stage?.fit.filled ? { width: this.plot.clientWidth, height: this.plot.clientHeight } : {};
  }

  async draw(library, font) {
    if (!this.wanted) return;
    const { data, layout } = this.wanted, scale = this.stage?.fit.scale ?? 1;
    const drawn = [data, layout, scale, font, this.room.width, this.room.height, this.pointed];
    if (this.drawn?.every((part, place) => part === drawn[place])) return;
    this.drawn = drawn;
    const plain = [copied(data), structuredClone(layout)];
    const [traces, own] = enlarged(this.pointed ? this.mark(plain, this.pointed) : plain, scale);
    const size = this.room.width ? this.room : { autosize: true };
    const whole = { ...own, font: { ...own.font, family: font }, ...size };
    // With settings, plotly reads the room anew at each drawing.
    await library.react(this.plot, traces, whole, this.plot.data ? undefined : CONFIG);
    if (this.wanted.click && !this.listens) this.listen();
    if (this.point && !this.follows) this.followPointer();
  }

  listen() {
    this.listens = true;
    this.plot.classList.add("east-clickable");
    this.plot.on("plotly_click", ({ points: [point] }) => {
      if (this.wanted.click) this.send("click", { cell: this.wanted.key, x: String(point.x), y: String(point.y) });
    });
  }

  followPointer() {
    this.follows = true;
    this.plot.on("plotly_hover", ({ points: [point] }) => this.point(point));
    this.plot.on("plotly_unhover", () => this.point(null));
  }

  resize() {
    if (this.plot.data && this.plot.offsetParent && !this.stage?.fit.filled) window.Plotly.Plots.resize(this.plot);
  }

  purge() {
    if (this.plot.data && window.Plotly) window.Plotly.purge(this.plot);
  }
}
