"""Figures through their axes: what is drawn, in which words, and that nothing overlaps."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests import frames, report_maker
from tests.figure_checks import overlapping_texts
from xhht_analysis.project import resolve
from xhht_analysis.publishing.figures import base as figures
from xhht_analysis.publishing.figures import gallery, panels
from xhht_analysis.publishing.figures import goals as figures_goals
from xhht_analysis.publishing.figures import pace as figures_pace
from xhht_analysis.publishing.figures import places as figures_places
from xhht_analysis.publishing.labels import Labels
from xhht_analysis.publishing.material import Material, read_material

pytestmark = pytest.mark.unit
NB = "\u00a0"


@pytest.fixture(scope="module")
def run() -> Material:
    scores = [
        {"model_id": "xhht-2", "indicator_code": "clc_it", "origin_year": 2024, "horizon": 1,
         "metric": f"coverage_{level}", "value": value, "n": 66}
        for level, value in ((50, 0.47), (80, 0.83), (95, 0.94))
    ]  # fmt: skip
    previous = frames.make_verdicts()
    previous["prob_reached"] = (previous["prob_reached"] - 0.1).clip(lower=0)
    scores = pd.DataFrame(scores).astype({"origin_year": "Int64", "horizon": "Int64"})
    return frames.make_material(scores=scores, previous=previous)


@pytest.fixture(scope="module")
def drawn(run) -> dict:
    sketches = gallery.overviews(run) | gallery.districts(run)
    made = {name: draw() for name, draw in sketches.items()}
    for code in ("information_literacy", "lower_secondary_l3_districts", "primary_l3_province"):
        made[f"fan_{code}"] = figures_goals.plot_fan(run, code)
    made["fan_none"] = figures_goals.plot_fan(run, frames.NO_DATA_GOAL)
    return made


def texts(figure) -> list[str]:
    return [t.get_text() for axis in figure.axes for t in axis.texts]


def test_nothing_overlaps_and_everything_is_described(drawn):
    for name, figure in drawn.items():
        assert overlapping_texts(figure) == [], name
        assert len(figure.get_label()) > 40, name
        assert "SỐ LIỆU MINH HOẠ" in [t.get_text() for t in figure.texts], name
        assert "20/11/2026" in figure.get_supxlabel(), name


def test_overlaps_are_found_when_there_are_some(run):
    figure, axes = figures.canvas(2)
    for x in (0.5, 0.505):
        axes[0, 0].text(x, 0.5, "chồng lên nhau")
    assert overlapping_texts(figure)


def test_published_figures_carry_no_sample_mark(run):
    panel = frames.make_panel(status="ok")
    clean = frames.make_material(panel=panel, submissions=frames.make_submissions(False))
    figure = figures_goals.plot_fan(clean, "clc_it")
    assert "SỐ LIỆU MINH HOẠ" not in [t.get_text() for t in figure.texts]


def test_the_fan_shows_observed_target_bands_origin_and_boundary(drawn):
    axis = drawn["fan_information_literacy"].axes[0]
    lines = {line.get_gid(): line for line in axis.lines if line.get_gid()}
    # the province has the share of district 5: 20 + 4 * (year - 2021) + 5
    assert list(lines["observed"].get_xdata()) == [2021, 2022, 2023, 2024, 2025, 2026]
    assert list(lines["observed"].get_ydata()) == [25, 29, 33, 37, 41, 45]
    # forecast median 2030: 20 + 4 * 9 + 11 - 5 = 62
    assert lines["median"].get_ydata()[-1] == pytest.approx(62)
    assert lines["origin"].get_xdata()[0] == 2026
    assert 2024 < lines["boundary"].get_xdata()[0] < 2025
    targets = [line.get_ydata()[0] for line in axis.lines if line.get_gid() == "target"]
    assert targets == [50, 70]
    assert len(axis.collections) >= 3
    assert f"Mục tiêu 2030: 70{NB}%\n▲ rất có khả năng đạt (95{NB}%)" in texts(axis.figure)


def test_counted_goals_are_drawn_as_whole_districts(drawn):
    axis = drawn["fan_lower_secondary_l3_districts"].axes[0]
    observed = next(line for line in axis.lines if line.get_gid() == "observed")
    # level 3 from 2024 for districts 0, 3, 6, 9: 1 + 1 + 1
    assert list(observed.get_ydata()) == [0, 0, 0, 4, 4, 4]
    assert axis.get_ylabel() == "Số huyện, thành, thị đạt"
    assert "Mục tiêu 2025: 3/11 đơn vị\n✔ đã đạt" in texts(axis.figure)


def test_a_goal_without_figures_says_so(drawn):
    assert "Chưa có số liệu báo cáo" in texts(drawn["fan_none"])


def test_years_are_whole_on_every_axis(drawn):
    figure = drawn["fan_information_literacy"]
    figure.draw_without_rendering()
    shown = [t.get_text() for a in figure.axes for t in a.get_xticklabels()]
    assert all(text.isdigit() for text in shown if text)


def panel_titles(figure) -> list[str]:
    return [t.get_text() for t in figure.axes[0].texts if t.get_gid() == "title"]


def test_panels_stand_side_by_side_on_one_scale(drawn, run):
    figure = drawn["districts_clc_it"]
    lines = {line.get_gid(): line.get_xydata() for line in figure.axes[0].lines}
    seen = lines["observed"]
    courses = [part[1:] for part in np.split(seen, np.flatnonzero(np.isnan(seen[:, 0])))]
    courses = [part for part in courses if len(part)]
    assert [len(part) for part in courses] == [6] * 11
    steps = np.diff(courses[0], axis=0)
    assert steps[:, 0] == pytest.approx(1)  # a year
    places = [frames.DISTRICTS.index(code) for code in run.districts["unit_code"]]
    for course, place in zip(courses[:4], places, strict=False):
        # 4 points a year, and one between a district and the next by code
        ahead = (course[0, 1] - courses[0][0, 1]) / steps[0, 1]
        assert ahead == pytest.approx((place - places[0]) / 4)
    assert courses[1][0, 0] - courses[0][0, 0] == pytest.approx(panels.STEP)
    assert (lines["target"][~np.isnan(lines["target"][:, 0])]).shape == (11, 2)
    # the year under a panel stands under its point: 2021 of the last line
    years = [t for t in figure.axes[0].texts if t.get_text() == "2021"]
    assert len(years) == 4
    assert years[-1].get_position()[0] == pytest.approx(courses[-1][0, 0])


def test_districts_stand_in_vietnamese_order(drawn, run):
    names = panel_titles(drawn["districts_clc_it"])
    assert names == list(run.districts["short_name"])
    assert len(names) == 11
    bare = [name.split(maxsplit=1)[1] for name in names]
    assert bare == Labels().sort(bare)


def test_the_ladder_shows_unknown_levels_as_a_range():
    panel = frames.make_panel()
    unsure = (panel["indicator_code"] == "primary_level") & (panel["unit_code"] == "815")
    unsure &= panel["year"] == 2026
    panel.loc[unsure, ["level", "level_derived_min", "level_derived_max"]] = [np.nan, 1.0, 3.0]
    figure = figures_places.plot_ladder(frames.make_material(panel=panel))
    assert texts(figure).count("1–3") == 1


def test_the_calendar_marks_late_and_missing(drawn):
    shown = texts(drawn["calendar"])
    assert shown.count("05/12 !") == 1
    assert shown.count("–") == 1
    assert "8/8" in shown  # Cái Bè has 8 communes since 2025-07
    assert "1 gửi sau hạn" in drawn["calendar"].get_label()


def test_the_heatmap_says_chances_without_colour(run):
    figure = figures_places.plot_heatmap(run)
    assert overlapping_texts(figure) == []
    assert len(texts(figure)) == 12 * 11  # 12 goals of 2030 have verdicts by district
    assert texts(figure).count("–") == 11


def test_pace_figures_say_what_the_verdicts_say(run):
    dumbbell = figures_pace.plot_dumbbell(run)
    # information literacy: (70 - 45) / 4 = 6,25 points a year
    assert texts(dumbbell)[0] == "cần +6,3 điểm/năm"
    changes = figures_pace.plot_changes(run)
    # first goal of the plan: 0.78 now, 0.68 before
    assert texts(changes)[0] == f"70{NB}% → 80{NB}%"
    for figure in (dumbbell, changes, figures_pace.plot_peers(run)):
        assert overlapping_texts(figure) == []


def test_no_dot_of_a_share_crosses_the_target_or_stands_beyond_100():
    dots = np.array([60.0, 89.9, 90.0, 95.0, 100.0])
    _, places = figures_pace._dot_columns(dots, 90.0, percent=True)
    assert ((places >= 90) == (dots >= 90)).all()
    assert places.max() <= 100


def test_dots_are_twenty_and_fill_with_the_chance(run):
    figure = figures_pace.plot_dots(run, "clc_it")
    filled, hollow = figure.axes[0].collections
    assert len(filled.get_offsets()) == 16  # P = 0.78
    assert len(hollow.get_offsets()) == 4


def test_leverage_track_and_tiles(run):
    leverage = figures_pace.plot_leverage(run, "clc_it")
    widths = [bar.get_width() for bar in leverage.axes[0].patches]
    assert widths == sorted(widths, reverse=True)
    covered = figures_pace.plot_track(run).axes[0]
    assert [list(line.get_ydata()) for line in covered.lines][1] == [47, 83, 94]
    assert covered.texts[0].get_gid() == "n=66"
    tiles = figures_places.plot_tiles(run, "clc_it").axes[0]
    assert sum(len(c.get_paths()) for c in tiles.collections) == 11


def test_files_are_the_same_bytes_every_time(run, tmp_path):
    made = [figures_goals.plot_fan(run, "clc_it") for _ in range(2)]
    first, second = (
        [p.read_bytes() for p in figures.save_figure(figure, tmp_path / str(i), "fan")]
        for i, figure in enumerate(made)
    )
    assert first == second
    assert first[0].startswith(b"\x89PNG")
    assert b"<svg" in first[1]


def test_the_text_of_an_svg_is_text_with_its_spaces(run):
    svg = figures.svg_bytes(figures_goals.plot_fan(run, "clc_it")).decode()
    assert "Trung tâm học tập cộng đồng ứng dụng CNTT</text>" in svg
    assert "–●– Thực hiện    - - Dự kiến" in svg
    assert '<svg xml:space="preserve"' in svg
    assert "'DejaVu Sans', 'Verdana', sans-serif" in svg
    assert "<title>Trung tâm học tập cộng đồng ứng dụng CNTT</title>" in svg


def test_text_on_png_stands_where_the_layout_has_room_for_it():
    figure, axes = figures.canvas(2)
    axes[0, 0].axis("off")
    text = axes[0, 0].text(0.5, 0.5, "Sở GDĐT", ha="center", va="center", fontsize=20)
    canvas = figures.settle(figure)
    canvas.draw()
    ink = np.asarray(canvas.buffer_rgba())[:, :, :3].min(axis=2) < 128
    down, across = np.nonzero(ink)
    box = text.get_window_extent(canvas.renderer)
    assert box.x0 - 1 <= across.min() <= box.x0 + 6
    assert box.x1 - 6 <= across.max() <= box.x1 + 1
    height = ink.shape[0]
    assert box.y0 - 1 <= height - down.max() <= height - down.min() <= box.y1 + 1


def test_a_text_turned_upright_reads_from_below():
    figure, axes = figures.canvas(2)
    axes[0, 0].axis("off")
    axes[0, 0].text(0.5, 0.5, "L", rotation=90, ha="center", va="center", fontsize=40)
    canvas = figures.settle(figure)
    canvas.draw()
    down, across = np.nonzero(np.asarray(canvas.buffer_rgba())[:, :, 0] < 128)
    inked = [int((across == x).sum()) for x in range(across.min(), across.max() + 1)]
    # the foot of a turned L is its long edge at the right
    assert np.argmax(inked) > len(inked) / 2
    assert np.ptp(across) > np.ptp(down)


def test_an_empty_folder_writes_nothing(run):
    assert figures.save_figure(figures_pace.plot_track(run), "", "track") == []


def test_no_font_but_dejavu(run):
    figure = figures_goals.plot_overview(run)
    figure.draw_without_rendering()
    fonts = {t.get_fontname() for a in figure.axes for t in a.texts}
    assert fonts == {"DejaVu Sans"}


@pytest.mark.parametrize("colour", [*figures.CLASS_COLOURS.values(), *figures.LEVEL_COLOURS])
def test_text_on_colour_has_enough_contrast(colour):
    from matplotlib.colors import to_rgb

    def luminance(value):
        linear = [
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(value)
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(colour), luminance(figures.ink_on(colour))), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


@pytest.fixture(scope="module")
def fixture_run() -> Material:
    return read_material(resolve("tests/fixtures/processed"))


@pytest.mark.parametrize("sketches", ["overviews", "fans", "dots", "paces", "districts"])
def test_every_figure_of_a_run_is_readable_and_says_its_finding(fixture_run, sketches):
    made = getattr(gallery, sketches)(fixture_run)
    assert made
    for name, draw in made.items():
        figure = draw()
        assert overlapping_texts(figure) == [], name
        assert any(c.isdigit() for c in figure.get_label()), name
        assert "SỐ LIỆU MINH HOẠ" in [t.get_text() for t in figure.texts], name


def test_english_figures_do_not_overlap_either(fixture_run):
    english = replace(fixture_run, labels=Labels("en"))
    for name, draw in (gallery.overviews(english) | gallery.paces(english)).items():
        assert overlapping_texts(draw()) == [], name


def test_the_tally_counts_every_target_once(run):
    figure = figures_goals.plot_tally(run)
    counts = [int(t) for t in texts(figure) if t.isdigit()]
    assert sum(counts) == 18 + 16  # targets of 2025 and of 2030
    assert "18 mục tiêu" in figure.get_label()
    assert overlapping_texts(figure) == []


def test_a_year_with_missing_units_is_a_range_and_not_a_fall():
    panel = frames.make_panel()
    gone = (panel["indicator_code"] == "clc_it") & (panel["year"] == 2022)
    gone &= panel["unit_code"].isin(["815", "82"])
    figure = figures_goals.plot_fan(frames.make_material(panel=panel[~gone]), "clc_it")
    axis = figure.axes[0]
    observed = next(line for line in axis.lines if line.get_gid() == "observed")
    assert list(observed.get_xdata()) == [2021, 2023, 2024, 2025, 2026]
    unsure = next(c for c in axis.collections if c.get_gid() == "unsure")
    ((low, high),) = ([point[1] for point in segment] for segment in unsure.get_segments())
    # ten districts known (24 + i of 1000 each, i = 1 … 10), one between 0 and 100 percent
    known = sum(24 + i for i in range(1, 11))
    assert (low, high) == (pytest.approx(known / 11), pytest.approx((known + 100) / 11))


def test_reports_about_years_to_come_are_no_column_of_the_calendar():
    rows = frames.make_submissions()
    early = rows.tail(1).assign(file="x", year=2027)
    sent = frames.pd.concat([rows, early], ignore_index=True)
    figure = figures_places.plot_calendar(frames.make_material(submissions=sent))
    assert [t.get_text() for t in figure.axes[0].get_xticklabels()][-1] == "2026"


def test_sixty_units_are_all_drawn():
    run = report_maker.many_units(60)
    assert len(panel_titles(figures_places.plot_districts(run, "clc_it"))) == 60
    heat = figures_places.plot_heatmap(run)
    assert len(heat.axes[0].get_yticklabels()) == 60
    assert len(texts(heat)) == 12 * 60
    for figure in (heat, figures_places.plot_ladder(run), figures_places.plot_calendar(run)):
        assert len(figures.png_bytes(figure)) > 10_000


def test_very_long_names_leave_room_for_the_figure():
    run = report_maker.hostile()
    for figure in (figures_places.plot_heatmap(run), figures_places.plot_calendar(run),
                   figures_places.plot_tiles(run, "clc_it"), figures_places.plot_unit(run, "815"),
                   figures_pace.plot_leverage(run, "clc_it")):  # fmt: skip
        png = figures.png_bytes(figure)  # a collapsed layout would warn, and warnings are errors
        assert png.startswith(b"\x89PNG")
        assert figure.axes[0].get_window_extent().width > 200
