"""Sentences of a page that stand for several units or goals: ties, lists of who is missing."""

import pandas as pd

from tests import frames
from xhht_analysis.publishing import district_ranks, sentences


def test_a_tie_of_districts_with_different_totals_says_each_total():
    rows = pd.DataFrame({"unit_code": ["815", "816", "817"], "hard": 2, "total": [8, 7, 7]})
    run = frames.make_material()
    first, *others = [run.names[u] for u in rows["unit_code"]]
    assert district_ranks.extreme(run, rows, "hard") == (
        f"{', '.join(others)} (cùng 2/7 mục tiêu); {first} (2/8 mục tiêu)"
    )


def test_two_lists_of_missing_units_say_of_which_goals(monkeypatch):
    """Four goals, two lists: without the goals' numbers the second line contradicts the first."""
    run = frames.make_material()
    codes = [s.goal_code for s in run.statements(2030)][:4]
    orders = [int(run.ordered_goals.loc[code, "order"]) for code in codes]

    def sentence(name, run, said):
        return (
            "" if name != "missing" else "Thiếu A." if said.goal_code in codes[:2] else "Thiếu B."
        )

    monkeypatch.setattr(sentences, "sentence", sentence)
    texts, omitted = sentences.shared_sentences(run, codes)
    assert omitted >= {"Thiếu A.", "Thiếu B."}
    assert texts[:2] == [
        f"Mục tiêu {orders[0]}, {orders[1]}: Thiếu A.",
        f"Mục tiêu {orders[2]}, {orders[3]}: Thiếu B.",
    ]
    assert sentences.shared_sentences(run, codes[:2])[0][0] == "Thiếu A."
