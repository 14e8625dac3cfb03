"""Names and codes on a date: every way of writing a unit finds it, and never another one."""

from __future__ import annotations

import unicodedata

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.intake_case import communes_of
from xhht_analysis.plan import areas
from xhht_analysis.project import ROOT

pytestmark = pytest.mark.unit

AREAS = areas.read_areas(ROOT / "config")
BEFORE, TOWN, MERGED, AFTER = "2023-12-31", "2024-06-30", "2024-12-31", "2025-12-31"
DATES = [BEFORE, TOWN, MERGED, "2025-06-30", "2025-07-01", AFTER]
UNITS = {on: AREAS.units(on) for on in DATES}
PREFIXES = {
    "Thành phố": ["Thành phố ", "TP ", "TP.", "Tp. ", "T.P ", "THÀNH PHỐ  "],
    "Thị xã": ["Thị xã ", "TX ", "TX.", "Tx. ", "T.X ", "UBND thị xã "],
    "Huyện": ["Huyện ", "H.", "H. ", "H ", "huyện ", "UBND huyện "],
    "Thị trấn": ["Thị trấn ", "TT ", "TT.", "Tt. ", "T.T. "],
    "Phường": ["Phường ", "P.", "P. ", "p ", "Ủy ban nhân dân phường "],
    "Xã": ["Xã ", "X.", "x. ", "X ", "UBND xã "],
    "Tỉnh": ["Tỉnh ", "T. ", "tỉnh "],
}
ROMAN = dict(zip("12345678", ["I", "II", "III", "IV", "V", "VI", "VII", "VIII"], strict=True))
TONE_PLACES = {"òa": "oà", "Òa": "Oà", "ủy": "uỷ", "ọa": "oạ", "oà": "òa"}
SPELLINGS = {"Quý": "Quí", "Qui": "Quy", "Hy": "Hi", "Mỹ": "Mĩ", "Nhị Quý": "Nhị Quí"}


def unit_of(name, on, **hints):
    found = AREAS.match(name, on, **hints)
    assert (found.unit_code is None) != (found.problem is None)
    return found.unit_code or found.problem


# --- units, districts, crosswalk -----------------------------------------------------------


def test_units_are_those_of_the_date_with_both_ends_included():
    names = {on: AREAS.units(on).set_index("unit_code")["name_vi"] for on in DATES}
    assert names[BEFORE]["816"] == "Thị xã Gò Công"
    assert names["2025-06-30"]["816"] == "Thành phố Gò Công"
    assert names["2025-06-30"]["82"] == "Tỉnh Tiền Giang"
    assert names["2025-07-01"]["82"] == "Tỉnh Đồng Tháp"
    assert "816" not in names["2025-07-01"]
    assert names[BEFORE]["28249"] == "Phường 5"
    assert names[AFTER]["28249"] == "Phường Đạo Thạnh"
    assert AREAS.units(AFTER).columns.tolist() == AREAS.table.columns.tolist()
    assert [len(AREAS.units(on)) for on in DATES] == [184, 182, 176, 176, 58, 58]


def test_districts_have_their_last_names_and_short_ones():
    districts = AREAS.districts().set_index("unit_code")
    assert districts.index.tolist() == [str(code) for code in range(815, 826)]
    assert districts.loc["816"].tolist() == ["Thành phố Gò Công", "TP Gò Công"]
    assert districts.loc["817", "short_name_vi"] == "TX Cai Lậy"
    assert districts.loc["820", "short_name_vi"] == "H. Cai Lậy"


def test_former_districts_and_their_communes_agree():
    assert AREAS.parents(AFTER)["28360"] == "819"  # xã Cái Bè
    assert communes_of("825", AFTER) == ["28693", "28696"]
    assert len(communes_of("819", BEFORE)) == 25
    assert [len(communes_of("815", on)) for on in (BEFORE, MERGED, AFTER)] == [17, 14, 5]
    assert "29938" not in AREAS.parents(AFTER)  # a commune of the old Đồng Tháp


def test_frames_follow_code_and_date():
    frames = [AREAS.match("", day, code=code).frame for code, day in
              (("28249", BEFORE), ("28249", AFTER), ("815", BEFORE), ("82", BEFORE))]  # fmt: skip
    assert frames == ["2021", "2025-07", "2021", "2021"]


def test_no_commune_is_marked_specially_disadvantaged_without_a_list():
    assert AREAS.special_communes(BEFORE) == frozenset()
    table = AREAS.table.copy()
    table.loc[table["name_vi"].eq("Xã Phú Tân"), "is_special"] = "yes"
    marked = areas.Areas(table, AREAS.changes, AREAS.province)
    assert marked.special_communes(BEFORE) == {"28753"}
    assert marked.special_communes(AFTER) == frozenset()


# --- names ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "on", "hints", "expected"),
    [
        ("Cai Lậy", BEFORE, {}, "ambiguous_unit"),  # thị xã 817 and huyện 820
        ("Cai Lậy", BEFORE, {"level": "district"}, "ambiguous_unit"),
        ("TX. Cai Lậy", BEFORE, {}, "817"),
        ("H.Cai Lậy", BEFORE, {}, "820"),
        ("CAI LẬY", BEFORE, {"code": "820"}, "820"),
        ("Tân Phước", BEFORE, {}, "ambiguous_unit"),  # huyện 818 and xã 28711
        ("xã Tân Phước", BEFORE, {}, "28711"),
        ("Tân Phước", BEFORE, {"level": "district"}, "818"),
        ("Phường 1", BEFORE, {}, "ambiguous_unit"),  # Mỹ Tho, Gò Công, Cai Lậy
        ("P.1", BEFORE, {"parent": "816"}, "28303"),
        ("P1", TOWN, {"parent": "816"}, "28300"),  # Phường 4 became Phường 1 in May 2024
        ("Phường 01", MERGED, {"parent": "817"}, "28435"),
        ("Phường I, TP. Mỹ Tho", BEFORE, {}, "28261"),
        ("Xã Tân Phú (huyện Tân Phú Đông)", BEFORE, {}, "28693"),
        ("Tân Phú - TX Cai Lậy, tỉnh Tiền Giang", BEFORE, {}, "28459"),
        ("Xã Tân Lập I", BEFORE, {}, "28345"),
        ("xã tân lập 2", BEFORE, {}, "28354"),
        ("Xã Thạnh Hòa", BEFORE, {}, "28333"),  # written Thạnh Hoà in the list
        ("Xã Điềm Hi", BEFORE, {}, "28540"),
        ("Phường Sơn Quy", AFTER, {}, "28729"),
        ("Xã Cái Bè", AFTER, {"parent": "819"}, "28360"),
        ("Xã Cái Bè, tỉnh Đồng Tháp", AFTER, {}, "28360"),
        ("Cái Bè", AFTER, {}, "28360"),
        ("Cái Bè", BEFORE, {}, "ambiguous_unit"),  # huyện 819 and thị trấn 28360
        ("1", BEFORE, {"parent": "815"}, "unknown_unit"),  # a running number
        ("Xã Cái Bè, tỉnh Bến Tre", AFTER, {}, "unknown_unit"),
        ("MHĐ", BEFORE, {}, "unknown_unit"),  # abbreviations are not guessed
        ("", BEFORE, {}, "unknown_unit"),
    ],
)
def test_a_name_means_the_unit_of_its_date_or_nothing(name, on, hints, expected):
    assert unit_of(name, on, **hints) == expected


@pytest.mark.parametrize(
    ("name", "on", "code", "expected"),
    [
        ("Xã Đạo Thạnh", BEFORE, "28282", "28282"),
        ("Xã Đạo Thạnh", AFTER, "28282", "unit_not_valid_then"),
        ("Phường Đạo Thạnh", AFTER, "28282", "code_name_disagree"),
        ("Phường 5", AFTER, "28249", "unit_not_valid_then"),  # the code is another unit now
        ("Phường Đạo Thạnh", BEFORE, "28249", "unit_not_valid_then"),
        ("Phường 4", MERGED, "28300", "unit_not_valid_then"),  # Gò Công: Phường 1 since May
        ("Phường 1", MERGED, "28300", "28300"),
        ("Huyện Cai Lậy", BEFORE, "817", "code_name_disagree"),
        ("Huyện Chợ Gạo", BEFORE, "999", "unknown_unit"),
        ("Huyện Cái Bè", AFTER, "819", "unit_not_valid_then"),
        ("", BEFORE, "822.0", "822"),  # a number cell read as a float
        ("", AFTER, "822", "unit_not_valid_then"),
        ("", BEFORE, "999", "unknown_unit"),
        ("", AFTER, "82", "ambiguous_unit"),  # Tiền Giang or Đồng Tháp: only a name can tell
        ("", BEFORE, "82", "82"),
        ("Xã Tân Thành", AFTER, "29938", "other_province"),
    ],
)
def test_a_code_must_fit_name_and_date(name, on, code, expected):
    assert unit_of(name, on, code=code) == expected


def test_tien_giang_goes_on_in_its_frame_and_dong_thap_is_another():
    for name in ("Tiền Giang", "Tỉnh Tiền Giang (cũ)", "TIỀN GIANG"):
        found = AREAS.match(name, AFTER, code="82")
        assert (found.unit_code, found.frame) == ("82", "2021")
    merged = AREAS.match("Tỉnh Đồng Tháp", AFTER, code="82")
    assert (merged.unit_code, merged.frame) == ("82", "2025-07")
    assert unit_of("Đồng Tháp", BEFORE) == "other_province"  # the old one, code 87


@pytest.mark.parametrize(
    "name",
    ["CẢ NƯỚC", " WHOLE COUNTRY", "Đồng bằng sông Cửu Long", "TP. Hồ Chí Minh", "Bình Dinh",
     "Thừa Thiên - Huế", "Bà Rịa - Vũng Tàu", "Hà Tây", "Long An", "Ben Tre"],
)  # fmt: skip
def test_rows_of_other_provinces_are_out_of_scope(name):
    assert unit_of(name, "2007-12-31", level="province") == "other_province"


def test_english_tables_name_the_province_without_accents():
    assert unit_of("Tien Giang", "2016-12-31", level="province") == "82"
    assert unit_of("Tan Phu", BEFORE) == "unknown_unit"  # of communes letters alone decide nothing


def test_a_name_typed_without_any_accent_counts_when_its_kind_makes_it_the_only_one():
    assert unit_of("Huyen Cai Be", BEFORE) == "819"
    assert unit_of("thi xa cai lay", BEFORE) == "817"
    assert unit_of("XA BINH NINH", MERGED) == "28648"
    assert unit_of("Xa Tan Phu", BEFORE) == "ambiguous_unit"
    assert unit_of("Xã Bình Nình", BEFORE) == "unknown_unit"  # a wrong accent is a wrong name


def test_the_kind_of_a_unit_may_be_the_old_or_the_coming_one():
    assert unit_of("Thành phố Gò Công", BEFORE) == "816"
    assert unit_of("Thị xã Gò Công", MERGED) == "816"
    assert unit_of("Xã Bình Phú", MERGED, parent="820") == "28471"
    # Long Hưng of Gò Công was a commune until May 2024; Châu Thành has one too
    assert unit_of("Xã Long Hưng", MERGED) == "ambiguous_unit"
    assert unit_of("Xã Long Hưng", MERGED, parent="821") == "28561"
    # across the reform the land changes, so the old kind is the old unit
    assert unit_of("Xã Trung An", AFTER) == "unit_not_valid_then"


def test_problems_suggest_but_never_decide():
    assert "Xã Mỹ Hạnh Đông (28450)" in AREAS.match("Mỹ Hạnh Đog", BEFORE).suggestion
    assert "Phường Đạo Thạnh (28249)" in AREAS.match("Xã Đạo Thạnh", AFTER).suggestion
    assert "Phường 1 (28261)" in AREAS.match("Phường 7", MERGED, parent="815").suggestion
    assert "Tỉnh" not in AREAS.match("Xã Đạo Thạnh", AFTER).suggestion  # all are of one
    town = AREAS.match("TP. Mỹ Tho", AFTER, code="815").suggestion
    assert town.count("Phường") == 5  # the five communes of its former area
    homonyms = AREAS.match("Cai Lậy", BEFORE).suggestion
    assert "Thị xã Cai Lậy (817)" in homonyms
    assert "Huyện Cai Lậy (820)" in homonyms


# --- properties ---------------------------------------------------------------------------


@st.composite
def written_units(draw):
    """A unit on a date and one of the ways people write its name."""
    on = draw(st.sampled_from(DATES))
    units = UNITS[on]
    unit = units.iloc[draw(st.integers(0, len(units) - 1))]
    kind = next(kind for kind in PREFIXES if unit["name_vi"].startswith(f"{kind} "))
    core = unit["name_vi"].removeprefix(f"{kind} ")
    *front, last = core.split(" ")
    if last in ROMAN and draw(st.booleans()):
        core = " ".join([*front, ROMAN[last]])
    for usual, other in [*TONE_PLACES.items(), *SPELLINGS.items()]:
        if usual in core and draw(st.booleans()):
            core = core.replace(usual, other)
            break
    has_kind = draw(st.booleans())
    text = draw(st.sampled_from(PREFIXES[kind])) + core if has_kind else core
    text = draw(st.sampled_from([str, str.upper, str.lower, str.title]))(text)
    text = unicodedata.normalize(draw(st.sampled_from(["NFC", "NFD"])), text)
    text = draw(st.sampled_from(["{}", " {} ", "\u00a0{}", "{}\n"])).format(text)
    return unit, text, has_kind, on


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(written_units())
def test_every_writing_finds_its_unit_when_kind_and_parent_are_given(case):
    unit, text, has_kind, on = case
    found = AREAS.match(text, on, level=unit["level"], parent=unit["parent_code"] or None)
    if has_kind or found.problem is None:
        assert found.unit_code == unit["unit_code"], (text, found)
    else:  # without its kind a name may be two units, never the wrong one
        assert found.problem in ("ambiguous_unit", "unknown_unit"), (text, found)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(written_units(), st.sampled_from(DATES), st.booleans())
def test_no_writing_ever_lands_in_another_unit(case, on, with_code):
    unit, text, has_kind, then = case
    code = unit["unit_code"] if with_code else None
    found = AREAS.match(text, on, code=code)
    if found.problem is not None:
        assert found.problem in areas.PROBLEMS
        return
    assert code in (None, found.unit_code)
    borne = AREAS.table.query("unit_code == @found.unit_code")
    names = borne.loc[borne["name_vi"].str.endswith(bare(unit)), "name_vi"]
    assert len(names), (text, found)  # the unit found bears that name in the list
    if on == then and has_kind:
        same = UNITS[on].query("name_vi == @unit.name_vi")["unit_code"]
        assert found.unit_code in set(same)


def bare(unit: pd.Series) -> str:
    kind = next(kind for kind in PREFIXES if unit["name_vi"].startswith(f"{kind} "))
    return unit["name_vi"].removeprefix(kind)


def test_the_key_merges_no_two_units_that_are_written_differently():
    """Within a parent, two units share a key only if their official names are one name."""
    for on in DATES:
        units = AREAS.units(on)
        keys = [areas.parse_name(name) for name in units["name_vi"]]
        table = units.assign(key=[(key.kind, key.core) for key in keys])
        assert not table.duplicated(["key", "parent_code"]).any()


@given(st.text(max_size=40))
def test_no_text_crashes_the_matching(text):
    found = AREAS.match(text, BEFORE)
    assert found.problem is None or found.problem in areas.PROBLEMS


def test_near_names_are_looked_for_only_when_asked():
    found = AREAS.match("Xã Bình Nình", BEFORE, suggest=False)
    assert (found.problem, found.suggestion) == ("unknown_unit", None)
    assert "Bình Ninh" in AREAS.match("Xã Bình Nình", BEFORE).suggestion


def test_near_names_share_three_quarters_of_their_letters():
    # "tan hu" (6) stands in "tan hung" (8) and in both typed names: 12 of 16, then 12 of 17;
    # "tan phu" (7) shares "tan " and "hu" with the second: 12 of 16, and 12 of 17 with the third
    near = [AREAS.match(f"Xã {typed}", BEFORE).suggestion for typed in
            ("tan huzz", "tan huxyz", "tan huxyzw")]  # fmt: skip
    assert "Xã Tân Hưng" in near[0]
    assert "Xã Tân Hưng" not in near[1]
    assert "Xã Tân Phú" in near[1]
    assert near[2] is None
    every = AREAS.match("Phường 1", BEFORE).suggestion.split("; ")  # Mỹ Tho, Gò Công, Cai Lậy
    assert len(every) == areas.MAX_SUGGESTED == 3
