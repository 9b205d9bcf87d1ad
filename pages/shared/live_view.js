// Draws figures that come as plain data, and redraws them in place: zoom is kept, nothing flickers.
const CONFIG = { displayModeBar: false, responsive: false, doubleClick: "reset" };

// Figures wait for plotly.js as long as it takes: it comes when the page's script has run to its end.
function plotly() {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  return new Promise((resolve) => {
    window.addEventListener("east-plotly", () => resolve(window.Plotly), { once: true });
  });
}

// Lets what has been written be painted, and waiting clicks and messages in; a hidden page paints nothing.
function breathe() {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, 100);
  });
}

function buildCell(parent, cell) {
  const figure = make("figure", parent, "east-cell");
  const heading = make("figcaption", figure);
  make("b", heading);
  const plot = make("div", figure, "east-plot");
  plot.setAttribute("role", "img");
  plot.dataset.cell = cell.key;
  plot.style.minHeight = `${cell.layout.height}px`;
  make("p", figure);
  return { figure, title: heading.firstChild, plot, caption: figure.lastChild };
}

function buildGroup(parent, group) {
  const section = make("section", parent, "east-group" + (group.wide ? " east-wide" : ""));
  const header = make("header", section);
  const name = make("b", header);
  make("i", name);
  make("span", name);
  make("span", header);
  header.hidden = !group.title;
  const cells = make("div", section, "east-cells");
  cells.style.setProperty("--columns", group.columns);
  cells.style.setProperty("--wide-columns", group.wide_columns);
  return { header, mark: name.firstChild, title: name.lastChild, caption: header.lastChild, cells };
}

function signature(data) {
  return data.groups.map((g) => `${g.key}:${g.columns}:${g.wide_columns}:${g.cells.map((c) => c.key).join(",")}`).join(";");
}

class View {
  constructor(parent) {
    this.node = make("div", parent, "east-live");
    this.controls = new Controls(this.node);
    this.strip = make("div", this.node, "east-strip");
    this.groups = make("div", this.node, "east-groups");
    this.cells = new Map();
    this.visible = new Set();
    this.drawing = false;
    this.seen = new IntersectionObserver((entries) => this.onSeen(entries), { rootMargin: "300px" });
    this.sized = new ResizeObserver(() => this.resize());
    this.sized.observe(this.node);
  }

  show(data, send) {
    if (this.signature !== signature(data)) this.build(data);
    this.data = data;
    this.controls.show(data.controls, data.replay, send);
    this.showStrip(data.strip);
    this.showLegend(data.legend);
    for (const group of data.groups) this.showGroup(group);
    for (const [name, value] of Object.entries(data.marks)) this.node.dataset[name] = value;
    this.draw();
  }

  build(data) {
    this.purge();
    this.groups.replaceChildren();
    this.legend = null;
    for (const group of data.groups) {
      const parts = buildGroup(this.groups, group);
      this.cells.set(group.key, parts);
      for (const cell of group.cells) {
        const built = buildCell(parts.cells, cell);
        this.cells.set(`${group.key}/${cell.key}`, built);
        this.seen.observe(built.plot);
      }
    }
    this.signature = signature(data);
  }

  showStrip(strip) {
    this.strip.hidden = !strip;
    if (!strip) return;
    const want = 2 + strip.facts.length;
    if (this.strip.children.length !== want) {
      this.strip.replaceChildren();
      make("span", this.strip, "east-status").setAttribute("role", "status");
      const bar = make("div", this.strip, "east-bar");
      bar.setAttribute("role", "progressbar");
      make("div", bar);
      for (const fact of strip.facts) {
        const node = make("span", this.strip, "east-fact");
        make("span", node);
        make("b", node).dataset.fact = fact.label;
      }
    }
    const [status, bar, ...facts] = this.strip.children;
    status.dataset.status = strip.status;
    write(status, strip.word);
    bar.setAttribute("aria-valuenow", Math.round(100 * strip.progress));
    bar.firstChild.style.width = `${100 * strip.progress}%`;
    strip.facts.forEach((fact, place) => {
      write(facts[place].firstChild, fact.label);
      write(facts[place].lastChild, fact.value);
    });
  }

  showLegend(entries) {
    const last = this.groups.lastElementChild;
    if (!last || !entries.length) return;
    if (!this.legend || this.legend.dataset.names !== JSON.stringify(entries)) {
      this.legend?.remove();
      this.legend = make("div", last, "east-legend");
      last.insertBefore(this.legend, last.children[1]);
      this.legend.dataset.names = JSON.stringify(entries);
      for (const [name, color] of entries) {
        const entry = make("span", this.legend);
        make("i", entry).style.background = color;
        entry.append(name);
      }
    }
  }

  showGroup(group) {
    const parts = this.cells.get(group.key);
    write(parts.title, group.title);
    write(parts.caption, group.caption);
    parts.mark.hidden = !group.color;
    parts.mark.style.background = group.color;
    for (const cell of group.cells) {
      const built = this.cells.get(`${group.key}/${cell.key}`);
      write(built.title, cell.title);
      write(built.caption, cell.caption);
      built.plot.setAttribute("aria-label", cell.alt);
      built.wanted = cell;
    }
  }

  onSeen(entries) {
    for (const entry of entries) {
      if (entry.isIntersecting) this.visible.add(entry.target);
      else this.visible.delete(entry.target);
    }
    this.draw();
  }

  // One drawing at a time, always of the newest data; what is out of sight waits until it is seen.
  async draw() {
    if (this.drawing) { this.again = true; return; }
    this.drawing = true;
    try {
      const library = await plotly();
      do {
        this.again = false;
        await breathe(); // words first: a figure takes longer than all of them
        for (const cell of this.cells.values()) await this.drawCell(library, cell);
      } while (this.again && this.node.isConnected);
      this.node.dataset.drawn = this.node.dataset.seq ?? "0";
    } finally {
      this.drawing = false;
    }
  }

  async drawCell(library, cell) {
    if (!cell.plot || !cell.wanted || cell.drawn === cell.wanted || !this.visible.has(cell.plot)) return;
    const wanted = cell.wanted;
    const text = JSON.stringify([wanted.data, wanted.layout]);
    if (text !== cell.text) {
      const font = { ...wanted.layout.font, family: getComputedStyle(this.node).fontFamily };
      await library.react(cell.plot, wanted.data, { ...wanted.layout, font, autosize: true }, CONFIG);
      cell.text = text;
      if (wanted.click && !cell.listens) this.listen(cell);
    }
    cell.drawn = wanted;
  }

  listen(cell) {
    cell.listens = true;
    cell.plot.classList.add("east-clickable");
    cell.plot.on("plotly_click", ({ points: [point] }) => {
      if (cell.wanted.click) this.send("click", { cell: cell.wanted.key, x: String(point.x), y: String(point.y) });
    });
  }

  resize() {
    clearTimeout(this.resizing);
    this.resizing = setTimeout(() => {
      for (const { plot } of this.cells.values()) if (plot?.data && plot.offsetParent) window.Plotly.Plots.resize(plot);
    }, 120);
  }

  purge() {
    for (const { plot } of this.cells.values()) if (plot?.data && window.Plotly) window.Plotly.purge(plot);
    this.cells.clear();
    this.visible.clear();
    this.seen.disconnect();
  }
}

export default function ({ parentElement, data, setStateValue, setTriggerValue }) {
  parentElement.eastView ??= new View(parentElement);
  const view = parentElement.eastView;
  view.send = setTriggerValue;
  view.show(data, setStateValue);
  // Streamlit also cleans up after updates that were overtaken; only a node that is gone is done with.
  return () => setTimeout(() => {
    if (!view.node.isConnected) { view.controls.halt(); view.purge(); view.sized.disconnect(); }
  }, 500);
}
