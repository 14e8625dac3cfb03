"""The rule that the benchmark tries: each draw against `plan.standards` on that draw alone."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from benchmarks import level_rule as recognition
from xhht_analysis.plan import areas as plan_areas
from xhht_analysis.plan import standards as plan_standards
from xhht_analysis.project import Project

pytestmark = pytest.mark.unit
RULES = plan_standards.read_standards(Project().config_dir)
ON = "2024-12-31"
COMMUNES = {f"281{i:02d}": ("815", "816", "817")[i % 3] for i in range(24)}


@dataclass(frozen=True)
class FewAreas:
    special: tuple = ()
    province = SimpleNamespace(code="82")

    def parents(self, on):
        return dict(COMMUNES)

    def special_communes(self, on):
        return frozenset(self.special)

    @property
    def crosswalk(self):
        return pd.DataFrame({"district_code": COMMUNES.values(), "2021-01-01": list(COMMUNES)})


def test_every_draw_gives_the_levels_that_the_plans_own_rules_give():
    rng = np.random.default_rng(1)
    codes = [c for name in RULES["level_indicator"].unique()
             for c in recognition.asked_rates(RULES, name, ON)]  # fmt: skip
    order, special = sorted(COMMUNES), ("28103", "28110")
    rates = {c: rng.uniform(70, 100, (12, len(order), 2)).round(0) for c in sorted(set(codes))}
    found = recognition.commune_levels(rates, order, ON, RULES, special)
    assert set(found) >= {"literacy_level", "primary_level", "lower_secondary_level"}
    groups = [COMMUNES[c] for c in order]
    district_rules = plan_standards.rules_in_force(RULES, "district", ON)
    for draw in range(12):
        one = pd.DataFrame({c: values[draw, :, 1] for c, values in rates.items()}, index=order)
        own = plan_standards.commune_levels(one, ON, RULES, special=special)
        upper = plan_standards.area_levels(own, district_rules, COMMUNES)
        for name, levels in found.items():
            told = own[own["indicator_code"] == name].set_index("unit_code")["level_min"]
            np.testing.assert_array_equal(levels[draw, :, 1], told.reindex(order))
            told = upper[upper["indicator_code"] == name].set_index("unit_code")["level_min"]
            mine = recognition.district_levels(levels, groups, name, ON, RULES)
            np.testing.assert_array_equal(mine[draw, :, 1], told.sort_index())


def facts(value_of, years=range(2020, 2025)):
    rows = [
        {"indicator_code": code, "unit_code": c, "year": y, "value": value_of(c, y)}
        for code in ("literate_l1_15_25", "literate_l1_15_35", "literate_l2_15_35",
                     "literate_l2_15_60")
        for c in COMMUNES for y in years
    ]  # fmt: skip
    return pd.DataFrame(rows).assign(numerator=np.nan, denominator=np.nan)


def levels(**path):
    rows = [{"indicator_code": "literacy_level", "unit_code": u, "year": 2020 + t, "level": v}
            for u, values in path.items() for t, v in enumerate(values)]  # fmt: skip
    return (
        pd.DataFrame(rows)
        .assign(unit_code=lambda d: d["unit_code"].str[1:])
        .astype({"level": float})
    )


def rule(panel, variant="default"):
    known = recognition.Recognition(panel, RULES, FewAreas(), ["815", "816", "817"])
    return known.rule("literacy_level", 2024, 3, variant)


def test_districts_whose_communes_stand_far_above_or_below_the_rule_stay_there():
    base = {"815": 99.0, "816": 95.0, "817": 60.0}
    draw = rule(facts(lambda c, y: base[COMMUNES[c]] + (y % 2) / 10))
    chance = (draw(np.random.default_rng(1), 200) >= 2).mean(axis=0)[:, -1]
    assert chance[0] > 0.9
    assert chance[2] < 0.05


def test_without_the_rates_of_every_commune_there_is_no_rule_to_apply():
    whole = facts(lambda c, y: 95.0)
    gap = whole[~((whole["unit_code"] == "28101") & (whole["year"] == 2024))]
    short = whole[whole["year"] >= 2023]
    assert rule(whole) is not None
    for panel in (gap, short, whole.iloc[:0]):
        assert rule(panel) is None


def test_figures_of_merged_communes_follow_the_crosswalk_and_never_a_code_used_again():
    # phường Đạo Thạnh (28249) of 2025 is made of Phường 5 (28249 before), Phường 4 (28252) and
    # xã Đạo Thạnh (28282 before); 28282 is no commune of 2025
    areas = plan_areas.read_areas(Project().config_dir)
    made = areas.crosswalk.query("`2025-07-01` == '28249'")["2021-01-01"].tolist()
    assert set(made) == {"28249", "28252", "28282"}
    counts = dict(zip(made, [(90, 100), (80, 100), (50, 200)], strict=True))
    rows = [(c, 2022, x, n, 100 * x / n) for c, (x, n) in counts.items()]
    rows += [(c, 2023, x, n, 100 * x / n) for c, (x, n) in list(counts.items())[:2]]
    rows += [("28249", 2025, 270, 450, 60.0)]
    columns = ["unit_code", "year", "numerator", "denominator", "value"]
    facts_ = pd.DataFrame(rows, columns=columns).assign(indicator_code="primary_entry_6")
    known = recognition.Recognition(facts_, RULES, areas, ["815"])
    history = known._history("primary_entry_6", ["28249"], "2025-12-31").set_index("year")
    # 90 + 80 + 50 of 100 + 100 + 200; in 2023 one part is missing: no figure
    assert history["value"].to_dict() == {2022: 55.0, 2025: 60.0}
    assert known._history("primary_entry_6", ["28249"], "2024-12-31")["year"].max() <= 2024


def test_the_codes_of_a_year_say_which_list_they_come_from():
    # 28300 was Phường 4 of Gò Công until 2024-04 and is Phường 1 (with the old one, 28303) after
    areas = plan_areas.read_areas(Project().config_dir)
    predecessors = recognition.predecessors
    old = predecessors(areas, ["28300", "28303"], 2024, "2025-12-31")["28306"]
    assert {"28300", "28303"} <= old
    assert "28303" not in predecessors(areas, ["28300"], 2024, "2025-12-31")["28306"]
    made = predecessors(areas, areas.crosswalk["2021-01-01"], 2021, "2025-12-31")
    assert (len(made), sum(map(len, made.values()))) == (57, 172)
    assert predecessors(areas, [], 2026, "2026-12-31")["28249"] == {"28249"}
