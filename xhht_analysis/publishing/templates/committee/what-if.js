"use strict";
// Chance of the province if one area, or all, grew faster: the kit's what_if on its published forecast.
(() => {
  const box = document.getElementById("what-if");
  if (!box) return;
  const models = JSON.parse(box.dataset.model);
  const at = (name) => document.getElementById("what-if-" + name);
  const [goal, unit, points, before, after] = ["goal", "unit", "points", "before", "after"].map(at);

  // Chance that the forecast stays below x: between its quantiles as on a straight line.
  function below(model, x) {
    const { levels, values } = model, last = values.length - 1;
    if (x < values[0]) return 0;
    if (x > values[last]) return 1;
    const i = Math.max(0, values.findLastIndex((value) => value <= x));
    if (i === last) return levels[last];
    return levels[i] + (levels[i + 1] - levels[i]) * (x - values[i]) / (values[i + 1] - values[i]);
  }

  // How far the province's forecast moves: the mean of its districts, each within 0-100 %.
  function move(model, chosen, extra) {
    const total = model.weight.reduce((a, b) => a + b, 0);
    return model.median.reduce((sum, median, i) => {
      const points = chosen < 0 || chosen === i ? extra * model.years[i] : 0;
      const moved = Math.min(100, Math.max(0, median + points)) - median;
      return sum + moved * model.weight[i] / total;
    }, 0);
  }

  function shown(p) {
    const rounded = Math.round(20 * p + 1e-9) * 5;
    if (rounded < 5) return "< 5 %";
    return rounded > 95 ? "> 95 %" : rounded + " %";
  }

  function refresh() {
    const model = models[Number(goal.value)];
    const extra = Number(points.value) || 0;
    const chosen = Number(unit.value);
    const need = model.need - move(model, chosen, extra);
    const gain = below(model, model.need) - below(model, need);
    const now = Math.min(1, Math.max(0, model.chance + gain));
    before.textContent = shown(model.chance);
    after.textContent = shown(now);
    after.dataset.value = now.toFixed(4);
  }

  function list() {
    const names = [unit.dataset.all, ...models[Number(goal.value)].units];
    unit.replaceChildren(...names.map((name, i) => {
      const option = document.createElement("option");
      option.value = String(i - 1);
      option.textContent = name;
      return option;
    }));
    refresh();
  }

  goal.addEventListener("change", list);
  unit.addEventListener("change", refresh);
  points.addEventListener("input", refresh);
  box.hidden = false;
  list();
})();
