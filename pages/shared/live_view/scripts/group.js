// Cells that belong together, under a heading with a coloured mark, and a legend where one is wanted.
import { Cell } from "./cell.js";
import { make, write } from "./elements.js";

export class Group {
  constructor(parent, group, stage) {
    const section = make("section", parent, "east-group" + (group.wide ? " east-wide" : ""));
    const header = make("header", section);
    const name = make("b", header);
    this.mark = make("i", name);
    this.title = make("span", name);
    this.caption = make("span", header);
    header.hidden = !group.title;
    this.legend = make("div", section, "east-legend");
    this.legend.hidden = true;
    const cells = make("div", section, "east-cells");
    cells.dataset.areas = group.cells.map((cell) => cell.key).join(" ");
    cells.style.setProperty("--columns", group.columns);
    cells.style.setProperty("--wide-columns", group.wide_columns);
    this.cells = group.cells.map((cell) => new Cell(cells, cell, stage));
  }

  show(group, send) {
    write(this.title, group.title);
    write(this.caption, group.caption);
    this.caption.title = group.caption; // where there is no room for all of it
    this.mark.hidden = !group.color;
    this.mark.style.background = group.color;
    group.cells.forEach((cell, place) => this.cells[place].show(cell, send));
  }

  showLegend(entries) {
    const written = JSON.stringify(entries);
    if (this.legend.dataset.entries === written) return;
    this.legend.dataset.entries = written;
    this.legend.hidden = !entries.length;
    this.legend.replaceChildren();
    for (const [name, color] of entries) {
      const entry = make("span", this.legend);
      make("i", entry).style.background = color;
      entry.append(name);
    }
  }
}
