"""Figures of the statistics office, written as PX-Web files and read back.

Invented figures of every province and region; also the published ones where they lie beside the
checkout (../shared/domain/figures.csv).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.intake_case import intake
from xhht_analysis.intake.judging.checks import has_jumped
from xhht_analysis.plan.areas import read_areas
from xhht_analysis.project import ROOT

pytestmark = pytest.mark.golden

FIGURES = ROOT.parent / "shared" / "domain" / "figures.csv"
TITLES = {
    "gso_trained_workers": "Tỷ lệ lao động từ 15 tuổi trở lên đang làm việc đã qua đào tạo",
    "gso_literacy": "Tỷ lệ dân số từ 15 tuổi trở lên biết chữ",
}
ENGLISH = {
    "gso_trained_workers": "Percentage of trained employed workers at 15 years of age and above",
    "gso_literacy": "Percentage of literate population at 15 years of age and above",
}


PUPILS = "Số trẻ mẫu giáo (30/9)"
SWITCHED = {"Tiền Giang": 2013, "Hà Nội": 2015, "Tây Nguyên": 2012}
"""Areas whose invented pupils are counted in thousands before that year, then in persons."""


def invented() -> pd.DataFrame:
    """Shares of 2008-2016 (the last preliminary, some missing) and pupils with known switches."""
    units = read_areas(ROOT / "config").table
    large = units[units["level"].isin(["province", "region"]) & ~units["name_vi"].str.isascii()]
    large = large[large["valid_from"].le("2008-12-31")]
    names = large["name_vi"].str.replace(r"^(Tỉnh|Thành phố) ", "", regex=True).unique()
    rng, rows = np.random.default_rng(8), []
    for name in names:
        for year in range(2008, 2017):
            late = " (sơ bộ/prel.)" if year == 2016 else ""
            for title in TITLES.values():
                if rng.random() < 0.97 or name in SWITCHED:
                    value = round(rng.uniform(5, 99), 1)
                    rows.append((name, title + late, str(year), value, "%"))
            persons = year >= SWITCHED.get(name, 0)
            pupils = round(rng.uniform(40_000, 48_000)) if persons else round(rng.uniform(40, 48))
            unit = "người" if persons else "nghìn người"
            rows.append((name, PUPILS, str(year), pupils, unit))
    columns = ["area", "indicator", "year", "value", "unit"]
    return pd.DataFrame(rows, columns=columns).assign(source="PX-Web")


@pytest.fixture(scope="module", params=["invented", *["published"] * FIGURES.is_file()])
def figures(request) -> pd.DataFrame:
    if request.param == "invented":
        return invented()
    return pd.read_csv(FIGURES, dtype={"value": "float64", "year": "str"})


def px_web(table: pd.DataFrame, title: str, *, vietnamese: bool) -> str:
    """A PX-Web file: title, blank line, areas by years; points or commas, missing as ``..``."""
    first, early, dots = (
        ("Địa phương", "Sơ bộ", ",") if vietnamese else ("Cities, provincies", "Prel.", ".")
    )
    years = sorted(table["year"].unique())
    marked = set(table.loc[table["preliminary"], "year"])
    heads = [first, *(f"{early} {y}" if y in marked else y for y in years)]
    known = table.set_index(["area", "year"])["value"].to_dict()
    lines = [f'"{title}"', "", ";".join(f'"{head}"' for head in heads)]
    for area in table["area"].unique():
        values = [known.get((area, year)) for year in years]
        shown = [".." if v is None else f"{v:g}".replace(".", dots) for v in values]
        lines.append(";".join([f'"{area}"', *shown]))
    return "\r\n".join(lines) + "\r\n"


@pytest.mark.parametrize("vietnamese", [True, False])
@pytest.mark.parametrize("code", list(TITLES))
def test_every_published_share_is_read_back(figures, tmp_path, code, vietnamese):
    own = figures[
        figures["indicator"].str.startswith(TITLES[code]) & figures["source"].str.contains("PX-Web")
    ]
    table = own.assign(preliminary=own["indicator"].str.contains("sơ bộ")).drop_duplicates(
        ["area", "year"]
    )
    assert table["area"].nunique() >= 70  # 63 provinces, 6 regions, the country
    folder = tmp_path / "2022-11-20"
    folder.mkdir()
    text = px_web(table, TITLES[code] if vietnamese else ENGLISH[code], vietnamese=vietnamese)
    (folder / "gso.csv").write_text(text, encoding="utf-8-sig")
    result = intake(tmp_path)
    ours = table[table["area"].eq("Tiền Giang")]
    assert result.account == {
        "panel": len(ours), "rejected": 0, "superseded": 0, "duplicate": 0,
        "out_of_scope": len(table) - len(ours),
    }  # fmt: skip
    panel = result.panel[result.panel["indicator_code"].eq(code)].set_index("year")
    assert panel["value"].to_dict() == {
        int(y): v for y, v in zip(ours["year"], ours["value"], strict=True)
    }
    doubtful = set(panel.index[panel["status"].eq("doubtful")].astype(str))
    assert doubtful == set(ours.loc[ours["preliminary"], "year"])


def test_every_switch_between_persons_and_thousands_is_a_jump(figures):
    """The oracle is the unit printed beside each figure; the doubt sees the figures alone."""
    counted = figures[figures["source"].str.contains("PX-Web") & figures["unit"].ne("%")]
    counted = counted.assign(series=counted["indicator"].str.replace(" (sơ bộ/prel.)", ""))
    counted = counted[counted["year"].str.fullmatch(r"\d{4}")].astype({"year": "int64"})
    counted = counted.sort_values(["series", "area", "year"]).drop_duplicates(
        ["series", "area", "year"]
    )
    before = counted.groupby(["series", "area"])[["year", "value", "unit"]].shift()
    steps = counted.assign(
        indicator_code=counted["series"], unit_code=counted["area"], numerator=float("nan"),
        numerator_prior=float("nan"), denominator=counted["value"],
        denominator_prior=before["value"], year_prior=before["year"], source_id="",
    ).dropna(subset="denominator_prior")  # fmt: skip
    switched = steps["unit"].ne(before["unit"].reindex(steps.index))
    expected = set(
        steps.loc[switched, ["indicator_code", "unit_code", "year"]].itertuples(
            index=False, name=None
        )
    )
    # invented: as above; published: kindergarten pupils of 13 provinces, the delta, the country
    assert len(expected) == (len(SWITCHED) if set(counted["series"]) == {PUPILS} else 15)
    jumps = steps[has_jumped(steps)][["indicator_code", "unit_code", "year"]]
    assert expected <= set(jumps.itertuples(index=False, name=None))
