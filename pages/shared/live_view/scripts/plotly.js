// Brings plotly.js to the page, once; figures wait for its event (see cell.js). `load` is what Streamlit calls.
const MARK = "data-east-plotly";

export default function load({ data: { path } }) {
  if (window.Plotly || document.querySelector(`script[${MARK}]`)) return;
  const script = document.createElement("script");
  // The app's pages lie side by side: what is beside the page is below the app's address, wherever that is.
  script.src = new URL(path, window.location.href).href;
  script.setAttribute(MARK, "");
  script.onload = () => window.dispatchEvent(new Event("east-plotly"));
  // Asked for again by the page's next run.
  script.onerror = () => script.remove();
  document.head.append(script);
}
