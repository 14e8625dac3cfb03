"""Sentences of a page that stand for several units or goals: ties, lists of who is missing."""

import pandas as pd
import pytest

from tests import frames
from xhht_analysis.publishing import district_ranks, sentences

pytestmark = pytest.mark.unit
UNITS = ["815", "816", "817", "818", "819", "820", "821"]


def ranks(**columns) -> pd.DataFrame:
    """Seven districts with these counts of their goals; nobody is among the best or last three."""
    return pd.DataFrame({"unit_code": UNITS, "total": 8, "best": 0, "last": 0} | columns)


def test_a_tie_of_districts_with_different_totals_says_each_total():
    run = frames.make_material()
    rows = ranks(hopeful=0, hard=[2, 2, 2, 1, 0, 0, 0], total=[8, 7, 7, 7, 8, 8, 8])
    first, second, third = (run.names[u] for u in UNITS[:3])
    assert district_ranks.extremes(run, rows)["push"] == (
        f"{first} (2/8 mục tiêu); {second}, {third} (cùng 2/7 mục tiêu)"
    )


def test_ties_are_never_cut_and_tell_nothing_where_all_tie():
    run = frames.make_material()
    rows = ranks(hopeful=[5, 4, 4, 4, 1, 1, 1], hard=1)
    names = [run.names[u] for u in UNITS]
    lines = district_ranks.extremes(run, rows)
    assert (
        lines["best"] == f"{names[0]} (5/8 mục tiêu); {', '.join(names[1:4])} (cùng 4/8 mục tiêu)"
    )
    assert lines["push"] == ""


def test_a_district_that_leads_is_never_pushed():
    """815 leads by its goals, 816 by its places; each has as many hard goals as the next."""
    run = frames.make_material()
    rows = ranks(
        hopeful=[6, 5, 5, 4, 4, 4, 4], hard=[2, 2, 1, 2, 2, 1, 1], last=[3, 0, 0, 3, 2, 0, 0]
    )
    rows["best"] = [0, 3, 0, 2, 0, 0, 0]
    lines = district_ranks.extremes(run, rows)
    for key in ("push", "low"):
        assert not any(run.names[u] in lines[key] for u in UNITS[:4])
        assert run.names["819"] in lines[key]


def test_fewer_than_six_districts_have_no_first_and_last():
    lines = district_ranks.extremes(
        frames.make_material(), ranks(hopeful=[7, 6, 5, 4, 3, 2, 1], hard=2)[:5]
    )
    assert not any(lines.values())


def test_what_several_goals_say_stands_once_above_with_their_numbers(monkeypatch):
    """Two lists of units: each names its goals, with the year where only one target is meant."""
    run = frames.make_material()
    codes = [s.goal_code for s in run.statements(2030)][:4]
    orders = [int(run.ordered_goals.loc[code, "order"]) for code in codes]

    def sentence(name, run, said):
        if name != "missing" or said.goal_code not in codes:
            return ""
        if said.goal_code in codes[:2]:
            return "Thiếu A."
        return "Thiếu B." if said.target_year == 2030 else ""

    monkeypatch.setattr(sentences, "sentence", sentence)
    texts, omitted = sentences.shared_sentences(run)
    assert omitted == {"Thiếu A.", "Thiếu B."}
    assert texts == [
        f"Mục tiêu {orders[0]}, {orders[1]}: Thiếu A.",
        f"Mục tiêu {orders[2]} (2030), {orders[3]} (2030): Thiếu B.",
    ]
