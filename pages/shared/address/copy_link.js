// A button that copies the page's address, which says all settings.
const SAID_MS = 2000, LABEL = "Copy link";

// Where a page has no right to the clipboard, such as over http from another machine, a selection can be copied.
function copySelected(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.style.position = "fixed";
  document.body.appendChild(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
}

function made(parent) {
  const button = document.createElement("button");
  button.className = "east-copy";
  button.textContent = LABEL;
  button.setAttribute("aria-live", "polite");
  let back;
  button.onclick = async () => {
    const done = await copy(window.location.href);
    button.textContent = done ? "Copied" : "Copy it from the address bar";
    button.focus();
    clearTimeout(back);
    back = setTimeout(() => { button.textContent = LABEL; }, SAID_MS);
  };
  parent.appendChild(button);
  return button;
}

export default function ({ parentElement, data }) {
  const button = parentElement.querySelector(".east-copy") ?? made(parentElement);
  button.title = data.hint;
}
