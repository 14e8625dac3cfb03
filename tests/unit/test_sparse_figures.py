"""Figures of runs with few figures: nothing overlaps, no sign is promised that is not drawn."""

import numpy as np
import pytest

from tests import frames
from tests.figure_checks import overlapping_texts
from tests.random_runs import random_run
from xhht_analysis.publishing.figures import gallery
from xhht_analysis.publishing.selection import NoFiguresError

pytestmark = pytest.mark.unit
NB = "\u00a0"


def key(figure) -> str:
    return " ".join(figure.get_supxlabel().split())


def drawn(axes, gid: str) -> list[tuple]:
    one = next(line for line in axes.lines if line.get_gid() == gid)
    return list(zip(one.get_xdata(), one.get_ydata(), strict=True))


@pytest.mark.cases(1)
@pytest.mark.parametrize(
    ("years", "holes", "as_of"),
    [(1, 1.0, "2026-11-20"), (1, 0.9, "2026-11-20"), (2, 0.6, "2024-11-20"), (3, 0.3, "2023-11-20"),
     (6, 0.0, "2031-03-01")],
)  # fmt: skip
def test_no_text_of_a_sparse_run_lies_on_another(years, holes, as_of):
    run = random_run(7, years, holes, False, as_of)
    for name, sketch in (gallery.report_figures(run) | gallery.annex_figures(run)).items():
        try:
            figure = sketch()
        except NoFiguresError:
            continue
        titles = [axis._left_title for axis in figure.axes if axis.get_title("left")]
        assert overlapping_texts(figure) == [], name
        assert overlapping_texts(figure, titles) == [], name


def test_a_forecast_does_not_start_at_the_least_that_an_open_year_may_be():
    panel = frames.make_panel()
    lost = (panel["indicator_code"] == "clc_it") & panel["unit_code"].isin(["819", "82"])
    run = frames.make_material(panel=panel[~(lost & (panel["year"] == 2026))])
    axes = gallery.plot_districts(run, "clc_it").axes[0]
    assert drawn(axes, "median")[0][0] == 2027


def test_districts_stand_on_a_scale_of_their_own_figures():
    panel = frames.make_panel()
    mine = panel["indicator_code"] == "university_degree"
    panel.loc[mine, ["value", "numerator"]] /= 5  # 4 to 11 percent, targets 12 and 15
    run = frames.make_material(panel=panel, forecasts=frames.make_forecasts().head(0))
    figure = gallery.plot_districts(run, "university_degree")
    (limits,) = {axis.get_ylim() for axis in figure.axes if axis.axison}
    assert limits == (0, pytest.approx(16.5, abs=1))


def test_panels_are_named_by_what_tells_them_apart():
    run = frames.make_material()
    of_a_goal, of_a_unit = gallery.plot_districts(run, "clc_it"), gallery.plot_shares(run, "815")
    heads = [
        [axis.get_title("left").splitlines()[0] for axis in figure.axes if axis.get_title("left")]
        for figure in (of_a_goal, of_a_unit)
    ]
    assert heads[0][:2] == ["toàn tỉnh", "TP Mỹ Tho"]
    assert heads[1][:2] == ["10. Năng lực thông tin", "12. Được đào tạo CMKT"]


def test_grids_without_a_verdict_or_a_level_are_sentences():
    bare = frames.make_material(verdicts=frames.make_verdicts(no_data=True))
    with pytest.raises(NoFiguresError, match="mục tiêu năm 2030 theo huyện"):
        gallery.plot_heatmap(bare)
    panel = frames.make_panel()
    levels = panel["level"].notna() & (panel["unit_code"] != "82")
    panel.loc[levels, ["level", "level_derived_min", "level_derived_max"]] = [np.nan, 0, 3]
    with pytest.raises(NoFiguresError):
        gallery.plot_ladder(frames.make_material(panel=panel))
    assert "đã đạt" not in key(gallery.plot_heatmap(frames.make_material()))


def test_a_chance_in_doubt_has_a_sign_in_every_panel():
    verdicts = frames.make_verdicts()
    verdicts["tested"] = "unscored"
    run = frames.make_material(verdicts=verdicts)
    for figure in (gallery.plot_shares(run), gallery.plot_ladder(run)):
        heads = [axis.get_title("left") for axis in figure.axes if axis.get_title("left")]
        assert all("†" in head for head in heads if f"{NB}%" in head)
        assert "† chưa kiểm định" in key(figure)
    cells = [text.get_text() for text in gallery.plot_heatmap(run).axes[0].texts]
    assert all("†" in cell for cell in cells if any(c.isdigit() for c in cell))
    assert any("†" in cell for cell in cells)
