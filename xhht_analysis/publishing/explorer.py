"""Widgets of notebooks/explore.ipynb: choose, and figure, verdict and table follow.

Under papermill and nbval there is nobody to choose: the same view is drawn once, as it stands.
"""

from __future__ import annotations

from html import escape

import ipywidgets as widgets

from xhht_analysis.forecasting.backtest import DEFAULT, registered_models
from xhht_analysis.publishing import explore, sentences
from xhht_analysis.publishing.blocks import prose
from xhht_analysis.publishing.figures.base import png_bytes
from xhht_analysis.publishing.figures.courses import plot_fan
from xhht_analysis.publishing.figures.grids import plot_ladder
from xhht_analysis.publishing.material import Material

WIDE = widgets.Layout(width="40rem")
STYLE = {"description_width": "14rem"}


def view(
    material: Material,
    goal_code: str,
    unit_code: str = "",
    *,
    origin_year: int | None = None,
    model: str = DEFAULT,
    scenario: str = "none",
    extra: float = 0.0,
) -> tuple[bytes, str, str]:
    """One answer of the explorer: PNG of the figure, its alt text, HTML of sentences and table.

    ``extra`` are percentage points a year on top of the unit's course.
    """
    unit_code = material.code(unit_code)
    if material.is_level(goal_code):
        if origin_year:
            material = explore.judge_again(material, goal_code, origin_year)
        figure = plot_ladder(material, (material.ordered_goals.loc[goal_code, "indicator_code"],))
        told = [
            *sentences.goal_sentences(material, goal_code),
            material.labels.word("explore.level"),
        ]
        return png_bytes(figure), figure.get_label(), prose(told).html
    try:
        base = explore.forecast_course(material, goal_code, model=model, origin_year=origin_year)
        course = base.sped_up(unit_code, extra) if extra else base
        draws = course.of(unit_code)
    except explore.NoCourseError:
        text = material.labels.word("explore.nothing")
        return png_bytes(plot_fan(material, goal_code)), text, prose([text]).html
    seen = material.observed(goal_code, None, unit_code)
    seen = seen[seen["low"] == seen["high"]].set_index("year")["low"]
    pace = explore.scenario_pace(seen[seen.index <= course.origin_year], scenario)
    figure = plot_fan(
        material, goal_code, unit_code, years=course.years, draws=draws, model=model, pace=pace
    )
    table = explore.chances(material, course).to_html(border=0)
    if extra:
        changed = explore.what_if(material, base, unit_code, extra).iloc[:, :3]
        table = changed.to_html(border=0, index=False) + table
    return png_bytes(figure), figure.get_label(), table


def explorer(material: Material) -> widgets.VBox:
    """Widgets over `view`: goal, unit, origin year, model, scenario and extra pace."""
    word = material.labels.word
    codes = material.ordered_goals.index
    goals = [(f"{i}. {material.title(code)}", code) for i, code in enumerate(codes, 1)]
    units = [(word("province"), material.province.code)]
    units += [(u.short_name, u.unit_code) for u in material.districts.itertuples()]
    first = material.province.first_year
    last = min(int(material.panel["year"].max()), material.last_year - 1)
    years = [(word("explore.all_years"), 0), *((str(y), y) for y in range(first + 2, last + 1))]
    models = [(word(f"explore.model.{name}"), name) for name in registered_models()]
    paces = [(word(f"explore.scenario.{name}"), name) for name in explore.SCENARIOS]
    first = next((c for c in codes if not material.is_level(c)), codes[0])
    choose = {
        "goal_code": _dropdown(word("col.goal"), goals, first),
        "unit_code": _dropdown(word("col.unit"), units),
        "origin_year": _dropdown(word("explore.origin"), years),
        "model": _dropdown(word("explore.model_head"), models),
        "scenario": _dropdown(word("explore.scenario_head"), paces),
        "extra": widgets.FloatSlider(
            0, min=0, max=5, step=0.25, description=word("explore.extra"), layout=WIDE, style=STYLE,
            continuous_update=False, readout_format=".2f",
        ),
    }  # fmt: skip
    picture, text = widgets.Image(format="png", width=760), widgets.HTML()

    def refresh(_change: object = None) -> None:
        asked = {name: control.value for name, control in choose.items()}
        asked["origin_year"] = asked["origin_year"] or None
        png, alt, html = view(material, asked.pop("goal_code"), asked.pop("unit_code"), **asked)
        picture.value = png
        text.value = f"<p>{escape(alt)}</p>{html}"

    for control in choose.values():
        control.observe(refresh, names="value")
    refresh()
    return widgets.VBox([*choose.values(), picture, text])


def _dropdown(name: str, options: list, value: object = None) -> widgets.Dropdown:
    chosen = options[0][1] if value is None else value
    return widgets.Dropdown(
        options=options, value=chosen, description=name, layout=WIDE, style=STYLE
    )
