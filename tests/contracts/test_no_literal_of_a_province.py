"""Code, words and notebooks know no province: its names, codes, counts and years are in config/."""

import re

import pytest

from xhht_analysis.plan.areas import read_areas
from xhht_analysis.project import ROOT

pytestmark = pytest.mark.contract

AREAS = read_areas(ROOT / "config")
NAMES = ("tien giang", "tien_giang", "dong thap", "Tiền Giang", "Đồng Tháp")
CODES = [f'"{code}"' for code in (AREAS.province.code, *AREAS.districts()["unit_code"])]
YEARS = (r"\b20(21|25|30)\b", r"\b(11|18|57) (huyện|mục tiêu|địa bàn|districts|goals|communes|xã)")
ALLOWED = {
    "xhht_analysis/forecasting/scores.py": "2021",  # year of a paper
    "xhht_analysis/publishing/workbook.py": "2021",  # day of creation, equal for equal bytes
    "xhht_analysis/intake/returning/book.py": "2021",  # the same
    # dates of decisions and decrees of the State
    "xhht_analysis/publishing/templates/words.toml": "20(21|25|30)",
    # defaults of parameters and examples are those of the fixture
    "notebooks/06_unit_report.ipynb": '"819"',
}
FILES = sorted(
    path
    for folder, ends in (("xhht_analysis", ("py", "toml", "j2", "css")), ("notebooks", ("ipynb",)))
    for end in ends
    for path in (ROOT / folder).rglob(f"*.{end}")
)


def told(path) -> str:
    """Text of a file without outputs of notebooks and examples of dates in messages."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r'"outputs": \[(?!\]).*?\n   \],', "", text, flags=re.DOTALL)
    return text.replace('\\"', '"')


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_no_name_code_count_or_year_of_our_plan(path):
    place, text = path.relative_to(ROOT).as_posix(), told(path)
    patterns = [*map(re.escape, (*NAMES, *CODES)), *YEARS]
    found = [m[0] for pattern in patterns for m in re.finditer(pattern, text)]
    allowed = ALLOWED.get(place, "(?!)")
    assert [word for word in found if not re.fullmatch(allowed, word)] == []
