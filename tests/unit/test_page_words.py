"""Sentences of a page that stand for several units or goals: ties, lists of who is missing."""

from dataclasses import replace

import pytest

from tests import frames
from xhht_analysis.publishing import district_ranks, sentences

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
    run = frames.make_material()
    few = replace(run, chosen_units=("815", "816", "817", "818", "819"))
    assert district_ranks.standings(few)[["best", "last"]].isna().all(axis=None)
    assert district_ranks.standings(run)[["best", "last"]].notna().all(axis=None)


def test_what_several_goals_say_stands_once_above_with_their_numbers(monkeypatch):
    """Two lists of units: each names its goals with their years."""
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
        f"Mục tiêu {orders[0]}, {orders[1]} (2025, 2030): Thiếu A.",
        f"Mục tiêu {orders[2]}, {orders[3]} (2030): Thiếu B.",
    ]
