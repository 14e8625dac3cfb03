"""The key of a typed name: what is style vanishes, what is name stays."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xhht_analysis.plan.names import Name, parse_name, without_accents

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "kind", "rest"),
    [
        ("TP. Mỹ Tho", "thành phố", ()),
        ("T.P Mỹ Tho", "thành phố", ()),
        ("UBND thành phố Mỹ Tho", "thành phố", ()),
        ("Hội Khuyến học Thành phố Mỹ Tho", "thành phố", ()),
        ("Phòng Văn hóa - Xã hội TP. Mỹ Tho", "thành phố", ()),
        ("Mỹ Tho", "", ()),
        ("TX.Mỹ Tho", "thị xã", ()),
        ("T.T Mỹ Tho", "thị trấn", ()),
        ("Mỹ Tho (cũ)", "", ()),
        ("P. Mỹ Tho, tỉnh Đồng Tháp", "phường", ("tỉnh đồng tháp",)),
    ],
)
def test_kind_and_parents_are_taken_off(text, kind, rest):
    assert parse_name(text) == Name(kind, parse_name("Mỹ Tho").core, rest)


def test_a_dash_between_spaces_ends_a_name_only_in_the_second_reading():
    assert parse_name("Bà Rịa - Vũng Tàu") == parse_name("Bà Rịa Vũng Tàu")
    second = parse_name("Tân Phú - H. Cai Lậy", split_dashes=True)
    assert second == Name("", parse_name("Tân Phú").core, ("h cai lậy",))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Thạnh Hòa", "Thạnh Hoà"),
        ("Sơn Qui", "SƠN QUY"),
        ("Phú Quý", "Phú Quí"),
        ("Tân Lập 1", "Tân Lập I"),
        ("Phường 4", "P.IV"),
        ("Phường 4", "p04"),
        ("Đăng Hưng Phước", "Ðăng Hưng Phước"),  # the Icelandic letter of old fonts
        ("Tân\u200b Phú", " Tân\u00a0Phú "),
    ],
)
def test_two_ways_of_writing_one_name_share_the_key(one, other):
    assert parse_name(one).core == parse_name(other).core


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tân Lập 1", "Tân Lập 2"),
        ("Mỹ Lợi A", "Mỹ Lợi B"),
        ("Tân Thạnh", "Tân Thanh"),
        ("Hòa Khánh", "Hoa Khánh"),
        ("Tân Hội", "Tân Hợi"),
        ("Hậu Mỹ", "Hậu My"),
        ("Phú An", "Phú Ân"),
    ],
)
def test_two_names_keep_two_keys(one, other):
    assert parse_name(one).core != parse_name(other).core


def test_letters_without_marks():
    assert without_accents(parse_name("Đắk Lắk").core) == "dak lak"


@given(st.text(max_size=30))
def test_the_key_does_not_depend_on_case_or_unicode_form(text):
    plain = parse_name(text)
    assert parse_name(unicodedata.normalize("NFD", text)) == plain
    assert parse_name(f"  {text}  ") == plain
