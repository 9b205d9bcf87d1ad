// Larger words in a figure: its fonts, margins and marks grow, its numbers stay.

const MARGINS = new Set(["l", "r", "t", "b"]);

function grows(name, owner) {
  return /font$/.test(owner) || (owner === "marker" && name === "size") || (owner === "margin" && MARGINS.has(name))
    || (owner === "line" && name === "width") || (owner === "layout" && name === "height");
}

function grown(value, scale, owner) {
  if (Array.isArray(value)) return typeof value[0] === "object" ? value.map((item) => grown(item, scale, owner)) : value;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [
    name, typeof inner === "number" && grows(name, owner) ? inner * scale : grown(inner, scale, name),
  ]));
}

// Returns the traces and the layout of a figure, `scale` times as large.
export function enlarged([data, layout], scale) {
  if (scale === 1) return [data, layout];
  return [data.map((trace) => grown(trace, scale, "")), grown(layout, scale, "layout")];
}
