"""The worked example of docs/phuong-phap.md, computed again by the model it explains."""

import re

import pandas as pd
import pytest

from xhht_analysis.forecasting import forecast_levels
from xhht_analysis.forecasting.levels import distribution
from xhht_analysis.project import ROOT

pytestmark = pytest.mark.unit
TEXT = (ROOT / "docs" / "phuong-phap.md").read_text(encoding="utf-8")


def stated(pattern: str) -> float:
    """The number in bold of the line that fits ``pattern``."""
    line = re.search(pattern + r"[^\n]*?\*\*([\d,]+)( %)?\*\*", TEXT)
    return float(line.group(1).replace(",", "."))


def test_the_example_is_what_the_model_says():
    rows = [
        {"indicator_code": "level", "unit_code": f"{unit:02d}", "year": year, "level": 2.0}
        for unit in range(11)
        for year in range(2021, 2026)
    ]
    forecast = forecast_levels(pd.DataFrame(rows), 1, n_draws=40_000)
    falls = 100 * (forecast.levels[:, :, 1] < 2).mean()
    assert stated("3. Khả năng tụt") == pytest.approx(falls, abs=0.06)
    loss = 100 * (1 - distribution(forecast.levels, 2)[:, 1, 2].mean())
    assert stated("4. Dành 1 %") == pytest.approx(loss, abs=0.06)
    assert stated("5. Vậy mỗi huyện") == pytest.approx(100 - loss, abs=0.06)
    # the count before the hundredth left to the unknown: above the independent product
    held = 100 * (forecast.levels[:, :, 1] == 2).all(axis=1).mean()
    assert stated(r"khả năng cả 11 huyện cùng giữ là") < held < 97


def test_the_arithmetic_of_the_example_is_right():
    assert stated("1. Số lượt") == 11 * 4
    assert stated("2. Cộng 4 lượt") == pytest.approx(4 * 0.06 + 4 * 0.01)
    assert stated("3. Khả năng tụt") == pytest.approx(100 * 0.28 / 48, abs=0.005)
    assert stated("4. Dành 1 %") == pytest.approx(0.99 * 100 * 0.28 / 48 + 0.5, abs=0.01)
    product = 100 * (1 - 0.28 / 48) ** 11
    assert stated(r"khả năng cả 11 huyện cùng giữ là") == pytest.approx(product, abs=0.05)
