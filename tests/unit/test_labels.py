"""Words, numbers, dates, chances and Vietnamese order."""

import math
import re
import shutil
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xhht_analysis.contracts import VERDICTS
from xhht_analysis.forecasting.verdicts import classify
from xhht_analysis.project import ROOT
from xhht_analysis.publishing import labels
from xhht_analysis.publishing.scorecard import block_name
from xhht_analysis.remedies import REMEDIES

pytestmark = pytest.mark.unit
VERDICT_CLASSES = VERDICTS.columns["verdict_class"].allowed
VI, EN = labels.Labels("vi"), labels.Labels("en")
NB = "\u00a0"


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (1234567.891, 1, "1.234.567,9"),
        (0.05, 1, "0,1"),
        (2.675, 2, "2,68"),
        (-3.25, 1, "-3,3"),
        (float("nan"), 1, "–"),
        (1000, 0, "1.000"),
    ],
)
def test_numbers_have_a_decimal_comma(value, decimals, expected):
    assert VI.number(value, decimals) == expected


def test_english_numbers_have_a_decimal_point():
    assert EN.number(1234.5, 1) == "1,234.5"


@pytest.mark.parametrize(
    ("value", "expected"), [(50.0, "50,0"), (46.24, "46,2"), (99.96, "100,0"), (0.04, "0,0")]
)
def test_percents_of_a_table_have_one_decimal(value, expected):
    assert VI.percent(value) == f"{expected}{NB}%"


def test_dates_are_day_month_year():
    assert VI.date("2026-11-20") == "20/11/2026"
    assert VI.date("") == ""


# hand: nearest 5 with halves up; below 5 and above 95 only the bound is said
@pytest.mark.parametrize(
    ("probability", "expected"),
    [
        (0.0, f"<{NB}5{NB}%"),
        (0.024, f"<{NB}5{NB}%"),
        (0.025, f"5{NB}%"),
        (0.124, f"10{NB}%"),
        (0.125, f"15{NB}%"),
        (0.674, f"65{NB}%"),
        (0.975, f">{NB}95{NB}%"),
        (0.97, f"95{NB}%"),
        (1.0, f">{NB}95{NB}%"),
    ],
)
def test_chances_are_rounded_to_five_percent(probability, expected):
    assert VI.short_chance(probability) == expected


@given(st.floats(0, 1))
def test_the_shown_chance_and_the_class_never_disagree(probability):
    shown = labels.rounded_percent(probability)
    assert shown % 5 == 0
    assert abs(shown - 100 * probability) <= 2.5 + 1e-6
    assert classify(shown / 100) == classify(probability)


def test_vietnamese_is_spelt_as_in_the_plan():
    """ "hóa", "tùy": the mark of tone stands on the first of two open vowels."""
    other = re.compile(r"(?<!q)(o[àáảãạ]|o[èéẻẽẹ]|u[ỳýỷỹỵ])(?!\w)", re.IGNORECASE)
    places = [
        *(ROOT / "xhht_analysis").rglob("*.toml"),
        *(ROOT / "docs").glob("*.md"),
        ROOT / "README.md",
    ]
    found = {p.name: other.findall(p.read_text(encoding="utf-8")) for p in places}
    assert {name: some for name, some in found.items() if some} == {}


def test_every_verdict_class_has_a_word_and_a_shape():
    words = {name: VI.verdict(name) for name in VERDICT_CLASSES}
    assert words["reached"] == "đã đạt"
    assert words["missed"] == "chưa đạt"
    assert words["no_data"] == "chưa đủ số liệu"
    assert len(set(words.values())) == len(VERDICT_CLASSES)
    assert set(labels.SYMBOLS) == {*VERDICT_CLASSES, "no_object"}
    assert len(set(labels.SYMBOLS.values())) == len(labels.SYMBOLS)


def test_every_text_speaks_both_languages():
    def walk(entry, path):
        if "vi" in entry:
            assert set(entry) - {"vi_kept", "en_kept"} == {"vi", "en"}, path
            assert type(entry["vi"]) is type(entry["en"]), path
            return 1
        return sum(walk(entry[key], f"{path}.{key}") for key in entry)

    words = labels._words(labels.WORDS)
    told = {name: words[name] for name in words if name != "rule"}  # in Vietnamese: the remedies
    assert walk(told, "") > 150
    assert walk(labels._words(labels.FIGURE_WORDS), "") > 50


def test_words_name_the_province_of_the_plan_and_count_its_districts(tmp_path):
    folder = shutil.copytree(ROOT / "config", tmp_path / "plan")
    for path in (ROOT / "tests" / "fixtures" / "ba_song" / "config").iterdir():
        shutil.copy(path, folder)
    other = labels.Labels("vi", labels.plan_words(folder))
    assert other.word("frame") == "Tỉnh Ba Sông, 5 huyện, thành, thị"
    assert VI.word("frame") == ("Địa bàn tỉnh Tiền Giang trước sắp xếp, khung 11 huyện, thành, thị")
    assert VI.plan["ended"] == "01/7/2025"
    assert other.plan["deadline"] == "31/10"
    assert (other.plan["first_target"], other.plan["last_target"]) == (2027, 2032)


def test_no_word_of_the_kit_names_our_province_or_counts_for_it():
    files = (labels.WORDS, labels.FIGURE_WORDS)
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    ours = r"Tiền Giang|Đồng Tháp|\b11 (huyện|địa bàn|districts)|\b18 (mục tiêu|goals)|01/0?7/2025"
    assert re.findall(ours, text) == []


def test_an_unknown_word_or_language_is_an_error():
    with pytest.raises(KeyError):
        VI.word("no.such.word")
    with pytest.raises(ValueError, match="lang"):
        labels.Labels("fr")


@given(st.floats(-1e9, 1e9), st.integers(0, 3))
def test_rounding_stays_within_half_a_step(value, decimals):
    assert math.isclose(
        labels.round_half_up(value, decimals), value, abs_tol=0.5 * 10**-decimals + 1e-6
    )


def test_what_comes_after_the_day_of_the_report_has_not_happened():
    early = labels.Labels("vi", labels.plan_words(ROOT / "config", "2024-11-20"))
    late = labels.Labels("vi", labels.plan_words(ROOT / "config", "2025-07-01"))
    assert early.word("frame") == "Tỉnh Tiền Giang, 11 huyện, thành, thị"
    assert "không còn cấp huyện" not in early.word("goal.districts_note")
    assert "không còn cấp huyện" in late.word("goal.districts_note")
    assert early.plan["authority"] == "TỈNH TIỀN GIANG"
    assert late.plan["authority"] == "TỈNH ĐỒNG THÁP"


@pytest.mark.parametrize(
    ("text", "as_of", "left"),
    [
        ("Hai chuẩn. Từ 01/7/2025 không còn huyện: cần quyết định.", "2024-11-20", "Hai chuẩn."),
        ("Từ 01/7/2025 không còn huyện.", "2025-06-30", ""),
        ("Từ 01/7/2025 không còn huyện.", "2025-07-01", "Từ 01/7/2025 không còn huyện."),
        ("Nghị định 20/2014/NĐ-CP; Nghị định 277/2025/NĐ-CP", "2024-11-20",
         "Nghị định 20/2014/NĐ-CP"),
        ("20 % của 11 là 2,2; đến năm 2030 cần 6.", "2024-11-20",
         "20 % của 11 là 2,2; đến năm 2030 cần 6."),
    ],
)  # fmt: skip
def test_a_text_of_the_plan_ends_where_it_names_a_later_day(text, as_of, left):
    words = labels.Labels("vi", labels.plan_words(ROOT / "config", as_of))
    assert words.local(pd.Series({"note_vi": text}), "note") == left


def test_every_rule_of_a_refused_figure_has_english_words():
    english = labels.Labels("en")
    told = {rule: english.word_of("rule", rule) for rule in REMEDIES}
    assert not [rule for rule, text in told.items() if text == rule or "_" in text]


def test_a_group_of_one_goal_has_its_name_like_any_other():
    goals = pd.DataFrame({"block": ["a", "b", "b"], "block_vi": ["Xóa mù chữ", "Số hóa", "Số hóa"]})
    run = SimpleNamespace(ordered_goals=goals, labels=VI)
    assert [block_name(run, block) for block in "ab"] == ["Xóa mù chữ", "Số hóa"]
