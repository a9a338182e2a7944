const figures = JSON.parse(document.getElementById("figures").textContent);
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
paint();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
