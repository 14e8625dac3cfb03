"use strict";
// Chance of the province if one area, or all, grew faster: the kit's what_if on embedded draws.
(() => {
  const box = document.getElementById("what-if");
  if (!box) return;
  const models = JSON.parse(box.dataset.model);
  const at = (name) => document.getElementById("what-if-" + name);
  const [goal, unit, points, before, after] = ["goal", "unit", "points", "before", "after"].map(at);

  function chance(model, chosen, extra) {
    const total = model.weights.reduce((a, b) => a + b, 0);
    const reached = model.draws.filter((draw) => {
      const sum = draw.reduce((part, value, i) => {
        const faster = chosen < 0 || chosen === i ? extra * model.years : 0;
        return part + model.weights[i] * Math.min(100, Math.max(0, value / 100 + faster));
      }, 0);
      return sum / total >= model.need;
    });
    return reached.length / model.draws.length;
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
    const gain = chance(model, chosen, extra) - chance(model, chosen, 0);
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
