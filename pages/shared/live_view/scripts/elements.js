// Small helpers for elements of the page.

export function make(tag, parent, className) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  parent.appendChild(node);
  return node;
}

// Text goes in as text, never as markup: class names come from a reader's file.
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function fillSelect(select, options, value) {
  const written = JSON.stringify(options);
  if (select.dataset.options !== written) {
    select.replaceChildren();
    for (const [key, label] of options) {
      const option = make("option", select);
      option.value = key;
      option.textContent = label;
    }
    select.dataset.options = written;
  }
  // What the reader has just chosen stays until the server has heard of it.
  if (select.dataset.value !== value) { select.value = value; select.dataset.value = value; }
}

// Leaves a parent with as many children as there are items; `add` makes one, `show` fills it.
export function showEach(parent, items, add, show) {
  items.forEach((item, place) => show(parent.children[place] ?? add(parent), item));
  while (parent.children.length > items.length) parent.lastChild.remove();
}
