"""Widgets of notebooks/explore.ipynb: choose, and figure, verdict and table follow.

Under papermill and nbval there is nobody to choose: the same view is drawn once, as it stands.
"""

from collections.abc import Callable, Mapping
from functools import partial
from html import escape

import ipywidgets as widgets

from xhht_analysis.forecasting.backtest import DEFAULT, registered_models
from xhht_analysis.publishing import explore, sentences
from xhht_analysis.publishing.blocks import prose
from xhht_analysis.publishing.figures.base import picture_or_note
from xhht_analysis.publishing.figures.courses import plot_fan
from xhht_analysis.publishing.figures.grids import plot_ladder
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.selection import NoFiguresError

WIDE = widgets.Layout(width="40rem")
STYLE = {"description_width": "14rem"}


def view(
    run: ReportData,
    goal_code: str,
    unit_code: str = "",
    *,
    origin_year: int | None = None,
    model: str = DEFAULT,
    extra: float = 0.0,
) -> tuple[bytes, str, str]:
    """One answer of the explorer: PNG of the figure, its alt text, HTML of sentences and table.

    ``extra`` are percentage points a year on top of the unit's course.
    """
    unit_code = run.code(unit_code)
    if run.is_level(goal_code):
        if origin_year:
            run = explore.judge_again(run, goal_code, origin_year)
        indicators = (run.ordered_goals.loc[goal_code, "indicator_code"],)
        texts = [*sentences.goal_sentences(run, goal_code), run.word("explore.level")]
        return *_shown(run, partial(plot_ladder, run, indicators)), prose(texts).html
    try:
        base = explore.forecast_course(run, goal_code, model=model, origin_year=origin_year)
        course = base.sped_up(unit_code, extra) if extra else base
        course.of(unit_code)  # raises where the unit has no figures
    except NoFiguresError:
        text = run.word("explore.nothing")
        return _shown(run, partial(plot_fan, run, goal_code))[0], text, prose([text]).html
    table = explore.chances(run, course).to_html(border=0)
    if extra:
        changed = explore.what_if(run, base, unit_code, extra).iloc[:, :3]
        table = changed.to_html(border=0, index=False) + table
    return *_shown(run, partial(plot_fan, run, goal_code, unit_code, course)), table


def _shown(run: ReportData, draw: Callable) -> tuple[bytes, str]:
    """PNG and alt text of a figure; no PNG where there is nothing to draw."""
    block = picture_or_note(run, draw)
    return block.png or b"", block.content["alt"]


def explorer(run: ReportData) -> widgets.VBox:
    """Widgets over `view`: goal, unit, origin year, model and extra pace."""
    word, codes = run.word, list(run.ordered_goals.index)
    units = run.districts[["short_name", "unit_code"]].itertuples(index=False, name=None)
    last = min(int(run.panel["year"].max()), run.last_year - 1)
    years = range(run.province.first_year + 2, last + 1)
    choices = {
        "goal_code": (
            "col.goal",
            [(f"{i}. {run.title(code)}", code) for i, code in enumerate(codes, 1)],
        ),
        "unit_code": ("col.unit", [(word("province"), ""), *units]),
        "origin_year": (
            "explore.origin",
            [(word("explore.all_years"), 0), *((str(y), y) for y in years)],
        ),
        "model": ("explore.model_head", [(word(f"model_id.{m}"), m) for m in registered_models()]),
    }
    controls = {
        name: widgets.Dropdown(options=options, description=word(head), layout=WIDE, style=STYLE)
        for name, (head, options) in choices.items()
    }
    controls["extra"] = widgets.FloatSlider(
        0, min=0, max=5, step=0.25, description=word("explore.extra"), layout=WIDE, style=STYLE,
        continuous_update=False, readout_format=".2f",
    )  # fmt: skip
    controls["goal_code"].value = next((c for c in codes if not run.is_level(c)), codes[0])
    picture, text = widgets.Image(format="png", width=760), widgets.HTML()
    refresh = partial(_refresh, run, controls, picture, text)
    for control in controls.values():
        control.observe(refresh, names="value")
    refresh()
    return widgets.VBox([*controls.values(), picture, text])


def _refresh(
    run: ReportData,
    controls: Mapping[str, widgets.Widget],
    picture: widgets.Image,
    text: widgets.HTML,
    _change: object = None,
) -> None:
    """Show the view of what the controls say."""
    chosen = {name: control.value for name, control in controls.items()}
    picture.value, alt, html = view(run, **chosen)
    text.value = f"<p>{escape(alt)}</p>{html}"
