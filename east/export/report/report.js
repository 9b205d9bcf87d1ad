// Draws the report's figures, and moves those of the replay to the moment of the scrubber.
const facts = JSON.parse(document.getElementById("facts").textContent);
const CONFIG = { displayModeBar: false, responsive: true, doubleClick: "reset" };

function draw(node, figure) {
  const data = figure.data.map((place) => facts.parts[place]);
  // Plotly writes into what it is given; the parts are shared.
  const layout = { ...structuredClone(facts.parts[figure.layout]), autosize: true };
  node.setAttribute("aria-label", figure.alt);
  return Plotly.react(node, structuredClone(data), layout, CONFIG);
}

function node(name) {
  return document.querySelector(`[data-figure="${name}"]`);
}

function show(moment) {
  document.getElementById("moment").textContent = moment.words;
  document.getElementById("scrubber").setAttribute("aria-valuetext", moment.words);
  return Promise.all(Object.entries(moment.figures).map(([name, figure]) => draw(node(name), figure)));
}

const still = Object.entries(facts.still).map(([name, figure]) => draw(node(name), figure));
const scrubber = document.getElementById("scrubber");
let replayed = Promise.resolve();
if (scrubber) {
  replayed = show(facts.moments[scrubber.value]);
  scrubber.addEventListener("input", () => show(facts.moments[scrubber.value]));
}
window.addEventListener("beforeprint", () => {
  for (const plot of document.querySelectorAll(".plot")) Plotly.Plots.resize(plot);
});
Promise.all([...still, replayed]).then(() => document.body.setAttribute("data-drawn", "yes"));
