"""Sentences of a page that stand for several units or goals: ties, lists of who is missing."""

from dataclasses import replace

import pytest

from tests import frames
from xhht_analysis.publishing import district_ranks, sentences, site
from xhht_analysis.publishing.figures import gallery
from xhht_analysis.publishing.scorecard import scorecard

pytestmark = pytest.mark.unit


def test_districts_stand_by_their_hopeful_goals_then_by_their_hard_ones():
    run = frames.make_material()
    rows = district_ranks.standings(run)
    pairs = list(zip(-rows["hopeful"], rows["hard"], strict=True))
    assert pairs == sorted(pairs)
    assert len(set(pairs)) > 1
    order = list(run.districts["unit_code"])
    for _, tied in rows.groupby(["hopeful", "hard"]):
        assert list(tied["unit_code"]) == sorted(tied["unit_code"], key=order.index)


def test_fewer_than_six_districts_have_no_first_and_last():
    """The chosen ones of an ad hoc report stand among all eleven."""
    run, few = frames.make_material(), ("815", "816", "817", "818", "819")
    judged = run.verdicts["unit_code"].isin(["82", *few])
    alone = frames.make_material(verdicts=run.verdicts[judged])
    assert district_ranks.standings(alone)[["best", "last"]].isna().all(axis=None)
    whole = district_ranks.standings(run).set_index("unit_code")
    assert whole[["best", "last"]].notna().all(axis=None)
    chosen = district_ranks.standings(replace(run, chosen_units=few)).set_index("unit_code")
    assert chosen.sort_index().equals(whole.loc[list(few)].sort_index())


def test_a_year_that_the_lead_agency_settles_names_who_is_missing_and_whose_figure_it_is():
    panel = frames.make_panel()
    of_2026 = panel["indicator_code"].eq("clc_it") & panel["year"].eq(2026)
    panel.loc[of_2026 & panel["unit_code"].eq("82"), "value_type"] = "reported"
    panel = panel[~(of_2026 & panel["unit_code"].eq("819"))]
    run = frames.make_material(panel=panel)
    said = run.statement("clc_it", 2030)
    # the units alone allow 41,0 % to 50,1 %: the agency's 45,0 % lies between
    assert said.latest_text == "45,0\u00a0% (2026)"
    text = sentences.paragraph(run, said)
    assert (
        "Năm 2026 mới có số liệu của 10/11 đơn vị, chưa có số liệu dùng được của H. Cái Bè; "
        "số toàn tỉnh lấy theo báo cáo của cơ quan chủ trì." in text
    )
    (grid,) = [b.content for b in site.indicator_blocks(run, "clc_it", lambda *_: [])
               if "số liệu từng năm" in b.content.get("caption", "")]  # fmt: skip
    assert grid["note"].startswith("Toàn tỉnh năm 2026: theo báo cáo của cơ quan chủ trì")
    whole = frames.make_material()  # every unit has reported
    assert "cơ quan chủ trì" not in sentences.paragraph(whole, whole.statement("clc_it", 2030))


def test_the_overview_tells_the_latest_figure_that_the_table_tells():
    """Of goal 4 both targets measure another standard: both take that of the last year."""
    run = frames.make_material()
    labels = gallery.plot_overview(run).axes[0].get_yticklabels()
    rows = [row for row in scorecard(run, "c")[0].content["rows"] if len(row) > 1]
    for label, row in zip(labels, rows, strict=True):
        told = label.get_text().split("\n")[1].split(" / ")[0]  # "11/11 đơn vị (2026)" is "11/11"
        assert told.removesuffix(f" ({run.newest_year})").replace(" đơn vị", "") == row[5]
