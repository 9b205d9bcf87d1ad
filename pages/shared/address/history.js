// One entry of the browser's history for each page. Streamlit adds one when the page changes and another when the page
// writes its settings into the address, so that Back would need two clicks. It also adds one when the server's answer
// for a page comes after Back or Forward has left that page, and then Forward leads nowhere.
const pathOf = (address) => new URL(address ?? "", window.location.href).pathname;

export default function () {
  const { history, location } = window;
  if (history.eastOneEntryAPage) return;
  const push = history.pushState.bind(history);
  const left = new Set(); // the pages that Back and Forward have left since the reader last did something on a page
  let here = location.pathname;
  history.pushState = (state, title, address) => {
    const path = pathOf(address);
    if (path === location.pathname) history.replaceState(state, title, address);
    else if (!left.has(path)) {
      push(state, title, address);
      here = path;
    }
  };
  window.addEventListener("popstate", () => {
    left.add(here);
    here = location.pathname;
    left.delete(here);
  });
  for (const deed of ["pointerdown", "keydown"]) window.addEventListener(deed, () => left.clear(), true);
  history.eastOneEntryAPage = true;
}
