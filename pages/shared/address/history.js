// One entry of the browser's history for each page. Streamlit adds one when the page changes and another when the page
// writes its settings into the address, so that Back would need two clicks.
export default function () {
  const { history, location } = window;
  if (history.eastOneEntryAPage) return;
  const push = history.pushState.bind(history);
  history.pushState = (state, title, address) => {
    const samePage = new URL(address ?? "", location.href).pathname === location.pathname;
    if (samePage) history.replaceState(state, title, address);
    else push(state, title, address);
  };
  history.eastOneEntryAPage = true;
}
