"""Numbers, levels, dates and Vietnamese text as people type them."""

from __future__ import annotations

import datetime as dt
import math
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.example_counts import examples
from xhht_analysis.intake.reading import legacy_text
from xhht_analysis.intake.reading.text import (
    Parsed,
    fold,
    normalise,
    parse_date,
    parse_level,
    parse_number,
    parse_ratio,
    parse_year,
    scale_of,
)

pytestmark = pytest.mark.unit

LOWER = "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵđ"
# Windows bytes of the ABC (TCVN3) letters, from the national standard TCVN 5712:1993, VN3
TCVN3_BYTES = {
    "à": 0xB5, "ả": 0xB6, "ã": 0xB7, "á": 0xB8, "ạ": 0xB9, "ă": 0xA8, "ằ": 0xBB, "ẳ": 0xBC,
    "ẵ": 0xBD, "ắ": 0xBE, "ặ": 0xC6, "â": 0xA9, "ầ": 0xC7, "ẩ": 0xC8, "ẫ": 0xC9, "ấ": 0xCA,
    "ậ": 0xCB, "è": 0xCC, "ẻ": 0xCE, "ẽ": 0xCF, "é": 0xD0, "ẹ": 0xD1, "ê": 0xAA, "ề": 0xD2,
    "ể": 0xD3, "ễ": 0xD4, "ế": 0xD5, "ệ": 0xD6, "ì": 0xD7, "ỉ": 0xD8, "ĩ": 0xDC, "í": 0xDD,
    "ị": 0xDE, "ò": 0xDF, "ỏ": 0xE1, "õ": 0xE2, "ó": 0xE3, "ọ": 0xE4, "ô": 0xAB, "ồ": 0xE5,
    "ổ": 0xE6, "ỗ": 0xE7, "ố": 0xE8, "ộ": 0xE9, "ơ": 0xAC, "ờ": 0xEA, "ở": 0xEB, "ỡ": 0xEC,
    "ớ": 0xED, "ợ": 0xEE, "ù": 0xEF, "ủ": 0xF1, "ũ": 0xF2, "ú": 0xF3, "ụ": 0xF4, "ư": 0xAD,
    "ừ": 0xF5, "ử": 0xF6, "ữ": 0xF7, "ứ": 0xF8, "ự": 0xF9, "ỳ": 0xFA, "ỷ": 0xFB, "ỹ": 0xFC,
    "ý": 0xFD, "ỵ": 0xFE, "đ": 0xAE, "Ă": 0xA1, "Â": 0xA2, "Ê": 0xA3, "Ô": 0xA4, "Ơ": 0xA5,
    "Ư": 0xA6, "Đ": 0xA7,
}  # fmt: skip
# how VNI-Times writes each lower-case letter, read off its keyboard sheet
VNI_SHEET = """a aø aû aõ aù aï aê aè aú aü aé aë aâ aà aå aã aá aä e eø eû eõ eù eï eâ eà eå eã eá
eä i ì æ ó í ò o oø oû oõ où oï oâ oà oå oã oá oä ô ôø ôû ôõ ôù ôï u uø uû uõ uù uï ö öø öû öõ öù öï
y yø yû yõ yù î ñ"""
VNI_PAIRS = dict(zip(LOWER, VNI_SHEET.split(), strict=True))
NAMES = (
    "Thị xã Gò Công", "Huyện Cái Bè", "Tân Phú Đông", "Phường Đạo Thạnh", "Mỹ Tho", "Bình Trưng",
    "Xã Thạnh Trị", "Kỹ năng sống", "công dân học tập", "xóa mù chữ", "Hữu Đạo", "Dưỡng Điềm",
)  # fmt: skip


def value(raw: object, **options: object) -> object:
    parsed = parse_number(raw, **options)
    return parsed.problem or parsed.value


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("1.234", 1234), ("1,234", 1234), ("1 234", 1234), ("1\u00a0234\u202f567", 1234567),
        ("1.234.567", 1234567), ("\uff11\uff12\uff13\uff14", 1234), ("'250", 250),
        ("250 người", 250),
        ("3 xã", 3), ("1.537,250 nghìn", 1537250), ("5'000", 5000), ("+7", 7),
        (12.0, 12), ("1.234,0", 1234),
        ("0", 0), ("", None), ("-", None), ("x", None), ("…", None), (None, None),
    ],
)  # fmt: skip
def test_counts(raw, number):
    assert value(raw) == number


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        ("12,5", "fractional_count"), (12.5, "fractional_count"), (1.234, "fractional_count"),
        ("0.456", "fractional_count"), ("12.34.5", "not_number"), ("1 23", "not_number"),
        ("1.234.56", "not_number"), ("mười", "not_number"), ("1e5", "not_number"),
        ("45%", "percent_in_count"), ("-5", "negative"), ("\u22125", "negative"),
        ("(5)", "negative"), (-1, "negative"),
        ("#REF!", "excel_error"), ("#DIV/0!", "excel_error"), ("=1+1", "formula_text"),
        ("=cmd|'/c calc'!A1", "formula_text"), ("NaN", "not_finite"), ("-Infinity", "not_finite"),
        (math.nan, "not_finite"), (math.inf, "not_finite"), (True, "boolean_in_number"),
        (dt.date(2024, 5, 3), "date_in_number"), (dt.time(1, 2), "date_in_number"),
        ("5/12/2024", "date_in_number"), ("khoảng 50", "approximate"), ("~50", "approximate"),
        ("8,5 nghìn", "approximate"), ("12 nghìn người", "approximate"),
        ("234/250", "ratio"), ("<script>alert(1)</script>", "approximate"),
    ],
)  # fmt: skip
def test_what_is_no_count(raw, problem):
    assert value(raw) == problem


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("45,6", 45.6),
        ("45,6%", 45.6),
        ("45.6 %", 45.6),
        ("1.234", 1.234),
        ("12,345", 12.345),
        (7, 7),
    ],
)
def test_percent(raw, number):
    assert value(raw, kind="percent") == number


def test_a_percent_sign_is_no_part_of_a_count():
    assert value("45.6%", kind="percent") == 45.6
    assert value(0.456, kind="percent") == 0.456
    assert value("45.6%") == "percent_in_count"


@pytest.mark.parametrize(
    ("siblings", "number"),
    [
        ((), "ambiguous_number"),
        (["2.345,5"], 1234),
        (["1.234.567"], 1234),
        (["12.5"], 1.234),
        (["7,25"], 1234),
        (["2.345"], "ambiguous_number"),
        (["12.5", "2.345.678"], "ambiguous_number"),
        ([150000.0, 900.0, 2000.0], "ambiguous_number"),
        ([1500.0, "2.345.678", "1.5"], "ambiguous_number"),
    ],
)
def test_one_mark_is_settled_by_the_column(siblings, number):
    assert value("1.234", kind="money", siblings=siblings) == number


@given(st.integers(0, 10**9), st.sampled_from([".", ",", " ", "\u00a0"]))
def test_grouped_counts_come_back(number, mark):
    assert value(f"{number:,}".replace(",", mark)) == number


@given(st.decimals(0, 100, places=2), st.sampled_from([",", "."]), st.sampled_from(["", "%", " %"]))
def test_percentages_come_back(number, mark, sign):
    assert value(f"{number:.2f}".replace(".", mark) + sign, kind="percent") == float(number)


@given(st.integers(0, 10**8), st.integers(1, 99))
def test_money_with_both_marks_comes_back(whole, cents):
    text = f"{whole:,}".replace(",", ".") + f",{cents:02d}"
    assert value(text, kind="money", siblings=["1.234,5"]) == pytest.approx(whole + cents / 100)


@given(st.one_of(st.text(max_size=30), st.floats(), st.integers(), st.booleans(), st.none()))
@settings(max_examples=examples(400))
def test_no_cell_breaks_a_parser(raw):
    for kind in ("count", "percent", "money"):
        parsed = parse_number(raw, kind=kind)
        assert parsed.value is None or (parsed.problem is None and 0 <= parsed.value < math.inf)
        assert kind != "count" or parsed.value is None or parsed.value == round(parsed.value)
    for parser in (parse_level, parse_date, parse_year):
        assert isinstance(parser(raw), Parsed)


@pytest.mark.parametrize(
    ("raw", "pair"),
    [
        ("234/250", (234, 250)),
        ("1.234 / 2.500", (1234, 2500)),
        ("a/b", None),
        ("5", None),
        (5, None),
    ],
)
def test_ratio_text(raw, pair):
    assert parse_ratio(raw) == pair


@pytest.mark.parametrize(
    ("raw", "top", "level"),
    [
        (2, 2, 2), ("2", 2, 2), (2.0, 3, 2), ("M2", 2, 2), ("MĐ 3", 3, 3), ("Mức độ 2", 2, 2),
        ("mức II", 2, 2), ("Đạt chuẩn mức độ 1", 3, 1), ("Đạt", 1, 1), ("Chưa đạt", 3, 0),
        ("Không đạt", 1, 0), ("Đạt", 3, "ambiguous_level"), (4, 3, "level_range"),
        (1.5, 3, "not_level"), ("xuất sắc", 2, "not_level"), ("", 2, None), (-1, 2, "level_range"),
        ("Mức độ 2 (Tốt)", 2, 2), ("đạt chuẩn PCGDTH mức độ 3", 3, 3), ("3 (ba)", 3, 3),
        ("Đạt chuẩn PCGDMN 5 tuổi", 1, 1), ("Chưa đạt chuẩn PCGDTH", 3, 0), ("-1", 2, "not_level"),
        ("Chưa đạt mức 3", 3, "not_level"), ("mức 2, mức 3", 3, "not_level"),
        ("Tốt", 2, "not_level"),
        ("1.5", 3, "not_level"), ("x", 1, "not_level"), ("-", 1, None), ("2.0", 2, 2),
        (dt.datetime(2026, 1, 2), 2, "date_in_number"), (dt.time(2, 1), 2, "date_in_number"),  # noqa: DTZ001
    ],
)  # fmt: skip
def test_levels(raw, top, level):
    parsed = parse_level(raw, level_max=top)
    assert (parsed.problem or parsed.value) == level


@pytest.mark.parametrize(
    ("raw", "date"),
    [
        ("30/9/2024", "2024-09-30"), ("03.02.2025", "2025-02-03"), ("2024-09-30", "2024-09-30"),
        ("Thời điểm: ngày 30 tháng 9 năm 2024", "2024-09-30"), ("tháng 9/2024", "2024-09-30"),
        ("tính đến tháng 12 năm 2024", "2024-12-31"), (45565.0, "not_date"),
        (dt.datetime(2024, 9, 30), "2024-09-30"),  # noqa: DTZ001
        ("09/30/2024", "not_date"), ("hôm qua", "not_date"),
        (True, "not_date"), (5, "not_date"), ("31/2/2024", "not_date"), ("", None),
    ],
)  # fmt: skip
def test_dates(raw, date):
    parsed = parse_date(raw)
    assert (parsed.problem or parsed.value) == date


@pytest.mark.parametrize(
    ("raw", "year"),
    [
        (2024, 2024), ("2024", 2024), ("Năm 2024", 2024), ("năm học 2024-2025", 2024),
        ("tháng 9/2024", 2024), ("2023-2025", "not_year"), (2024.5, "not_year"), (True, "not_year"),
        (1999, "year_range"), (20240, "year_range"), (math.nan, "not_year"), (None, None),
    ],
)  # fmt: skip
def test_years(raw, year):
    parsed = parse_year(raw)
    assert (parsed.problem or parsed.value) == year


def test_declared_units():
    assert scale_of("Dân số (nghìn người)") == 1000
    assert scale_of("ĐVT: 1.000 người") == 1000
    assert scale_of("tỷ đồng") == 1e9
    assert scale_of("Kinh phí (1.000đ)") == scale_of("1000 đồng") == 1000
    assert scale_of("trđ") == 1e6
    assert scale_of("Tỷ lệ (%)") == scale_of("") == 1


@pytest.mark.parametrize("letter", sorted(TCVN3_BYTES))
def test_tcvn3_letter_by_letter(letter):
    typed = bytes([TCVN3_BYTES[letter]]).decode("latin-1")
    assert legacy_text.from_tcvn3(typed) == letter
    assert legacy_text.TCVN3_LETTERS[typed] == letter
    assert len(legacy_text.TCVN3_LETTERS) == len(TCVN3_BYTES)


@pytest.mark.parametrize("letter", LOWER)
def test_vni_letter_by_letter(letter):
    assert legacy_text.from_vni(VNI_PAIRS[letter]) == letter
    capital = VNI_PAIRS[letter].upper()
    assert legacy_text.from_vni(capital) == letter.upper()


@pytest.mark.parametrize("name", NAMES)
def test_names_come_back_from_both_encodings(name):
    abc = "".join(chr(TCVN3_BYTES[c]) if c in TCVN3_BYTES else c for c in name)
    # a letter that ABC fonts have no capital of stays; the names above have none
    assert legacy_text.repair_of([abc])(abc) == name
    vni = "".join(
        VNI_PAIRS.get(c) or (VNI_PAIRS[c.lower()].upper() if c.lower() in LOWER else c)
        for c in name
    )
    assert legacy_text.repair_of([vni])(vni) == name


@pytest.mark.parametrize("text", [*NAMES, "café", "Ea H'leo", "cđa", "PCGD 100%", "Phó", "số liệu"])
def test_unicode_and_half_converted_text_stay(text):
    assert legacy_text.repair_of([text])(text) == text


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1258", "tcvn3", "vni"])
def test_csv_bytes_are_decoded(name, encoding):
    line = f"TT;Đơn vị;Số lượng\n1;{name};25\n"
    if encoding == "tcvn3":
        data = "".join(chr(TCVN3_BYTES.get(c, ord(c))) for c in line).encode("latin-1")
    elif encoding == "vni":
        pairs = VNI_PAIRS | {c.upper(): p.upper() for c, p in VNI_PAIRS.items()}
        data = "".join(pairs.get(c, c) for c in line).encode("cp1252")
    elif encoding == "cp1258":
        data = windows_1258(line)
    else:
        data = line.encode(encoding)
    assert legacy_text.decode(data) == line


def windows_1258(text: str) -> bytes:
    """Bytes of Vietnamese Windows: base letters with their hats, tones as their own bytes."""
    tones = {"\u0300": 0xCC, "\u0301": 0xEC, "\u0303": 0xDE, "\u0309": 0xD2, "\u0323": 0xF2}
    out = bytearray()
    for char in text:
        parts = unicodedata.normalize("NFD", char)
        tone = [tones[p] for p in parts if p in tones]
        base = unicodedata.normalize("NFC", "".join(p for p in parts if p not in tones))
        out += base.encode("cp1258") + bytes(tone)
    return bytes(out)


def test_one_cp1252_file_among_many():
    assert legacy_text.decode(b"B\xecnh Dinh;1\n") == "Bình Dinh;1\n"


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing(text):
    once = normalise(text)
    assert normalise(once) == once
    assert fold(fold(text)) == fold(text)


def test_lookalikes_and_composition():
    assert normalise("Ngƣời  TRƢỜNG\u200b") == "Người TRƯỜNG"
    assert normalise(unicodedata.normalize("NFD", "Tiền Giang")) == "Tiền Giang"
    assert normalise("\u0421ái \u0412è") == "Cái Bè"
    assert normalise("mҧu") == "mҧu"  # which letter was meant is not certain


def test_fold_joins_what_people_write_differently():
    assert fold("Tỉ lệ (%)") == fold("TỶ LỆ  %")
    assert fold("Hoà") == fold("Hòa")
    assert fold("Quí") == fold("Quý")
    assert fold("Độ tuổi 15 – 25") == "do tuoi 15 25"
