"""Figures through what stands on their axes: never through pixels."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgb
from seaborn.utils import relative_luminance

from tests import frames, report_maker
from tests.block_text import plain_text
from tests.figure_checks import overlapping_texts
from xhht_analysis.project import resolve
from xhht_analysis.publishing import report
from xhht_analysis.publishing.figures import base, gallery
from xhht_analysis.publishing.labels import CLASS_ORDER
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.run_tables import read_report_data
from xhht_analysis.publishing.selection import NoFiguresError

pytestmark = pytest.mark.unit
NB = "\u00a0"


@pytest.fixture(scope="module")
def run() -> ReportData:
    return frames.make_material()


@pytest.fixture(scope="module")
def fixture_run() -> ReportData:
    return read_report_data(resolve("tests/fixtures/processed"))


@pytest.fixture(scope="module")
def drawn(run):
    sketches = gallery.report_figures(run) | gallery.annex_figures(run)
    wanted = [*gallery.report_figures(run), "districts_clc_it"]
    return {name: sketches[name]() for name in wanted}


def texts(axes) -> list[str]:
    return [t.get_text() for t in axes.texts if t.get_text()]


def line(axes, gid: str):
    return next(one for one in axes.lines if one.get_gid() == gid)


def test_the_report_has_at_most_eight_kinds_of_figure(run):
    assert len(gallery.report_figures(run)) <= 8


def test_nothing_overlaps_and_everything_is_described(drawn):
    for name, figure in drawn.items():
        assert overlapping_texts(figure) == [], name
        assert len(figure.get_label()) > 40, name
        assert figure.get_gid(), name
        assert figure.get_figwidth() * 2.54 < 17.1, name  # an A4 page less two margins of 2 cm


def test_overlaps_are_found_when_there_are_some(run):
    figure = gallery.plot_pace(run)
    figure.axes[0].text(1, 0, "đè lên nhau")
    figure.axes[0].text(1, 0, "đè lên nhau")
    assert overlapping_texts(figure) != []


def test_published_figures_carry_no_sample_mark(run):
    clean = frames.make_material(
        panel=frames.make_panel("ok"), submissions=frames.make_submissions(is_sample=False)
    )
    marks = [gallery.plot_pace(m).get_suptitle() for m in (run, clean)]
    assert marks == ["SỐ LIỆU MINH HỌA", ""]


def lightness(colour: str) -> float:
    """CIE L* (0-100) of a colour, after its luminance by WCAG."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    y = np.dot((0.2126, 0.7152, 0.0722), linear)
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


def test_classes_keep_their_order_and_their_distance_in_grey():
    shades = [lightness(base.CLASS_COLOURS[c]) for c in CLASS_ORDER if c != "no_object"]
    assert (np.diff(shades) >= 8).all()


@pytest.mark.parametrize("colours", [[*base.CLASS_COLOURS.values()], base.LEVEL_COLOURS])
def test_text_on_every_colour_of_a_heat_map_has_enough_contrast(colours):
    _, axes = base.canvas(2)
    base.heat(axes[0, 0], [[*range(len(colours))]], [["5"] * len(colours)], colours)
    assert len(axes[0, 0].texts) == len(colours)
    for text, colour in zip(axes[0, 0].texts, colours, strict=True):
        low, high = sorted(map(relative_luminance, (text.get_color(), colour)))
        assert (high + 0.05) / (low + 0.05) >= 4.5, colour


def test_the_overview_shows_marks_titles_and_actual_against_target(run, drawn):
    (marks,) = drawn["overview"].axes
    shown = [label.get_text() for label in marks.get_yticklabels()]
    for code in run.ordered_goals.index:
        assert any(run.title(code) in text for text in shown)
    # clc_it: 45 % in 2026 against 90 % in 2030
    assert any(f"\n45,0{NB}% (2026) / 90{NB}%" in text for text in shown)
    said = [run.statement(code, year) for code in run.ordered_goals.index for year in (2025, 2030)]
    assert texts(marks) == [s.short_verdict for s in said if s]


def test_of_three_target_years_the_overview_shows_the_two_of_the_page(run):
    more = run.targets.tail(1).assign(target_year=2028)
    three = frames.make_material(targets=pd.concat([run.targets, more], ignore_index=True))
    assert three.target_years == (2025, 2028, 2030)
    heads = gallery.plot_overview(three).axes[0].get_xticklabels()
    assert [label.get_text() for label in heads] == ["2025", "2030"]


def test_shares_of_one_unit_have_each_their_scale_and_those_of_one_goal_share_one(drawn):
    """Frames: no share has figures missing, so no range is explained."""
    shares, districts = drawn["shares"], drawn["districts_clc_it"]
    tops = [{axis.get_ylim()[1] for axis in figure.axes[:3]} for figure in (shares, districts)]
    assert [len(some) > 1 for some in tops] == [True, False]
    assert {axis.get_ylim()[0] for axis in [*shares.axes[:3], *districts.axes[:3]]} == {0}
    assert [texts(axis) for axis in districts.axes[:2]] == [["90"], ["90"]]  # of 2030
    for figure in (shares, districts):  # nothing that is drawn reaches above its panel
        for axis in figure.axes:
            assert axis.dataLim.y1 <= axis.get_ylim()[1]
    assert "▮" not in shares.get_supxlabel()
    years = [t.get_text() for t in shares.axes[0].get_xticklabels() if t.get_visible()]
    assert years == ["2021", "2025", "2030"]


def test_the_ladder_shows_every_standard_in_the_same_years(drawn):
    shown = [axis for axis in drawn["ladder"].axes if axis.axison]
    heads = {tuple(t.get_text() for t in axis.get_xticklabels()) for axis in shown}
    assert heads == {("2021", "2022", "2023", "2024", "2025", "2026")}


def test_a_panel_shows_observed_forecast_and_targets(drawn):
    axes = drawn["districts_clc_it"].axes[0]
    observed = line(axes, "observed")
    assert list(observed.get_xdata()) == [2021, 2022, 2023, 2024, 2025, 2026]
    # 20 + 4 * (year - 2021) + 5
    assert list(observed.get_ydata()) == [25, 29, 33, 37, 41, 45]
    targets = next(dots for dots in axes.collections if dots.get_gid() == "target")
    assert targets.get_offsets().tolist() == [[2025, 70], [2030, 90]]
    median = line(axes, "median")
    assert median.get_xdata()[0] == 2026  # it grows out of the last figure
    (band,) = (one for one in axes.collections if isinstance(one, PolyCollection))
    ends = band.get_paths()[0].vertices
    assert {end for year, end in ends if year == 2030} == {54, 70}  # 62 ± 4 · 4 years / 2
    assert "Tỷ lệ (%)" in axes.get_ylabel()


def test_the_shares_of_a_unit_are_described_by_that_units_statements(run):
    unit = run.shown_districts["unit_code"].iloc[0]
    texts = {u: run.statement("clc_it", 2030, u).latest_text for u in (unit, "82")}
    assert texts[unit] != texts["82"]
    label = gallery.plot_shares(run, unit).get_label()
    assert texts[unit] in label
    assert texts["82"] not in label


def test_no_forecast_is_drawn_where_the_verdict_has_none(run):
    without = {"verdict_class": "no_data", "prob_reached": np.nan, "median": np.nan}
    verdicts = run.verdicts.assign(**without)
    figure = gallery.plot_districts(frames.make_material(verdicts=verdicts), "clc_it")
    assert not [one for one in figure.axes[0].collections if isinstance(one, PolyCollection)]
    assert "median" not in {one.get_gid() for one in figure.axes[0].lines}
    assert list(line(figure.axes[0], "observed").get_ydata()) == [25, 29, 33, 37, 41, 45]


def test_all_shares_stand_with_their_verdicts(run, drawn):
    panels = [a for a in drawn["shares"].axes if a.axison]
    titles = " ".join(a.get_title("left") for a in panels)
    for said in run.statements(2030):
        if said.measure_unit == "percent" and said.is_forecast:
            assert f"2030: {said.short_verdict}" in titles


def test_the_pace_figure_says_what_the_statements_say(run, drawn):
    axes = drawn["pace"].axes[0]
    said = run.statement("clc_it", 2030)
    names = " ".join(label.get_text() for label in axes.get_yticklabels())
    assert f"{said.range_text(said.base)} → 90{NB}%   {said.short_verdict}" in names
    assert "Điểm phần trăm mỗi năm" in axes.get_xlabel()
    # (90 - 45) / 4 needed, 100 / 25 so far
    told = drawn["pace"].get_label()
    assert f"{said.title}: cần 11,3, thường gặp 4,0; {said.verdict_text}." in told


def test_the_ladder_shows_levels_targets_and_what_is_unknown():
    panel = frames.make_panel()
    lost = (panel["indicator_code"] == "literacy_level") & (panel["unit_code"] == "819")
    last = lost & (panel["year"] == 2026)
    panel.loc[last, ["level", "level_derived_min", "level_derived_max"]] = [np.nan, 1, 2]
    figure = gallery.plot_ladder(frames.make_material(panel=panel))
    first = figure.axes[0]
    assert "1–2" in texts(first)
    assert first.get_title("left").splitlines()[1].startswith("2025: mức độ 2: 11/11 đơn vị ✔")


def test_two_districts_of_one_name_are_told_apart(run):
    labels = gallery.plot_heatmap(run).axes[0].get_yticklabels()
    names = [label.get_text() for label in labels]
    assert len(set(names)) == len(names) == 11
    assert {"TX Cai Lậy", "H. Cai Lậy", "H. Cái Bè"} <= set(names)


def test_the_heatmap_shows_the_statements_of_the_goals_asked(run, drawn):
    axes = drawn["heatmap"].axes[0]
    goals = [g for g in run.asked_of_units(2030) if run.statement(g, 2030, "815")]
    said = [run.statement(g, 2030, u) for u in run.districts["unit_code"] for g in goals]
    chances = [s.short_chance.replace(f"{NB}%", "") if s.is_forecast else s.mark for s in said]
    assert texts(axes) == [text + s.star for text, s in zip(chances, said, strict=True)]
    key = drawn["heatmap"].get_supxlabel()
    marks = {s.mark for s in said} - {"–"}
    assert {mark for mark in marks if f"; {mark} " in key} == {
        s.mark for s in said if not s.is_forecast} - {"–"}  # fmt: skip


def test_files_are_the_same_bytes_every_time_and_say_what_they_show(run, tmp_path):
    for folder in ("a", "b"):
        base.save_figure(gallery.plot_pace(run), tmp_path / folder, "pace")
    one, two = ((tmp_path / folder / "pace.png").read_bytes() for folder in "ab")
    assert one == two
    block = base.picture(one)
    figure = gallery.plot_pace(run)
    assert block.content["caption"] == figure.get_gid()
    assert block.content["alt"] == figure.get_label()
    assert "cần 11,3" in block.content["alt"]


def test_pictures_are_those_that_were_drawn(run, tmp_path, monkeypatch):
    gallery.save_all(run, {"pace": gallery.report_figures(run)["pace"]}, tmp_path)
    monkeypatch.setattr(gallery, "plot_pace", lambda run: pytest.fail("drawn a second time"))
    (picture,) = gallery.pictures(run, tmp_path)("pace", "no_such_figure")
    assert picture.png == (tmp_path / "pace.png").read_bytes()


def test_an_empty_folder_writes_nothing(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert base.save_figure(gallery.plot_pace(run), "", "pace").startswith(b"\x89PNG")
    assert list(tmp_path.iterdir()) == []


def test_no_tick_is_rounded_onto_another(run):
    _, axes = base.canvas(2)
    axes[0, 0].set_yticks([0, 0.25, 2.5, 5])
    base.local_numbers(axes[0, 0].yaxis, run)
    assert [t.get_text() for t in axes[0, 0].get_yticklabels()] == ["0", "0,25", "2,50", "5"]


def test_settings_of_a_user_change_nothing(run):
    import matplotlib as mpl

    plain = base.png_of(gallery.plot_pace(run))
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red"}):
        assert base.png_of(gallery.plot_pace(run)) == plain


@pytest.mark.cases(1)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_figure_of_a_real_run_is_readable(fixture_run, lang):
    run = read_report_data(resolve("tests/fixtures/processed"), lang=lang)
    for name, sketch in gallery.report_figures(run).items():
        assert overlapping_texts(sketch()) == [], name


def test_no_text_is_cut_at_the_edge_of_the_printed_figure(run):
    figure = gallery.plot_pace(run)
    base.png_of(figure)  # at the resolution of the file, as it was laid out
    renderer = FigureCanvasAgg(figure).get_renderer()
    starts = [t.get_window_extent(renderer).x0 for t in figure.axes[0].get_yticklabels()]
    assert figure.dpi == base.DPI
    assert min(starts) >= 0


def test_a_run_without_figures_draws_no_empty_frame():
    bare = frames.make_material(
        panel=frames.make_panel().head(0), forecasts=frames.make_forecasts().head(0),
        submissions=frames.make_submissions().head(0), verdicts=frames.make_verdicts(no_data=True),
    )  # fmt: skip
    drawn = gallery.save_all(bare, gallery.report_figures(bare), "")
    kinds = {name: block.content["kind"] for name, block in drawn.items()}
    assert [name for name in kinds if kinds[name] == "picture"] == ["overview"]
    notes = [block.content["paragraphs"] for name, block in drawn.items() if name != "overview"]
    assert all("chưa đủ số liệu để vẽ hình này." in text for (text,) in notes)
    with pytest.raises(NoFiguresError, match="Trung tâm học tập cộng đồng"):
        gallery.plot_districts(bare, "clc_it")
    said = " ".join(
        plain_text(b.content) for b in report.report(bare, "annual", gallery.pictures(bare))
    )
    assert "tốc độ thường gặp: chưa đủ số liệu để vẽ hình này." in said


@pytest.mark.slow
def test_sixty_units_and_very_long_names_are_drawn():
    many = report_maker.many_units()
    assert len(gallery.plot_heatmap(many).axes[0].get_yticklabels()) == 60
    for plot in (gallery.plot_overview, gallery.plot_ladder):
        base.png_of(plot(report_maker.hostile()))


def test_a_year_with_missing_units_is_a_range_and_not_a_fall():
    panel = frames.make_panel()
    lost = (panel["indicator_code"] == "clc_it") & panel["unit_code"].isin(["819", "82"])
    run = frames.make_material(panel=panel[~(lost & (panel["year"] == 2026))])
    axes = gallery.plot_districts(run, "clc_it").axes[0]
    assert list(line(axes, "observed").get_xdata()) == [2021, 2022, 2023, 2024, 2025]
