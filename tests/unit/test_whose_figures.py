"""Figures that are not those of the whole unit: own staff, women, June, another province."""

from __future__ import annotations

import pytest

from tests.form_fixtures import Board, figures, left_out, problems, read, rules

pytestmark = pytest.mark.unit

HEADS = ["STT", "Nội dung", "Tử số", "Mẫu số"]
CITIZENS = [1, "Công dân học tập", 80, 82]


def listed(*lines: str, heads=HEADS, row=CITIZENS) -> Board:
    drawn = Board()
    for number, line in enumerate(lines, start=1):
        drawn.row(f"A{number}", [line])
    return drawn.row("A6", heads).row("A7", row)


@pytest.mark.parametrize(
    "agency",
    [
        "SỞ TÀI CHÍNH TỈNH TIỀN GIANG",
        "LIÊN ĐOÀN LAO ĐỘNG TỈNH TIỀN GIANG",
        "BAN TUYÊN GIÁO TỈNH ỦY TIỀN GIANG",
    ],
)
def test_an_agency_that_reports_no_indicator_does_not_speak_for_the_province(agency):
    reading = read(listed(agency, "BÁO CÁO KẾT QUẢ", "Năm 2024"))
    assert [rule for rule, *_ in problems(reading)] == ["agency_without_indicators"]


def test_the_agency_of_an_indicator_does():
    reading = read(listed("HỘI KHUYẾN HỌC TỈNH TIỀN GIANG", "BÁO CÁO KẾT QUẢ", "Năm 2024"))
    assert figures(reading) == {("learning_citizens", "82"): (80, 82, "C7")}


@pytest.mark.parametrize("province", ["TIỀN GIANG", "ĐỒNG THÁP"])
def test_a_file_bears_the_name_of_its_agency_not_of_the_province_above_it(province):
    reading = read(listed(f"TỈNH {province}", f"HỘI KHUYẾN HỌC TỈNH {province}", "Năm 2025"))
    assert (reading.sender, reading.sender_name) == ("HKH", "Hội Khuyến học tỉnh")


def test_a_file_of_a_unit_bears_its_name_as_typed():
    reading = read(listed("UBND HUYỆN CÁI BÈ", "Năm 2024"))
    assert (reading.sender, reading.sender_name) == ("819", "HUYỆN CÁI BÈ")


def test_units_in_the_rows_speak_for_themselves():
    heads, row = (
        ["Huyện", "Công dân học tập: số đạt", "Công dân học tập: tổng số"],
        ["Cái Bè", 8, 9],
    )
    reading = read(listed("TỈNH ĐOÀN TIỀN GIANG", "Năm 2024", heads=heads, row=row))
    assert figures(reading) == {("learning_citizens", "819"): (8, 9, "B7")}


@pytest.mark.parametrize(
    "title",
    [
        "BÁO CÁO KẾT QUẢ THỰC HIỆN TẠI CƠ QUAN NĂM 2024",
        "KẾT QUẢ XÂY DỰNG XÃ HỘI HỌC TẬP TRONG CÁN BỘ, CÔNG CHỨC NĂM 2024",
        "SỐ LIỆU LAO ĐỘNG NỮ NĂM 2024",
        "Kết quả trong phụ nữ năm 2024",
    ],
)
def test_titles_of_a_part_of_the_people_bar_the_table(title):
    reading = read(listed("UBND HUYỆN CÁI BÈ", title))
    assert (reading.observation_rows, reading.refusal.rule) == ([], "unknown_form")
    assert title[:60] in reading.refusal.detail


@pytest.mark.parametrize("title", ["HỘI LIÊN HIỆP PHỤ NỮ HUYỆN CÁI BÈ", "SỐ LIỆU NAM, NỮ NĂM 2024"])
def test_other_lines_with_those_words_do_not(title):
    reading = read(listed("UBND HUYỆN CÁI BÈ", title, "Năm 2024"))
    assert figures(reading) == {("learning_citizens", "819"): (80, 82, "C7")}


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("Tính đến ngày 30/6/2024", "doubtful"),
        ("Số liệu 6 tháng đầu năm", "doubtful"),
        ("Tính đến ngày 30/9/2024", "ok"),
        ("Tính đến ngày 31/12/2024", "ok"),
    ],
)
def test_figures_of_a_part_of_the_year_are_doubtful(line, status):
    reading = read(listed("UBND HUYỆN CÁI BÈ", line, "Năm 2024"))
    assert [row["status"] for row in reading.observation_rows] == [status]
    assert ("part_of_year" in dict(rules(reading))) == (status == "doubtful")


@pytest.mark.parametrize("office", ["HỘI KHUYẾN HỌC TỈNH", "ỦY BAN NHÂN DÂN TỈNH"])
@pytest.mark.parametrize(
    ("name", "problem"), [("ĐỒNG THÁP", "other_province"), ("TIỀN GIANG", None)]
)
def test_an_office_of_the_merged_province_speaks_for_that_one(office, name, problem):
    drawn = listed(f"{office} {name}", "Năm 2025")
    (row,) = read(drawn, received_on="2025-11-20").observation_rows
    assert (row["unit_code"], row["problem"]) == ("82", problem)


def test_figures_of_more_than_the_commune_of_the_letterhead():
    reading = read(listed("UBND XÃ AN CƯ", "SỐ LIỆU TOÀN HUYỆN CÁI BÈ NĂM 2024"))
    assert reading.observation_rows == []
    reading = read(listed("UBND XÃ AN CƯ, HUYỆN CÁI BÈ", "SỐ LIỆU TOÀN XÃ NĂM 2024"))
    assert figures(reading) == {("learning_citizens", "28390"): (80, 82, "C7")}


def rows_below(*rows: tuple, lines=(), heads=("Huyện", "Xã", "Tử số", "Mẫu số")) -> Board:
    drawn = Board().row("A1", ["Công dân học tập năm 2023"])
    for number, line in enumerate(lines, start=2):
        drawn.row(f"A{number}", [line])
    drawn.row("A6", [h if n < 2 else f"Công dân học tập: {h}" for n, h in enumerate(heads)])
    for number, row in enumerate(rows, start=7):
        drawn.row(f"A{number}", list(row))
    return drawn


def test_an_ambiguous_district_heads_no_commune_of_the_district_above():
    rows = [("Gò Công Tây", "Bình Phú", 1, 2), ("Cai Lậy", "Bình Phú", 3, 4)]
    reading = read(rows_below(*rows), received_on="2023-11-20")
    assert figures(reading) == {("learning_citizens", "28657"): (1, 2, "C7")}
    assert problems(reading) == [("ambiguous_unit", "B8", "Bình Phú")]


def test_homonyms_are_of_the_level_of_all_other_rows():
    heads = ("TT", "Đơn vị", "Tử số", "Mẫu số")
    rows = [(1, "Mỹ Tho", 1, 2), (2, "Cái Bè", 3, 4), (3, "Huyện Cai Lậy", 5, 6)]
    reading = read(rows_below(*rows, heads=heads), received_on="2023-11-20")
    units = {unit: counts[:2] for (_, unit), counts in figures(reading).items()}
    assert units == {"815": (1, 2), "819": (3, 4), "820": (5, 6)}


def test_communes_below_another_commune_s_letterhead_are_no_hamlets():
    heads = ("TT", "Tên xã", "Tử số", "Mẫu số")
    rows = [("I", "TỔNG CỘNG", 4, 6), (1, "Mỹ Thiện", 1, 2), (2, "An Hữu", 3, 4)]
    drawn = rows_below(*rows, lines=["UBND XÃ CÁI BÈ", "Năm 2025"], heads=heads)
    reading = read(drawn.row("A1", ["BẢNG TỔNG HỢP"]), received_on="2025-11-20")
    units = {unit: counts[:2] for (_, unit), counts in figures(reading).items()}
    assert units == {"28378": (1, 2), "28429": (3, 4)}


@pytest.mark.parametrize(
    ("lines", "day"),
    [
        (["ỦY BAN NHÂN DÂN HUYỆN CHÂU THÀNH", "TỈNH BẾN TRE", "Năm 2024"], "2024-11-20"),
        (["UBND XÃ TÂN PHÚ, TỈNH VĨNH LONG", "Năm 2025"], "2025-11-20"),
        (["SỞ GIÁO DỤC VÀ ĐÀO TẠO ĐỒNG THÁP", "Năm 2024"], "2024-11-20"),
    ],
)
def test_a_letterhead_of_another_province(lines, day):
    heads, row = ["Huyện", "Tử số: công dân học tập", "Mẫu số"], ["Huyện Châu Thành", 80, 82]
    for drawn in (listed(*lines), listed(*lines, heads=heads, row=row)):
        found = [row["problem"] for row in read(drawn, received_on=day).observation_rows]
        assert {*found} <= {"other_province"}


def test_a_letterhead_of_ours_that_names_it_too():
    reading = read(listed("UBND HUYỆN CÁI BÈ, TỈNH TIỀN GIANG", "Năm 2024"))
    assert figures(reading) == {("learning_citizens", "819"): (80, 82, "C7")}


def test_the_university_speaks_for_its_own_indicator_only():
    drawn = listed("TRƯỜNG ĐẠI HỌC TIỀN GIANG", "Năm 2024")
    drawn.row("E6", ["Mức độ"]).row("A8", [2, "Đại học số", None, None, 2])
    reading = read(drawn)
    assert [rule for rule, *_ in problems(reading)] == ["agency_without_indicators"]
    assert [row["level"] for row in reading.observation_rows if not row["problem"]] == [2]


def test_last_year_s_column_of_new_communes_is_of_none_of_the_old_ones():
    # xã Tân Đông is 28723 since 01/7/2025 and was 28732 before; Tân Hương kept its code
    drawn = Board().row("A1", ["DANH SÁCH NĂM 2025"])
    drawn.row("A3", ["TT", "Xã", "Chuẩn PCGD tiểu học năm 2025", "Chuẩn PCGD tiểu học năm 2024"])
    drawn.row("A4", [1, "Xã Tân Đông", 3, 2]).row("A5", [2, "Xã Tân Hương", 3, 2])
    reading = read(drawn, received_on="2025-11-25")
    rows = [(r["year"], r["unit_code"], r["problem"]) for r in reading.observation_rows]
    old = (2024, None, "unit_not_valid_then")
    assert sorted(rows, key=str) == [old, old, (2025, "28525", None), (2025, "28723", None)]


def test_a_rate_of_those_asked_in_a_survey():
    heads = ["Huyện", "Số người được khảo sát", "Kỹ năng sống: SL", "Kỹ năng sống: Tỷ lệ (%)"]
    reading = read(listed("Năm 2024", heads=heads, row=["Cái Bè", 500, 240, 48]))
    assert [rule for rule, *_ in problems(reading)] == ["share_of_plan"]


@pytest.mark.parametrize(
    "title",
    [
        "CÔNG DÂN HỌC TẬP LÀ NỮ",
        "KẾT QUẢ NGƯỜI CAO TUỔI ĐẠT CÔNG DÂN HỌC TẬP",
        "KẾT QUẢ ĐỐI VỚI NGƯỜI KHUYẾT TẬT",
        "KẾT QUẢ TRONG THANH NIÊN",
        "SỐ LIỆU ĐỒNG BÀO DÂN TỘC THIỂU SỐ",
        "KẾT QUẢ CỦA HỌC SINH, SINH VIÊN",
        "SỐ LIỆU CÔNG NHÂN CÁC KHU CÔNG NGHIỆP",
        "KẾT QUẢ KHẢO SÁT MẪU",
        "KẾT QUẢ CÁC XÃ ĐIỂM",
        "PHÂN BỔ CHỈ TIÊU",
    ],
)
def test_titles_of_some_of_the_people(title):
    assert read(listed("UBND HUYỆN CÁI BÈ", title, "Năm 2024")).observation_rows == []


@pytest.mark.parametrize(
    "title",
    [
        "KẾT QUẢ TRONG NGƯỜI DÂN",
        "SỐ LIỆU CÔNG DÂN HỌC TẬP CỦA NGƯỜI LAO ĐỘNG TRONG ĐỘ TUỔI",
        "KẾT QUẢ TRONG THANH NIÊN, THIẾU NIÊN 15-18 TUỔI",
        "Báo cáo của Hội Nông dân về công dân học tập",
        "HỘI NGƯỜI CAO TUỔI HUYỆN CÁI BÈ",
    ],
)
def test_titles_of_all_of_them(title):
    assert len(read(listed("UBND HUYỆN CÁI BÈ", title, "Năm 2024")).observation_rows) == 1


@pytest.mark.parametrize(
    ("note", "counts"),
    [
        ("Ghi chú: Đơn vị tính nghìn người", (80_000, 82_000)),
        ("* Số liệu tính bằng 1.000 người", (80_000, 82_000)),
        ("Ghi chú: số liệu của xã", (80, 82)),
    ],
)
def test_a_note_below_the_table_says_what_counts_are_in(note, counts):
    reading = read(listed("UBND HUYỆN CÁI BÈ", "Năm 2024").row("A8", [note]))
    assert figures(reading) == {("learning_citizens", "819"): (*counts, "C7")}


@pytest.mark.parametrize("note", ["Số liệu năm 2022", "Số ước", "Lấy số năm 2021"])
def test_a_row_whose_note_names_another_year_is_told_and_not_read(note):
    drawn = listed("UBND HUYỆN CÁI BÈ", "Năm 2024", heads=[*HEADS, "Ghi chú"])
    drawn.row("A7", [*CITIZENS, note]).row("A8", [2, "Kỹ năng sống", 5, 9, "đã kiểm tra"])
    reading = read(drawn)
    assert figures(reading) == {("life_skills", "819"): (5, 9, "C8")}
    assert ("row_left_out", "C7") in left_out(reading)


@pytest.mark.parametrize(
    ("name", "status"),
    [("Bao cao 6 thang dau nam 2024.xlsx", "doubtful"), ("BC_9_thang_nam_2024.xlsx", "doubtful"),
     ("BC nam 2024.xlsx", "ok")],
)  # fmt: skip
def test_a_part_of_the_year_in_the_name_of_the_file_counts(name, status):
    reading = read(listed("UBND HUYỆN CÁI BÈ", "Năm 2024"), file=f"2024-11-20/{name}")
    assert [row["status"] for row in reading.observation_rows] == [status]
    assert (("part_of_year", None) in rules(reading)) is (status == "doubtful")
