// One figure with its heading and caption, drawn by plotly and redrawn in place.
import { make, write } from "./elements.js";
import { enlarged } from "./enlarging.js";

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
    write(this.caption, cell.caption);
    this.plot.setAttribute("aria-label", cell.alt);
    this.wanted = cell;
    this.written = null;
    this.send = send;
  }

  async draw(library, font) {
    if (!this.wanted || (this.drawn === this.wanted && !this.stage)) return;
    const wanted = this.wanted;
    const { filled, scale } = this.stage?.fit ?? { filled: false, scale: 1 };
    const size = filled ? [this.plot.clientWidth, this.plot.clientHeight] : null;
    // Plotly writes into what it has drawn, so that only what came can be compared.
    this.written ??= JSON.stringify([wanted.data, wanted.layout]);
    const text = JSON.stringify([this.written, size, scale, this.pointed]);
    if (text !== this.text) {
      const plain = [wanted.data, wanted.layout];
      const [data, own] = enlarged(this.pointed ? this.mark(plain, this.pointed) : plain, scale);
      const layout = { ...own, font: { ...own.font, family: font }, autosize: true };
      if (filled) delete layout.height;
      await library.react(this.plot, data, layout, CONFIG);
      this.text = text;
      if (wanted.click && !this.listens) this.listen();
      if (this.point && !this.follows) this.followPointer();
    }
    this.drawn = wanted;
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
