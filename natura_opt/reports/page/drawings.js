// Drawings: the flows of goods, by plotly, and the line of a sweep.
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// On a screen the diagram is as wide as its place and in the page's colours; on paper as wide as a sheet, in dark ink.
const NARROWEST = 640;
const PAPER = { width: 680, height: 880 };

function drawFlows(place) {
  const plot = element("div", { className: "plot" });
  const chosen = element("select", {}, ...data.flows.map((one, k) => element("option", { value: k }, one.words)));
  const draw = (paper) => {
    const { figure } = data.flows[Number(chosen.value)];
    const [ink, soft] = paper ? ["#000", "#444"] : [colour("--ink"), colour("--soft")];
    const traces = figure.data.map((trace) => ({
      ...trace,
      textfont: { ...trace.textfont, color: ink },
      node: { ...trace.node, color: trace.node.label.map(() => soft) },
    }));
    const { height } = figure.layout;
    const width = Math.max(paper ? PAPER.width : place.clientWidth, NARROWEST);
    const layout = {
      ...figure.layout,
      width,
      height,
      font: { ...figure.layout.font, color: ink, family: getComputedStyle(document.body).fontFamily },
      title: { ...figure.layout.title, font: { size: 15, color: ink } },
      annotations: (figure.layout.annotations ?? []).map((one) => ({ ...one, font: { ...one.font, color: soft } })),
    };
    Plotly.purge(plot); // and not changed in place, which takes time in which paper would show half of it
    Plotly.newPlot(plot, traces, layout, { displayModeBar: false });
    plot.style.zoom = paper ? Math.min(1, PAPER.width / width, PAPER.height / height) : 1;
  };
  const onScreen = () => draw(false);
  if (data.flows.length > 1) place.append(element("label", {}, "Flows of ", chosen));
  const caption = element("figcaption", {}, "Point at a flow to read its amount; the table below says the same in numbers.");
  place.append(plot, caption);
  for (const [where, event] of [[chosen, "change"], [document, "themechange"], [window, "resize"], [window, "afterprint"]]) where.addEventListener(event, onScreen);
  window.addEventListener("beforeprint", () => draw(true));
  onScreen();
}

const SVG = "http://www.w3.org/2000/svg";
function shape(name, properties, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(properties)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

// What was found against what is turned; points without a plan are left out.
function drawLine(place) {
  const table = data.tables.find((one) => one.name === data.line.table);
  const values = (title) => table.columns.find((column) => column.title === title && column.kind === "number").values.map(valued);
  const choice = (titles) => element("select", {}, ...titles.map((title) => element("option", { value: title }, title)));
  const [across, drawn] = [choice(data.line.across), choice(data.line.drawn)];
  const svg = shape("svg", { viewBox: "0 0 720 320", class: "line", role: "img" });
  const draw = () => {
    const [xs, ys] = [values(across.value), values(drawn.value)];
    const points = xs.map((x, k) => [x, ys[k]]).filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y) && x !== null && y !== null);
    points.sort((one, other) => one[0] - other[0]);
    svg.replaceChildren(shape("title", {}, `${drawn.value} against ${across.value}, ${points.length} points`));
    if (!points.length) return svg.append(shape("text", { x: 20, y: 40 }, "No point has a number for it."));
    const ends = (k) => [Math.min(...points.map((one) => one[k])), Math.max(...points.map((one) => one[k]))];
    const flat = (from, to) => to - from <= 1e-9 * Math.max(Math.abs(from), Math.abs(to)); // what differs by rounding is level
    const [[left, right], [low, high]] = [ends(0), ends(1)];
    const scaled = (value, from, to, start, end) => (!flat(from, to) ? start + ((value - from) / (to - from)) * (end - start) : (start + end) / 2);
    const at = ([x, y]) => [scaled(x, left, right, 80, 690), scaled(y, low, high, 270, 20)];
    svg.append(shape("line", { x1: 80, y1: 280, x2: 700, y2: 280, class: "axis" }), shape("line", { x1: 70, y1: 15, x2: 70, y2: 280, class: "axis" }));
    for (const [value, end] of flat(left, right) ? [[left, "middle"]] : [[left, "start"], [right, "end"]]) svg.append(shape("text", { x: at([value, low])[0], y: 298, "text-anchor": end }, readable(value)));
    for (const value of flat(low, high) ? [low] : [low, high]) svg.append(shape("text", { x: 64, y: at([left, value])[1] + 4, "text-anchor": "end" }, readable(value)));
    svg.append(shape("text", { x: 385, y: 314, "text-anchor": "middle" }, across.value));
    if (data.line.across.length === 1) svg.append(shape("polyline", { class: "curve", points: points.map((one) => at(one).join(",")).join(" ") }));
    for (const one of points) {
      const [cx, cy] = at(one);
      const dot = shape("circle", { cx, cy, r: 3.5, class: "dot" });
      dot.append(shape("title", {}, `${exact(one[0])}: ${exact(one[1])}`));
      svg.append(dot);
    }
  };
  for (const select of [across, drawn]) select.addEventListener("change", draw);
  place.append(element("label", {}, "Draw ", drawn), element("label", {}, " against ", across), svg);
  draw();
}
