// Pointing at a cell of an arm's matrix lights up its rows in the arm's regions, and pointing at a row frames its cell.
const HINT = "Point at a cell: its rows among the training rows shown light up";
const FAINT = 0.12, LARGER = 1.6;

// Returns the class and the prediction of a point of the regions, whose traces are of one class each.
function outcomeOf(trace, place) {
  return { truth: trace.name, predicted: trace.text?.[place] ?? trace.name };
}

// Lights up the rows of one cell; all others fade.
function lit([data, layout], { truth, predicted }) {
  const traces = data.map((trace) => {
    if (trace.mode !== "markers") return trace;
    const chosen = trace.x.flatMap((_, place) => {
      const own = outcomeOf(trace, place);
      return own.truth === truth && own.predicted === predicted ? [place] : [];
    });
    const marker = { opacity: 1, size: LARGER * trace.marker.size };
    return { ...trace, selectedpoints: chosen, selected: { marker }, unselected: { marker: { opacity: FAINT } } };
  });
  return [traces, layout];
}

// Frames one cell, light around dark: one of the two is seen on any shade.
function framed([data, layout], { truth, predicted }) {
  const across = data[0].x.indexOf(predicted), down = data[0].y.indexOf(truth);
  if (across < 0 || down < 0) return [data, layout];
  const box = { type: "rect", x0: across - 0.5, x1: across + 0.5, y0: down - 0.5, y1: down + 0.5 };
  const frames = [[layout.hoverlabel.bgcolor, 6], [layout.font.color, 3]].map(([color, width]) => ({ ...box, line: { color, width } }));
  return [data, { ...layout, shapes: [...(layout.shapes ?? []), ...frames] }];
}

// Makes the cells of one arm follow each other; `redraw` is called when something else is to be seen.
export function follow(cells, redraw) {
  const regions = cells.find((cell) => cell.key === "regions");
  const matrices = cells.filter((cell) => cell.key === "soft" || cell.key === "hard");
  if (!regions) return;
  const point = (source, outcome) => {
    for (const cell of cells) cell.pointed = cell === source ? null : outcome;
    redraw();
  };
  regions.point = (at) => point(regions, at && outcomeOf(at.data, at.pointNumber));
  regions.mark = lit;
  for (const matrix of matrices) {
    matrix.point = (at) => point(matrix, at && { truth: at.y, predicted: at.x });
    matrix.mark = framed;
    matrix.title.title = HINT;
  }
}
