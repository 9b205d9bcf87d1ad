// Moments of a run that the server has sent ahead, packed (see frames.py). `unpack` is what Streamlit calls.

function withFigures(groups, pool) {
  return groups.map((group) => ({
    ...group,
    cells: group.cells.map((cell) => ({ ...cell, data: cell.data.map((place) => pool[place]), layout: pool[cell.layout] })),
  }));
}

// Returns what the view shows at a step, or null where the moments that `data` speaks of are not here.
export function atStep(data, step) {
  const here = window.eastFrames, frame = data.marks.frames && here?.mark === data.marks.frames ? here.frames[step] : null;
  if (!frame) return null;
  const stage = { ...frame.stage, groups: withFigures(frame.stage.groups, here.pool) };
  const groups = withFigures(frame.groups, here.pool);
  return { ...data, stage, groups, strip: frame.strip, marks: { ...data.marks, step } };
}

export default function unpack({ data: { mark, packed } }) {
  if (window.eastFramesWanted === mark) return;
  window.eastFramesWanted = mark;
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const text = new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
  text.then((moments) => { if (window.eastFramesWanted === mark) window.eastFrames = { mark, ...moments }; });
}
