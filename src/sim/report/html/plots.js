/*
 * Draws report.html's plots over time and links their cursors and zoom. A module of its own in the
 * reader's browser, run after uPlot's script; without it the page lacks the plots only.
 */
/** Width of the left axis of all plots, so that their time axes line up. */
const AXIS_PIXELS = 58;
const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
/** Room above the first plot for the names of the phases. */
const PHASE_PIXELS = 22;
const PRINT_PIXELS = 880;

const data = JSON.parse(document.getElementById("plot-data").textContent);
const figures = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3 });
const wholes = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const plots = [];

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const formatValue = (value) => (value >= 100 ? wholes : figures).format(value);

function formatTime(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const pad = (number) => String(number).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${pad(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(whole % 60)}`;
}

const spanAt = (spans, second) => spans.find(({ from, until }) => second >= from && second < until);

/** Pixel range of a span on a plot's canvas, cut to what is shown; null when none of it is. */
function spanPixels(plot, { from, until }) {
  const { left, width } = plot.bbox;
  const start = Math.max(left, plot.valToPos(from, "x", true));
  const end = Math.min(left + width, plot.valToPos(until, "x", true));
  return end > start ? { start, end } : null;
}

/** A name inside a span, left out where it does not fit. */
function drawName(plot, name, { start, end }, y) {
  const { ctx } = plot;
  ctx.font = scaledFont();
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
  if (ctx.measureText(name).width + 8 * uPlot.pxRatio <= end - start) {
    ctx.fillText(name, start + 4 * uPlot.pxRatio, y);
  }
}

const scaledFont = () => FONT.replace("12px", `${12 * uPlot.pxRatio}px`);

function drawRegimes(plot) {
  const { ctx, bbox } = plot;
  ctx.save();
  for (const span of data.regimes) {
    const pixels = spanPixels(plot, span);
    if (pixels === null) continue;
    ctx.fillStyle = colour(`--regime-${span.name}`) || colour("--regime-calm");
    ctx.fillRect(pixels.start, bbox.top, pixels.end - pixels.start, bbox.height);
    ctx.fillStyle = colour("--muted");
    drawName(plot, span.name, pixels, bbox.top + 14 * uPlot.pxRatio);
  }
  ctx.restore();
}

function drawPhases(plot, isNamed) {
  const { ctx, bbox } = plot;
  ctx.save();
  for (const phase of data.phases) {
    const pixels = spanPixels(plot, phase);
    if (pixels === null) continue;
    ctx.fillStyle = colour("--phase-line");
    ctx.fillRect(pixels.start, bbox.top, uPlot.pxRatio, bbox.height);
    if (!isNamed) continue;
    ctx.fillRect(pixels.start, bbox.top - PHASE_PIXELS * uPlot.pxRatio, uPlot.pxRatio, bbox.top);
    ctx.fillStyle = colour("--muted");
    drawName(plot, phase.name, pixels, bbox.top - 8 * uPlot.pxRatio);
  }
  ctx.restore();
}

function drawBound(plot, bound) {
  const { ctx, bbox } = plot;
  const right = bbox.left + bbox.width;
  const isAbove = bound.value > plot.scales.y.max;
  const y = isAbove ? bbox.top : Math.round(plot.valToPos(bound.value, "y", true));
  ctx.save();
  ctx.font = scaledFont();
  ctx.textAlign = "right";
  ctx.textBaseline = "alphabetic";
  ctx.fillStyle = ctx.strokeStyle = colour("--ink");
  if (!isAbove) {
    ctx.lineWidth = uPlot.pxRatio;
    ctx.setLineDash([3 * uPlot.pxRatio, 3 * uPlot.pxRatio]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(right, y);
    ctx.stroke();
  }
  const hasRoomAbove = !isAbove && y - bbox.top > 18 * uPlot.pxRatio;
  const text = isAbove ? `${bound.label}, above this plot` : bound.label;
  ctx.fillText(text, right - 4 * uPlot.pxRatio, y + (hasRoomAbove ? -5 : 14) * uPlot.pxRatio);
  ctx.restore();
}

/** From 0 to a little above the data; up to the bound too, unless that would flatten the data. */
function valueRange(bound) {
  return (_plot, _low, dataMax) => {
    const high = dataMax > 0 ? dataMax : 1;
    const top = bound !== null && bound.value < high * 4 ? Math.max(high, bound.value) : high;
    return [0, top * 1.1];
  };
}

function axis(side) {
  return {
    side,
    font: FONT,
    stroke: () => colour("--muted"),
    grid: { stroke: () => colour("--grid"), width: 1 },
    ticks: { stroke: () => colour("--grid"), width: 1, size: 4 },
  };
}

function axes() {
  return [
    {
      ...axis(2),
      size: 28,
      space: 64,
      incrs: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200],
      values: (_plot, ticks) => ticks.map(formatTime),
    },
    {
      ...axis(3),
      size: AXIS_PIXELS,
      space: 26,
      values: (_plot, ticks) => ticks.map((tick) => figures.format(tick)),
    },
  ];
}

function lineOptions({ name, colour: property, dash, filled }) {
  return {
    label: name,
    stroke: () => colour(property),
    fill: filled ? () => colour(`${property}-fill`) : undefined,
    dash,
    width: 1.6,
    spanGaps: false,
    points: { show: false, filter: lonelyPoints, size: 5, fill: () => colour(property) },
  };
}

/** Samples between two gaps, which no line would show, get a dot. */
function lonelyPoints(plot, line) {
  const values = plot.data[line];
  return [...values.keys()].filter(
    (index) => values[index] !== null && isGap(values[index - 1]) && isGap(values[index + 1]),
  );
}

const isGap = (value) => value === null || value === undefined;

function createPlot(spec, index) {
  const target = document.getElementById(`plot-${spec.id}`);
  const legend = createLegend(spec, document.getElementById(`legend-${spec.id}`));
  const isFirst = index === 0;
  const options = {
    width: target.clientWidth,
    height: spec.heightPixels,
    padding: [isFirst ? PHASE_PIXELS : 8, 12, 0, 0],
    legend: { show: false },
    scales: { x: { time: false, range: timeRange }, y: { range: valueRange(spec.bound) } },
    axes: axes(),
    series: [{}, ...spec.lines.map(lineOptions)],
    cursor: {
      y: false,
      drag: { x: true, y: false },
      sync: {
        key: "time",
        filters: { pub: (type) => type.startsWith("mouse") && !isPress(type) },
      },
      points: { size: 6 },
    },
    hooks: {
      drawClear: [(plot) => spec.regimes && drawRegimes(plot)],
      drawAxes: [(plot) => drawPhases(plot, isFirst)],
      draw: [(plot) => spec.bound !== null && drawBound(plot, spec.bound)],
      setCursor: [(plot) => legend.show(plot.cursor.idx)],
      setScale: [(plot, key) => key === "x" && zoomOthers(plot)],
    },
  };
  const plot = new uPlot(
    options,
    [data.seconds, ...spec.lines.map(({ values }) => values)],
    target,
  );
  legend.attach(plot);
  target.addEventListener("keydown", (event) => steer(event, plot, legend));
  plots.push({ plot, target });
}

const isPress = (type) => type === "mousedown" || type === "mouseup";

/** The last point stands for a stretch of time too, and a single one must have some width. */
function timeRange(_plot, low, high) {
  return low === null ? [0, 1] : [low, Math.max(high, low + 1)];
}

let isZooming = false;
function zoomOthers(source) {
  if (isZooming) return;
  isZooming = true;
  const { min, max } = source.scales.x;
  for (const { plot } of plots) {
    if (plot !== source) plot.setScale("x", { min, max });
  }
  isZooming = false;
  const isWhole = min <= data.seconds[0] && max >= data.seconds.at(-1);
  for (const button of document.querySelectorAll("[data-reset-zoom]")) button.hidden = isWhole;
}

function resetZoom() {
  const first = data.seconds[0];
  plots[0].plot.setScale("x", { min: first, max: Math.max(data.seconds.at(-1), first + 1) });
}

/** Names, line samples and values at the cursor; a press on a name hides its line. */
function createLegend(spec, target) {
  const time = Object.assign(document.createElement("output"), { className: "plot-time" });
  time.setAttribute("aria-live", "off");
  const values = spec.lines.map((line, index) => {
    const button = Object.assign(document.createElement("button"), { type: "button" });
    button.setAttribute("aria-pressed", "true");
    const value = Object.assign(document.createElement("span"), { className: "plot-value" });
    button.append(lineSample(line), ` ${line.name} `, value);
    button.dataset.line = String(index + 1);
    target.append(button);
    return value;
  });
  target.append(time);
  return {
    attach: (plot) => attachToggles(target, plot),
    time,
    show: (index) => showValues(spec, values, time, index),
  };
}

function attachToggles(target, plot) {
  for (const button of target.querySelectorAll("button")) {
    button.addEventListener("click", () => {
      const show = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(show));
      plot.setSeries(Number(button.dataset.line), { show });
    });
  }
}

function showValues(spec, values, time, index) {
  const isOver = index !== null && index !== undefined;
  for (const [line, element] of values.entries()) {
    const value = isOver ? spec.lines[line].values[index] : null;
    element.textContent = typeof value === "number" ? formatValue(value) + spec.unit : "";
  }
  time.textContent = isOver ? momentText(data.seconds[index]) : "";
}

function momentText(second) {
  const names = [spanAt(data.phases, second)?.name, spanAt(data.regimes, second)?.name];
  return [formatTime(second), ...names.filter((name) => name !== undefined)].join(" · ");
}

function lineSample({ colour: property, dash }) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 24 8");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", "M0 4h24");
  path.style.stroke = `var(${property})`;
  path.style.strokeDasharray = dash.join(" ") || "none";
  svg.append(path);
  return svg;
}

/** Arrow keys move the cursor by a point, with Shift by ten; Home and End; Escape resets. */
function steer(event, plot, legend) {
  const last = data.seconds.length - 1;
  const from = plot.cursor.idx ?? 0;
  const step = event.shiftKey ? 10 : 1;
  const places = { ArrowLeft: from - step, ArrowRight: from + step, Home: 0, End: last };
  if (event.key === "Escape") resetZoom();
  if (!(event.key in places)) return;
  event.preventDefault();
  const index = Math.min(last, Math.max(0, places[event.key]));
  legend.time.setAttribute("aria-live", "polite");
  for (const each of plots) {
    each.plot.setCursor({ left: each.plot.valToPos(data.seconds[index], "x"), top: 1 });
  }
}

function fit() {
  for (const { plot, target } of plots) {
    if (target.clientWidth > 0 && target.clientWidth !== plot.width) {
      plot.setSize({ width: target.clientWidth, height: plot.height });
    }
  }
}

function redraw() {
  for (const { plot } of plots) plot.redraw(false);
}

/** Paper is light and narrow whatever the screen is. */
function printing(isPrinting) {
  document.documentElement.classList.toggle("printing", isPrinting);
  for (const { plot, target } of plots) {
    const width = isPrinting ? PRINT_PIXELS : target.clientWidth;
    plot.setSize({ width, height: plot.height });
  }
  redraw();
}

function addResetButtons() {
  for (const heading of document.querySelectorAll("#rates > h2, #latency > h2")) {
    const button = Object.assign(document.createElement("button"), {
      type: "button",
      hidden: true,
    });
    button.textContent = "Show all of the run";
    button.dataset.resetZoom = "";
    button.addEventListener("click", resetZoom);
    heading.append(button);
  }
}

addResetButtons();
for (const [index, spec] of data.plots.entries()) createPlot(spec, index);
new ResizeObserver(fit).observe(document.body);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
addEventListener("beforeprint", () => printing(true));
addEventListener("afterprint", () => printing(false));
