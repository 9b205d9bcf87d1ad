// One picture of the stage: its figures and its words, each where it stands, as one SVG or PNG. Made in the browser.

const SVG = "http://www.w3.org/2000/svg";
const TOP_PX = 44, EDGE_PX = 16, SHARPER = 2;

function add(parent, tag, attributes, text) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  parent.appendChild(node);
  return node;
}

function parsed(address) {
  const text = decodeURIComponent(address.slice(address.indexOf(",") + 1));
  return new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
}

// Yields what is written on the stage outside its figures.
function* words(node) {
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const owner = walker.currentNode.parentElement;
    if (owner.closest(".east-plot, .east-tools, svg") || !walker.currentNode.textContent.trim()) continue;
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    const box = range.getBoundingClientRect();
    if (box.width) yield [walker.currentNode.textContent, box, getComputedStyle(owner)];
  }
}

async function composed(stage, name) {
  const room = stage.getBoundingClientRect(), app = document.querySelector("[data-testid=stApp]") ?? document.body;
  const width = Math.round(room.width + 2 * EDGE_PX), height = Math.round(room.height + TOP_PX + EDGE_PX);
  const picture = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}` })) picture.setAttribute(key, value);
  const { backgroundColor, color, fontFamily } = getComputedStyle(app);
  const at = (box) => [box.left - room.left + EDGE_PX, box.top - room.top + TOP_PX];
  add(picture, "rect", { width, height, fill: backgroundColor });
  add(picture, "text", { x: EDGE_PX, y: 28, fill: color, "font-family": fontFamily, "font-size": 18, "font-weight": 600 }, name);
  for (const mark of stage.querySelectorAll("header i")) {
    const box = mark.getBoundingClientRect(), [x, y] = at(box);
    if (box.width) add(picture, "rect", { x, y, width: box.width, height: box.height, fill: getComputedStyle(mark).backgroundColor });
  }
  for (const key of stage.querySelectorAll(".east-keys svg")) {
    const [x, y] = at(key.getBoundingClientRect()), copy = picture.appendChild(key.cloneNode(true));
    for (const [name, value] of Object.entries({ x, y, color: getComputedStyle(key).color })) copy.setAttribute(name, value);
  }
  for (const [text, box, style] of words(stage)) {
    const [x, y] = at(box), size = parseFloat(style.fontSize);
    const look = { fill: style.color, "font-family": fontFamily, "font-size": size, "font-weight": style.fontWeight };
    // The font may be another one where the picture is looked at: words keep the width that they have here.
    const place = { x, y: y + (box.height + size * 0.7) / 2, textLength: box.width, lengthAdjust: "spacingAndGlyphs" };
    add(picture, "text", { ...place, ...look }, text.trim());
  }
  for (const plot of stage.querySelectorAll(".east-plot")) {
    const box = plot.getBoundingClientRect(), [x, y] = at(box);
    const drawn = parsed(await window.Plotly.toImage(plot, { format: "svg", width: box.width, height: box.height }));
    drawn.setAttribute("x", x);
    drawn.setAttribute("y", y);
    picture.appendChild(document.importNode(drawn, true));
  }
  return [new XMLSerializer().serializeToString(picture), width, height];
}

async function painted(text, width, height) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [SHARPER * width, SHARPER * height];
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

// Saves the stage as a file of a kind, "SVG" or "PNG".
export async function savePicture(stage, name, kind) {
  const [text, width, height] = await composed(stage, name);
  const blob = kind === "PNG" ? await painted(text, width, height) : new Blob([text], { type: "image/svg+xml" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${name.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "")}.${kind.toLowerCase()}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
