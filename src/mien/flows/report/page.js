// The curves, the strip and the lanes share one span of time; buttons move it.
const figures = JSON.parse(document.getElementById("figures").textContent);
const over = document.querySelector(".over");
const whole = over ? [0, +over.style.getPropertyValue("--span")] : [0, 1];
let span = whole;

const paint = () => {
  const css = getComputedStyle(document.documentElement);
  const colour = name => css.getPropertyValue("--" + name).trim();
  const lines = {L: "left", R: "right", both: "both", yaw: "left", pitch: "right", roll: "both"};
  for (const [id, figure] of Object.entries(figures)) {
    figure.layout.font.color = colour("ink");
    for (const key of Object.keys(figure.layout).filter(key => /^[xy]axis/.test(key)))
      Object.assign(figure.layout[key], {gridcolor: colour("grid"), linecolor: colour("grid")});
    for (const trace of figure.data) trace.line.color = colour(lines[trace.meta]);
    for (const shape of figure.layout.shapes || []) {
      if (shape.type === "rect") Object.assign(shape, {fillcolor: colour(shape.name), opacity: shape.name === "micro" ? 0.22 : 0.12});
      else shape.line.color = colour("faint");
    }
    Plotly.react(id, figure.data, figure.layout, {responsive: true, displayModeBar: false});
  }
};

const show = (from, to, source) => {
  const length = Math.min(Math.max(to - from, 0.05), whole[1] - whole[0]);
  from = Math.min(Math.max(from, whole[0]), whole[1] - length);
  span = [from, from + length];
  if (over) {
    over.style.setProperty("--from", from);
    over.style.setProperty("--span", length);
    const marks = [0, 0.25, 0.5, 0.75, 1].map(share => `<span>${(from + share * length).toFixed(length < 10 ? 2 : 0)} s</span>`);
    over.querySelector(".scale").innerHTML = marks.join("");
  }
  for (const [id, figure] of Object.entries(figures)) {
    figure.layout.xaxis.range = span.slice();
    if (id !== source) Plotly.relayout(id, {"xaxis.range": span.slice()});
  }
};

const zoom = way => {
  const [from, to] = span, length = to - from, middle = (from + to) / 2;
  if (way === "all") return show(...whole);
  if (way === "left" || way === "right") {
    const step = (way === "left" ? -0.5 : 0.5) * length;
    return show(from + step, to + step);
  }
  const half = length * (way === "in" ? 0.25 : 1);
  show(middle - half, middle + half);
};

const listen = id => document.getElementById(id).on("plotly_relayout", change => {
  if (change["xaxis.autorange"]) return show(...whole);
  const [from, to] = change["xaxis.range"] || [change["xaxis.range[0]"], change["xaxis.range[1]"]];
  if (from === undefined || Math.abs(from - span[0]) + Math.abs(to - span[1]) < 1e-6) return;
  show(from, to);
});

const hold = still => {
  document.body.classList.toggle("still", still);
  for (const button of document.querySelectorAll(".pause"))
    button.textContent = still ? "Let the pictures move" : "Hold the pictures still";
};

const say = event => {
  const words = event.target.matches(".bar, .mark") && event.target.getAttribute("aria-label");
  if (words) over.querySelector(".say").textContent = words;
};

document.addEventListener("click", event => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.zoom) zoom(button.dataset.zoom);
  if (button.matches(".pause")) hold(!document.body.classList.contains("still"));
  if (button.matches(".flip")) button.setAttribute("aria-pressed", button.getAttribute("aria-pressed") !== "true");
  if (button.matches(".show")) {
    show(+button.dataset.from - 0.5, +button.dataset.to + 0.5);
    document.getElementById("curves").scrollIntoView();
  }
});
if (over) for (const kind of ["pointerover", "focusin", "click"]) over.addEventListener(kind, say);

const calm = matchMedia("(prefers-reduced-motion: reduce)");
hold(calm.matches);
calm.addEventListener("change", () => hold(calm.matches));
paint();
Object.keys(figures).forEach(listen);
show(...whole);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
