"""Doubts: each improbable pattern is found where it is, and ordinary figures raise none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.intake_case import communes_of, plan, settled

pytestmark = pytest.mark.unit

DISTRICTS = [str(code) for code in range(815, 826)]


def series(counts, *, unit="823", indicator="life_skills", first=2021, **more):
    """One figure a year, each received in its own November."""
    rows = []
    for year, figure in enumerate(counts, start=first):
        row = {"indicator_code": indicator, "unit_code": unit, "year": year}
        row |= {"received_on": f"{year}-11-20", "file": f"{year}-11-20/{unit}.xlsx"}
        pair = figure if isinstance(figure, tuple) else (None, None)
        row |= {"numerator": pair[0], "denominator": pair[1], **more}
        row |= {} if isinstance(figure, tuple) else {"value": figure}
        rows.append(row)
    return rows


def doubts(*rows, rule):
    """Findings of one rule; no doubt ever changes a number."""
    tables = settled(*rows)
    kept = tables["observations"]["numerator"].dropna()
    assert sorted(kept) == sorted(row["numerator"] for row in rows if "numerator" in row)
    found = tables["findings"]
    return found[found["rule"] == rule]


def test_ordinary_series_raises_no_doubt():
    rows = [
        row
        for i, unit in enumerate(DISTRICTS)
        for row in series([(5003 + 211 * y + 17 * i, 20011 + 31 * y) for y in range(4)], unit=unit)
    ]
    rules = set(settled(*rows)["findings"]["rule"])
    assert rules == set()


@pytest.mark.parametrize(
    ("typed", "is_doubt"),
    [(33.33, False), (33.3, False), (33, False), (33.4, True), (34, True), (0.3333, True)],
)
def test_submitted_percentage_is_checked_within_its_rounding(typed, is_doubt):
    found = doubts({"numerator": 1, "denominator": 3, "value": typed}, rule="submitted_differs")
    assert len(found) == is_doubt
    assert found["cell"].tolist() == ["F9"] * is_doubt


def test_fraction_instead_of_percent_is_named():
    found = doubts({"numerator": 1, "denominator": 3, "value": 0.3333}, rule="submitted_differs")
    assert "thang 0–1" in found["message"].iloc[0]
    lost = doubts({"numerator": 50, "denominator": 208, "value": 2404}, rule="submitted_differs")
    assert lost["message"].tolist() == [
        "Tỷ lệ ghi 2.404 nhưng tử số và mẫu số cho 24,04 % (mất dấu phẩy?)."
    ]


def test_percentage_alone_on_the_scale_0_to_1():
    rows = [row for u in DISTRICTS[:5] for row in series([45.6], unit=u)]
    rejects = settled(*rows, *series([0.456], unit="822"))["rejects"]
    assert rejects[["unit_code", "rule"]].to_numpy().tolist() == [["822", "scale_suspected"]]
    assert "45,6" in rejects["remedy"].iloc[0]


def test_one_fraction_decides_for_its_column():
    others = [{"value": v, "unit_code": u, "indicator_code": "university_degree"}
              for v, u in ((6.1, "822"), (7.2, "824"), (5.5, "825"))]  # fmt: skip
    others = [row | {"file": "2023-11-20/b.xlsx"} for row in others]
    column = [{"value": 0.4123}, {"value": 0.0612, "indicator_code": "university_degree"}]
    assert set(settled(*others, *column)["rejects"]["rule"]) == {"scale_suspected"}
    assert len(settled(*others, *column)["rejects"]) == 2
    alone = settled(*others, column[1])  # 0,06 % is possible, if small
    assert alone["rejects"].empty


def test_percentage_on_the_scale_0_to_1_with_nothing_beside_it():
    assert settled({"value": 0.456})["rejects"]["cell"].tolist() == ["F9"]
    low = [{"value": v, "unit_code": u} for v, u in ((0.9, "822"), (3, "823"), (4, "824"))]
    assert settled(*low)["rejects"].empty
    assert settled({"numerator": 1, "denominator": 200, "value": 0.5})["rejects"].empty
    assert settled({"value": 0.456, "percent_sign": "%"})["panel"]["value"].tolist() == [0.456]


def test_a_jump_names_both_figures_and_the_year_before():
    found = doubts(*series([(400, 1000), (900, 1003)]), rule="jump")
    assert found["message"].tolist() == ["Từ 40 % (năm 2021) thành 89,73 %: thay đổi bất thường."]


def test_switch_from_persons_to_thousands():
    found = doubts(*series([(48, 90), (47690, 90011)]), rule="denominator_jump")
    assert found["cell"].tolist() == ["E10"]
    only_one = doubts(*series([(47690, 90011), (48, 90020)]), rule="jump")  # 53 % to 0,05 %
    assert only_one["cell"].tolist() == ["D10"]


def test_denominator_jump_of_a_large_unit_only():
    assert doubts(*series([(500, 1000), (640, 1250)]), rule="denominator_jump")[
        "cell"
    ].tolist() == ["E10"]
    assert doubts(*series([(500, 1000), (640, 1190)]), rule="denominator_jump").empty
    assert doubts(*series([(5, 10), (6, 13)]), rule="denominator_jump").empty


def test_commune_that_took_in_others_has_not_jumped():
    code = plan().areas.crosswalk["2024-11-01"].value_counts().index[0]
    rows = series([(500, 1000), (1500, 3000)], unit=code, first=2023)
    rows[1] |= {"received_on": "2024-11-20", "snapshot_date": "2024-11-15"}
    assert doubts(*rows, rule="denominator_jump").empty


def test_a_province_whose_communes_never_merged_is_judged_too(monkeypatch):
    areas = plan().areas
    alone = replace(plan(), areas=replace(areas, changes=areas.changes.iloc[:0]))
    monkeypatch.setattr("tests.intake_case.plan", lambda: alone)
    found = doubts(*series([(500, 1000), (640, 1250)]), rule="denominator_jump")
    assert found["cell"].tolist() == ["E10"]


def test_jump_against_peers():
    rows = [row for u in DISTRICTS[:10] for row in series([(400, 1000), (420, 1003)], unit=u)]
    odd = series([(400, 1000), (700, 1003)], unit="825")
    found = doubts(*rows, *odd, rule="jump")
    assert found["unit_code"].tolist() == ["825"]
    assert doubts(*rows, *series([(400, 1000), (450, 1003)], unit="825"), rule="jump").empty


def test_everyone_moving_together_is_no_jump():
    rows = [row for u in DISTRICTS for row in series([(400, 1000), (700, 1003)], unit=u)]
    assert doubts(*rows, rule="jump").empty


def test_copy_of_last_year():
    assert doubts(*series([(4567, 9876)] * 2), rule="copied_from_last_year")["cell"].tolist() == [
        "D10"
    ]
    assert doubts(*series([(45, 98)] * 2), rule="copied_from_last_year").empty


CODES = ("life_skills", "clc_it", "digital_institutions", "university_degree", "learning_citizens")


def repeated(n_same, **more):
    """Five small figures of two years, of which so many repeat."""
    rows = []
    for n, code in enumerate(CODES):
        figures = [(41 + n, 98 + n), (41 + n if n < n_same else 55, 98 + n)]
        rows += [row | {"indicator_code": code} for row in series(figures, **more)]
    return rows


def test_a_form_most_of_whose_small_figures_repeat_is_told_in_one_sentence():
    found = doubts(*repeated(4), rule="copied_from_last_year")
    assert found[["cell", "unit_code", "year"]].to_numpy().tolist() == [["D10", "823", 2022]]
    assert found["message"].tolist() == [
        "4 trên 5 cặp tử số, mẫu số giống hệt của năm 2021 (ô D10, D12, D14, D16)."
    ]
    assert doubts(*repeated(3), rule="copied_from_last_year").empty


@pytest.mark.parametrize(("n_same", "status"), [(5, "doubtful"), (4, "ok")])
def test_figures_of_a_form_that_repeats_last_year_whole_are_doubtful(n_same, status):
    panel = settled(*repeated(n_same))["panel"]
    reported = panel[panel["value_type"].eq("reported")]
    assert set(reported.loc[reported["year"].eq(2022), "status"]) == {status}
    assert set(reported.loc[reported["year"].eq(2021), "status"]) == {"ok"}


@pytest.mark.parametrize(
    ("same", "n_doubts", "status"), [(4, 2, "ok"), (3, 0, "ok"), (5, 2, "doubtful")]
)
def test_two_units_most_of_whose_figures_are_the_same_are_doubted(same, n_doubts, status):
    # four of five figures of two units are equal: one form was copied; of three nothing is said
    rows = []
    for n, code in enumerate(CODES):
        for unit, more in (("823", 0), ("824", 0 if n < same else 7)):
            figure = [(41 + n + more, 98 + n)]
            rows += [row | {"indicator_code": code} for row in series(figure, unit=unit)]
    tables = settled(*rows)
    found = tables["findings"]
    found = found[found["rule"].eq("copied_from_other_unit")]
    assert len(found) == n_doubts
    told = found.loc[found["unit_code"].eq("823"), "message"]
    assert all("Huyện Gò Công Đông (824)" in text for text in told)
    assert set(tables["panel"].query("value_type == 'reported'")["status"]) == {status}


def test_a_large_pair_and_a_form_of_two_small_ones_shared_by_two_units_are_told():
    rows = [*series([(3442, 8206)], unit="823"), *series([(3442, 8206)], unit="824")]
    assert len(doubts(*rows, rule="copied_from_other_unit")) == 2
    small = [
        {"unit_code": unit, "indicator_code": code, "numerator": n, "denominator": n + 1}
        for unit in ("823", "824")
        for code, n in (("life_skills", 123), ("clc_it", 130))
    ]
    assert len(doubts(*small, rule="copied_from_other_unit")) == 2  # 124 × 131 = 16,244
    tiny = [row | {"denominator": row["numerator"] - 90} for row in small]
    tiny = [row | {"numerator": row["numerator"] - 100} for row in tiny]  # of 33 and 40
    assert doubts(*tiny, rule="copied_from_other_unit").empty


def test_round_figures():
    assert len(doubts({"numerator": 12000, "denominator": 30000}, rule="round_figures")) == 1
    assert doubts({"numerator": 12030, "denominator": 30000}, rule="round_figures").empty


def level(year, number, **more):
    day = f"{year}-11-20"
    return {"indicator_code": "literacy_level", "level": number, "year": year, "received_on": day,
            "file": f"{day}/a.xlsx", **more}  # fmt: skip


def test_level_lost():
    found = doubts(level(2021, 2), level(2022, 1), rule="level_lost")
    assert found[["year", "cell"]].to_numpy().tolist() == [[2022, "G10"]]


def test_level_that_the_rates_do_not_give():
    codes = communes_of("825", "2025-07-01")
    day = {"year": 2025, "received_on": "2025-11-20"}
    rates = [
        {**day, "unit_code": codes[0], "file": f"2025-11-20/{name}.xlsx", "indicator_code": name,
         "numerator": 80, "denominator": 100}
        for name in ("literate_l1_15_35", "literate_l1_15_25", "literate_l2_15_60",
                     "literate_l2_15_35")
    ]  # fmt: skip
    own = level(2025, 2, unit_code=codes[0], file="2025-11-20/own.xlsx")
    found = doubts(own, *rates, rule="level_differs")
    assert found["unit_code"].tolist() == [codes[0]]
    assert "mức độ 2" in found["message"].iloc[0]


def test_recognition_that_lapsed():
    dates = {"indicator_code": "learning_community_level", "valid_from": "2024-03-01"}
    kept = level(2024, 1, **dates, valid_to="2027-02-28")
    over = level(2024, 1, **dates | {"valid_from": "2023-03-01"}, valid_to="2024-06-30")
    assert len(doubts(over, rule="recognition_lapsed")) == 1
    assert doubts(kept, rule="recognition_lapsed").empty


def test_a_figure_whose_revision_is_refused_is_told():
    good, wrong = {"numerator": 8, "denominator": 12}, {"numerator": 19, "denominator": 12}
    revised = wrong | {"file": "2023-11-20/a (đính chính).xlsx"}
    found = doubts(good, revised, rule="revision_refused")
    assert found[["file", "cell"]].to_numpy().tolist() == [["2023-11-20/a.xlsx", "D9"]]
    assert "a (đính chính).xlsx" in found["message"].iloc[0]
    before = wrong | {"file": "2023-11-10/a.xlsx", "received_on": "2023-11-10"}
    assert doubts(before, good, rule="revision_refused").empty


def test_a_later_file_refused_as_a_whole_leaves_the_earlier_figures():
    first = {"numerator": 41, "denominator": 98}
    letter = {"indicator_code": None, "problem": "unknown_form", "received_on": "2023-12-05"}
    letter |= {"file": "2023-12-05/b.xlsx", "sheet": None}
    tables = settled(first, letter)
    assert tables["panel"]["numerator"].dropna().tolist() == [41]
    assert tables["rejects"][["file", "rule"]].to_numpy().tolist() == [
        ["2023-12-05/b.xlsx", "unknown_form"]
    ]
    assert doubts(first, letter, rule="revision_refused").empty  # it does not say that it amends
    found = doubts(first, letter | {"amends": "x"}, rule="revision_refused")
    assert found["file"].tolist() == ["2023-11-20/a.xlsx"]
    assert doubts(
        first, letter | {"amends": "x", "unit_code": "822"}, rule="revision_refused"
    ).empty


def test_two_files_of_one_day_that_differ():
    other = {"file": "2023-11-20/b.xlsx", "numerator": 60, "denominator": 100}
    found = doubts({"numerator": 50, "denominator": 100}, other, rule="same_day_conflict")
    assert found["file"].tolist() == ["2023-11-20/a.xlsx"]
    assert "b.xlsx" in found["message"].iloc[0]


def test_a_later_figure_of_another_sender_is_told():
    other = {"file": "2023-11-25/b.xlsx", "received_on": "2023-11-25", "numerator": 60}
    before, after = {"numerator": 50, "denominator": 100}, other | {"denominator": 100}
    own = {"sender": "820"}
    assert doubts(before | own, after | own, rule="senders_differ").empty
    found = doubts(before | own, after | {"sender": "HKH"}, rule="senders_differ")
    assert found["file"].tolist() == ["2023-11-20/a.xlsx"]
    assert "b.xlsx" in found["message"].iloc[0]


@pytest.mark.parametrize(
    ("figures", "n_told"),
    [
        ({"numerator": 0, "denominator": 18432}, 1),
        ({"numerator": 0, "denominator": 100}, 1),
        ({"value": 0}, 1),
        ({"numerator": 0, "denominator": 3}, 0),  # of three centres none is likely enough
        ({"numerator": 1, "denominator": 18432}, 0),
    ],
)
def test_nobody_of_many_is_no_result(figures, n_told):
    assert len(doubts(figures, rule="zero_share")) == n_told
