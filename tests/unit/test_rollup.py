"""Communes to former districts to the province: by counts, exact, only from complete sets."""

from __future__ import annotations

import pytest

from tests.intake_case import communes_of, plan, settled

pytestmark = pytest.mark.unit

TAN_PHU_DONG = "825"
"""The district with the fewest communes: 2 of 2025-07, 6 before."""


def communes(codes, year, counts, **more):
    day = f"{year}-11-20"
    return [
        {"unit_code": code, "year": year, "received_on": day, "file": f"{day}/{code}.xlsx",
         "snapshot_date": f"{year}-09-30", "numerator": n, "denominator": d, **more}
        for code, (n, d) in zip(codes, counts, strict=True)
    ]  # fmt: skip


def new_communes() -> list[str]:
    return communes_of(TAN_PHU_DONG, "2025-07-01")


def derived(tables, unit):
    panel = tables["panel"]
    rows = panel[(panel["unit_code"] == unit) & (panel["value_type"] == "derived")]
    return rows[rows["value"].notna()]


def test_former_district_is_rebuilt_exactly_from_its_communes():
    # (30 + 45) / (100 + 90) = 75 / 190 = 39.473684 %
    tables = settled(*communes(new_communes(), 2025, [(30, 100), (45, 90)]))
    row = derived(tables, TAN_PHU_DONG).iloc[0]
    assert row[["numerator", "denominator", "frame"]].tolist() == [75, 190, "2021"]
    assert row["value"] == pytest.approx(39.473684, abs=1e-6)
    submitted = tables["panel"][tables["panel"]["unit_code"].isin(new_communes())]
    assert set(submitted["frame"]) == {"2025-07"}


def test_incomplete_set_gives_no_partial_sum_and_names_what_is_missing():
    there, missing = new_communes()
    tables = settled(*communes([there], 2025, [(30, 100)]))
    assert derived(tables, TAN_PHU_DONG).empty
    found = tables["findings"].set_index("rule").loc["unit_incomplete"]
    assert missing in found["message"]
    assert there not in found["message"]


def test_indicators_that_lack_the_same_commune_are_one_doubt():
    there, missing = new_communes()
    rows = communes([there], 2025, [(30, 100)])
    rows += [row | {"indicator_code": "clc_it"} for row in rows]
    findings = settled(*rows)["findings"]
    (told,) = findings[findings["rule"].eq("unit_incomplete")].to_dict("records")
    assert told["unit_code"] == TAN_PHU_DONG
    assert told["message"].startswith("Huyện Tân Phú Đông (825): chưa cộng được vì thiếu tử số")
    assert f"({missing})" in told["message"]
    assert told["message"].count(";") == 1  # two indicators


def test_percentages_without_counts_are_not_added():
    rows = communes(new_communes(), 2025, [(30, 100), (45, 90)])
    rows[1] |= {"numerator": None, "denominator": None, "value": 50}
    tables = settled(*rows)
    assert derived(tables, TAN_PHU_DONG).empty
    message = tables["findings"].set_index("rule").loc["unit_incomplete", "message"]
    assert "thiếu tử số, mẫu số" in message
    assert rows[1]["unit_code"] in message


def test_rejected_commune_makes_the_set_incomplete():
    tables = settled(*communes(new_communes(), 2025, [(30, 100), (91, 90)]))
    assert tables["account"]["rejected"] == 1
    assert derived(tables, TAN_PHU_DONG).empty


def test_old_communes_feed_the_district_of_their_time():
    codes = communes_of(TAN_PHU_DONG, "2023-09-30")
    assert len(codes) == 6
    tables = settled(*communes(codes, 2023, [(n, 100) for n in range(6)]))
    row = derived(tables, TAN_PHU_DONG).iloc[0]
    assert row[["numerator", "denominator"]].tolist() == [15, 600]
    assert set(tables["panel"]["frame"]) == {"2021"}


def test_submitted_district_is_kept_and_a_different_sum_is_a_finding():
    codes = communes_of(TAN_PHU_DONG, "2023-09-30")
    own = {"unit_code": TAN_PHU_DONG, "year": 2023, "numerator": 16, "denominator": 600}
    tables = settled(own, *communes(codes, 2023, [(n, 100) for n in range(6)]))
    panel = tables["panel"].set_index("unit_code")
    assert panel.loc[TAN_PHU_DONG, "value_type"] == "reported"
    assert panel.loc[TAN_PHU_DONG, "numerator"] == 16
    found = tables["findings"].set_index("rule").loc["parts_differ"]
    assert found["cell"] == "D9"
    assert "15/600" in found["message"]


def test_province_from_eleven_districts_by_counts_and_not_from_ten():
    districts = plan().areas.districts()["unit_code"].tolist()
    counts = [(n + 1, 100) for n in range(11)]
    tables = settled(*communes(districts, 2023, counts))
    row = derived(tables, "82").iloc[0]
    assert row[["numerator", "denominator", "frame"]].tolist() == [66, 1100, "2021"]
    assert row["value"] == pytest.approx(6.0)
    assert derived(settled(*communes(districts[1:], 2023, counts[1:])), "82").empty


def test_submitted_province_is_not_replaced():
    districts = plan().areas.districts()["unit_code"].tolist()
    own = {"unit_code": "82", "unit_name_raw": "Tỉnh Tiền Giang", "numerator": 67,
           "denominator": 1100}  # fmt: skip
    tables = settled(own, *communes(districts, 2023, [(n + 1, 100) for n in range(11)]))
    panel = tables["panel"].set_index("unit_code")
    assert panel.loc["82", ["numerator", "value_type"]].tolist() == [67, "reported"]
    assert "parts_differ" in set(tables["findings"]["rule"])


def test_one_sample_figure_marks_the_sum():
    rows = communes(new_communes(), 2025, [(30, 100), (45, 90)])
    rows[0]["status"] = "sample"
    assert derived(settled(*rows), TAN_PHU_DONG)["status"].tolist() == ["sample"]


@pytest.mark.parametrize(("typed", "status"), [(30.0, "ok"), (30.9, "ok"), (31.1, "doubtful")])
def test_a_typed_percentage_far_from_the_counts_makes_a_figure_doubtful(typed, status):
    rows = communes(new_communes(), 2025, [(30, 100), (45, 90)])
    tables = settled(rows[0] | {"value": typed}, rows[1])
    panel = tables["panel"].set_index("unit_code")
    assert panel.loc[rows[0]["unit_code"], ["value", "status"]].tolist() == [30, status]
    assert tables["observations"]["status"].tolist() == [status, "ok"]
    assert derived(tables, TAN_PHU_DONG).iloc[0]["status"] == status
