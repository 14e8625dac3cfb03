"""A heading that only has an indicator's words among others is of something else: never read."""

from __future__ import annotations

import pytest

from tests.form_fixtures import read
from tests.unit.test_office_tables import CAI_BE, CHO_GAO, CITIZENS, SKILLS, sheet, stands
from xhht_analysis.intake.forms.headings import fits, heading_key

pytestmark = pytest.mark.unit

ATTENDANCE, ENTRY, COMPLETION = "preschool5_attendance", "primary_entry_6", "primary_completion_11"
GRADUATES, LITERATE = "lower_secondary_graduates_15_18", "literate_l2_15_60"


def one_column(head, title="NĂM 2024"):
    rows = (1, "Huyện Cái Bè", 45.1), (2, "Huyện Chợ Gạo", 46.2)
    return read(sheet((title,), ("TT", "Đơn vị", head), *rows))


def both(indicator):
    return {(indicator, CAI_BE, 2024): 45.1, (indicator, CHO_GAO, 2024): 46.2}


@pytest.mark.parametrize(
    "head",
    [
        "Tỷ lệ trẻ 6 tuổi chưa vào lớp 1 (%)", "Tỷ lệ trẻ 11 tuổi chưa hoàn thành CTTH (%)",
        "Tỷ lệ thanh niên 15-18 tuổi chưa tốt nghiệp THCS (%)",
        "Tỷ lệ trẻ 5 tuổi không đến lớp (%)",
        "Tỷ lệ người 15-25 tuổi không biết chữ mức 1 (%)",
        "Tỷ lệ chưa biết chữ mức độ 2, 15–60 tuổi (%)",
    ],
)  # fmt: skip
def test_those_who_have_not_are_not_those_who_have(head):
    assert stands(one_column(head)) == {}
    assert stands(one_column(head.replace("chưa ", "").replace("không ", ""))) != {}


@pytest.mark.parametrize(
    "head",
    [
        "Tỷ lệ trẻ 5 tuổi đến lớp được khám sức khỏe (%)",
        "Tỷ lệ trẻ 5 tuổi ra lớp học 2 buổi/ngày (%)",
        "Tỷ lệ trẻ 3–5 tuổi đến lớp suy dinh dưỡng (%)", "Tỷ lệ trẻ dưới 5 tuổi ra lớp (%)",
        "Tỷ lệ trẻ 11 tuổi hoàn thành CTTH vào lớp 6 (%)",
        "Tỷ lệ 15-18 tuổi tốt nghiệp THCS đi làm (%)",
        "Tỷ lệ trẻ 6 tuổi vào lớp 1 học tiếng Anh (%)",
        "Tỷ lệ người 15-60 tuổi biết chữ mức 2 dùng Internet (%)",
    ],
)  # fmt: skip
def test_a_lone_column_with_other_words_is_no_form(head):
    reading = one_column(head)
    assert stands(reading) == {}
    assert reading.refusal.rule == "unknown_form"


@pytest.mark.parametrize(
    ("head", "indicator"),
    [
        ("Tỷ lệ trẻ 5 tuổi ra lớp (%)", ATTENDANCE),
        ("Huy động trẻ 5 tuổi ra lớp (%)", ATTENDANCE),
        ("Tỷ lệ huy động trẻ em 6 tuổi vào lớp 1 (%)", ENTRY),
        ("Tỷ lệ trẻ em 11 tuổi hoàn thành chương trình tiểu học (%)", COMPLETION),
        ("Tỷ lệ 15-18 tuổi tốt nghiệp THCS (%)", GRADUATES),
        ("Tỷ lệ biết chữ mức 2 độ tuổi 15-60 (%)", LITERATE),
        ("Tỷ lệ người trong độ tuổi lao động (15-60 tuổi) được trang bị kỹ năng sống (%)", SKILLS),
        ("Kết quả kỹ năng sống đạt được (%)", SKILLS),
        ("Tỷ lệ người đạt danh hiệu công dân học tập (%)", CITIZENS),
    ],
)
def test_a_lone_column_in_an_offices_own_wording_is_read(head, indicator):
    assert stands(one_column(head)) == both(indicator)


@pytest.mark.parametrize(
    "head",
    [
        "Tỷ lệ người cao tuổi được trang bị kỹ năng sống (%)", "Tỷ lệ xã có kỹ năng sống (%)",
        "Tỷ lệ trẻ em được trang bị kỹ năng sống (%)", "Tỷ lệ người đơn thân có kỹ năng sống (%)",
        "Tỷ lệ người 15-25 tuổi được trang bị kỹ năng sống (%)",
        "Tỷ lệ xã đạt công dân học tập (%)",
        "Tỷ lệ đơn vị đạt danh hiệu công dân học tập (%)", "Tỷ lệ xã có TTHTCĐ ứng dụng CNTT (%)",
    ],
)  # fmt: skip
def test_filling_words_that_count_something_else_are_no_filling(head):
    assert stands(one_column(head)) == {}


@pytest.mark.parametrize(
    ("title", "whole", "part"),
    [
        (
            "PHỔ CẬP GIÁO DỤC MẦM NON",
            "Trẻ 5 tuổi phải phổ cập",
            "Trẻ 5 tuổi đến lớp được khám sức khỏe",
        ),
        (
            "PHỔ CẬP GIÁO DỤC MẦM NON",
            "Trẻ 5 tuổi phải phổ cập",
            "Trẻ 5 tuổi ra lớp học 2 buổi/ngày",
        ),
        ("KẾT QUẢ PCGD TIỂU HỌC", "Trẻ 6 tuổi phải phổ cập", "Trẻ 6 tuổi vào lớp 1 học tiếng Anh"),
        ("KẾT QUẢ PCGD THCS", "15-18 tuổi tổng số", "15-18 tuổi tốt nghiệp THCS đi làm"),
        ("CÔNG DÂN HỌC TẬP", "Tổng số công dân", "Công dân đạt chuẩn kỹ năng số"),
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_another_deed_of_the_same_people_is_not_the_forms_count(title, whole, part, named):
    top = f"{title} NĂM 2024" if named else "NĂM 2024"
    rows = (1, "Huyện Cái Bè", 200, 100), (2, "Huyện Chợ Gạo", 201, 101)
    assert stands(read(sheet((top,), ("TT", "Đơn vị", whole, part), *rows))) == {}


def test_an_indicators_own_nouns_stay_filling():
    heads = ("Cơ sở giáo dục số | Số cơ sở đạt", "Cơ sở giáo dục số | Tổng số cơ sở")
    table = ("TT", "Đơn vị", *heads), (1, "Huyện Cái Bè", 15, 20)
    reading = read(sheet(("NĂM 2024",), *table))
    assert stands(reading) == {("digital_institutions", CAI_BE, 2024): (15, 20)}


@pytest.mark.parametrize(
    "heads",
    [
        ("Số ấp", "Cộng đồng học tập"), ("Số ấp", "Cộng đồng học tập được công nhận"),
        ("Chuẩn PCGD tiểu học đạt", "Chuẩn PCGD tiểu học không đạt"),
        ("Số xã", "Xã đạt chuẩn PCGD tiểu học"),
    ],
)  # fmt: skip
def test_numbers_of_hamlets_or_communes_are_no_level(heads):
    rows = (1, "Huyện Cái Bè", 2, 1), (2, "Huyện Chợ Gạo", 1, 2)
    assert stands(read(sheet(("NĂM 2024",), ("TT", "Đơn vị", *heads), *rows))) == {}


@pytest.mark.parametrize(
    ("head", "indicator"),
    [
        ("Mức độ công nhận cộng đồng học tập", "learning_community_level"),
        ("Cộng đồng học tập (mức độ)", "learning_community_level"),
        ("Đạt chuẩn XMC", "literacy_level"),
        ("Chuẩn XMC", "literacy_level"),
    ],
)
def test_a_heading_that_says_level_or_standard_is_read_as_one(head, indicator):
    rows = (1, "Xã Mỹ Trung", 2), (2, "Xã Mỹ Hội", 1)
    reading = read(sheet(("HUYỆN CÁI BÈ - NĂM 2024",), ("TT", "Đơn vị", head), *rows))
    levels = {
        row["unit_code"]: (row["indicator_code"], row["level"]) for row in reading.observation_rows
    }
    assert levels == {"28369": (indicator, 2), "28387": (indicator, 1)}


def test_a_remark_on_what_is_not_counted_bars_no_heading():
    head = "Tỷ lệ trẻ 5 tuổi ra lớp (%) – số liệu minh hoạ, không phải số liệu chính thức"
    table = ("TT", "Đơn vị", "Kỹ năng sống (tử số)", "Kỹ năng sống (mẫu số)")
    assert fits("5 tuổi, đến lớp|ra lớp", heading_key(head))
    assert fits("5 tuổi, phải phổ cập", heading_key("Trẻ 5 tuổi PPC (chưa kể tạm trú)"))
    assert not fits("5 tuổi, phải phổ cập", heading_key("Trẻ 5 tuổi không phải phổ cập"))
    assert fits("15, tổng số|dân số", heading_key("Dân số thường trú từ 15 tuổi"))
    assert not fits("15, tổng số", "15 tuoi | tong so | tam tru")
    assert stands(
        read(sheet(("NĂM 2024 (không bao gồm xã đảo)",), table, (1, "Huyện Cái Bè", 10, 20)))
    ) == {(SKILLS, CAI_BE, 2024): (10, 20)}


def test_illiterate_people_of_a_form_may_be_called_those_who_have_not():
    heads = ("TT", "Độ tuổi", "Dân số trong độ tuổi", "Chưa biết chữ mức 1", "Chưa biết chữ mức 2")
    board = sheet(
        ("BIỂU XMC-3 - XÃ MỸ TRUNG, HUYỆN CÁI BÈ - NĂM 2024",),
        tuple(f"{head} TS" if at > 1 else head for at, head in enumerate(heads)),
        (1, "15-25", 500, 5, 9),
        (2, "15-35", 900, 10, 20),
    )
    assert stands(read(board))[("literate_l1_15_25", "28369", 2024)] == (495, 500)


def test_addresses_of_electronic_mail_make_no_row_a_total():
    head = ("Địa chỉ email", "Tên đơn vị", "Năm", "Kỹ năng sống (tử số)", "Kỹ năng sống (mẫu số)")
    rows = ("a@x.vn", "Huyện Cái Bè", 2024, 10, 20), ("b@x.vn", "Huyện Chợ Gạo", 2024, 14, 24)
    assert stands(read(sheet(head, *rows))) == {
        (SKILLS, CAI_BE, 2024): (10, 20),
        (SKILLS, CHO_GAO, 2024): (14, 24),
    }
