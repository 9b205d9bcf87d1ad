// What plotly gets: it redraws what is another object than before, and writes into the objects it gets.

// Returns `next` with each part that is as it was in `before` replaced by that part itself.
export function shared(before, next) {
  if (before === next || !next || !before || typeof next !== "object" || typeof before !== "object") return next;
  if (Array.isArray(next) !== Array.isArray(before)) return next;
  const names = Object.keys(next), parts = Array.isArray(next) ? [] : {};
  let same = names.length === Object.keys(before).length;
  for (const name of names) {
    parts[name] = shared(before[name], next[name]);
    same = same && name in before && parts[name] === before[name];
  }
  return same ? before : parts;
}

// Copies objects; lists of numbers and words stay the same lists.
export function copied(value) {
  if (Array.isArray(value)) return value.some((item) => item?.constructor === Object) ? value.map(copied) : value;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, copied(inner)]));
}
