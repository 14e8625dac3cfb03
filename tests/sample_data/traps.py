"""Defects of the sample, each with the reject or finding it must give.

Numbers are those of the list of real defects (decimal comma eaten, mixed encodings, …). A defect
in a regular file is typed over one cell; whole files stand beside the regular ones. What each
must give is written to expected.csv, and the golden test holds the kit to it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from openpyxl import load_workbook

from tests.sample_data import bad_files, deliveries, forms, odd_files
from tests.sample_data.deliveries import DATES, Delivery, agency_path, district_path, form_path
from tests.sample_data.forms import Listing
from tests.sample_data.grids import cell_name, save
from tests.sample_data.patching import Recalculated, patch
from tests.sample_data.templates import TemplateWriter

Changes = dict[str, dict[str, object]]


class Expected(NamedTuple):
    """One line of expected.csv: the reject or finding that a defect must give."""

    file: str
    sheet: str
    cell: str
    table: str
    rule: str
    why_vi: str


class Slip(NamedTuple):
    """One cell of a template typed wrongly: unit, year, indicator, heading, what is typed."""

    unit: str
    year: int
    indicator: str
    heading: str
    typed: object
    table: str
    rule: str
    why_vi: str


WITH_DOT, AS_FRACTION = "with dot", "as fraction"
"""Typed values worked out from the truth: 41.507 for 41507, and 0.3278 for 32.78 %."""
SLIPS = (
    Slip("823", 2021, "clc_it", "Tử số", 31, "rejects", "numerator_above",
         "31 trung tâm trên tổng số 13: tử số lớn hơn mẫu số"),
    Slip("819", 2021, "life_skills", "Tử số", "khoảng 55000", "rejects", "approximate",
         "Số ước lượng “khoảng 55000”"),
    Slip("816", 2021, "primary_level", "Mức độ", 4, "rejects", "level_range",
         "Mức độ 4 trong khi thang chỉ đến 3"),
    Slip("825", 2022, "digital_institutions", "Tử số", "#REF!", "rejects", "excel_error",
         "Công thức hỏng, ô báo #REF!"),
    Slip("818", 2022, "clc_it", "Tử số", "5/12/2022", "rejects", "date_in_number",
         "Excel đổi “5/12” thành ngày tháng"),
    Slip("817", 2022, "university_degree", "Tử số", 90312, "rejects", "nested_above_parent",
         "Số người có trình độ đại học lớn hơn số người được đào tạo CMKT"),
    Slip("820", 2023, "trained_population", "Tử số", 71.3, "rejects", "fractional_count",
         "Ghi theo nghìn người: 71,3 thay cho 71 300 (bẫy đổi đơn vị giữa chuỗi)"),
    Slip("824", 2022, "life_skills", "Tỷ lệ (%)", AS_FRACTION, "findings", "submitted_differs",
         "Gõ đè tỷ lệ bằng phân số 0,3… thay cho 3… % (bẫy thang phần trăm)"),
    Slip("822", 2022, "life_skills", "Tử số", WITH_DOT, "", "",
         "Số gõ dạng chữ, dấu chấm phần nghìn: đọc đúng, không có lỗi"),
    Slip("823", 2022, "literacy_level", "Mức độ", "Mức độ 2", "", "",
         "Mức độ gõ bằng chữ: đọc được là 2, không có lỗi"),
)  # fmt: skip
"""Cells typed over in the regular templates of districts."""

CONVERTED_RESIDENTS = ("815", 2023, ("trained_population", "university_degree"), 1.26)
"""Mỹ Tho counts converted temporary residents in one year: the denominator jumps by 26 %."""
COPIED = ("823", 2024, "life_skills")
"""Gò Công Tây hands in last year's figures again for one indicator."""


CONSEQUENCES = (
    ("SLDTBXH", 2023, "university_degree", "Mỹ Tho tính cả tạm trú nên tổng các huyện khác số Sở"),
    ("SLDTBXH", 2024, "trained_population", "Châu Thành điều chỉnh sau khi Sở đã tổng hợp"),
    ("SGDDT", 2024, "clc_it", "Châu Thành điều chỉnh sau khi Sở đã tổng hợp"),
    ("SGDDT", 2024, "life_skills", "Châu Thành điều chỉnh, Gò Công Tây chép số năm trước"),
)
"""Province's figures that the defects above no longer let agree with the sum of the districts."""


def cell_of(path: Path, indicator: str, heading: str) -> str:
    """Cell of `Số liệu` in the row of an indicator and the column of a heading."""
    with closing(load_workbook(path, read_only=True)) as book:
        rows = list(book["Số liệu"].iter_rows(values_only=True))
    columns: dict[str, int] = {}
    for number, row in enumerate(rows):
        if row[0] == "Mã chỉ tiêu":
            columns = {str(text): col for col, text in enumerate(row)}
        elif columns and row[0] == indicator:
            return cell_name(number, columns[heading])
    raise LookupError(f"{path.name}: no row {indicator!r}")


def slip_patches(
    writer: TemplateWriter,
) -> dict[str, list[Callable[[Path], tuple[Changes, list[Expected]]]]]:
    """What to type over in each regular template, by path; gives cells and what they must give."""
    out: dict[str, list] = {}
    geography = writer.truth.geography
    for slip in SLIPS:
        file = district_path(geography, slip.unit, slip.year)

        def typed(path: Path, slip=slip, file=file) -> tuple[Changes, list[Expected]]:
            cell = cell_of(path, slip.indicator, slip.heading)
            line = Expected(file, "Số liệu", cell, slip.table, slip.rule, slip.why_vi)
            return {"Số liệu": {cell: typed_value(writer, slip)}}, [line]

        out.setdefault(file, []).append(typed)
    for agency, year, indicator, why in CONSEQUENCES:
        file = agency_path(writer, agency, year)

        def noted(path: Path, file=file, i=indicator, why=why) -> tuple[Changes, list[Expected]]:
            cell = cell_of(path, i, "Tử số")
            return {}, [Expected(file, "Số liệu", cell, "findings", "parts_differ", why)]

        out.setdefault(file, []).append(noted)
    for unit, year, change in (
        (*CONVERTED_RESIDENTS[:2], _converted),
        (*COPIED[:2], _copied),
    ):
        file = district_path(geography, unit, year)
        out.setdefault(file, []).append(lambda path, f=file, c=change: c(writer, path, f))
    return out


def typed_value(writer: TemplateWriter, slip: Slip) -> object:
    """What stands in the cell of a slip."""
    if slip.typed not in (WITH_DOT, AS_FRACTION):
        return slip.typed
    on = f"{slip.year}-09-30"
    numerator, denominator = writer.truth.of_unit(slip.indicator, slip.unit, slip.year, on)
    if slip.typed == WITH_DOT:
        return f"{numerator:,}".replace(",", ".")
    return round(numerator / denominator, 4)


def _recounted(path: Path, indicator: str, numerator: int, denominator: int) -> dict[str, object]:
    """Cells of one row after its counts were typed over: the formula has its new result."""
    cells = [cell_of(path, indicator, heading) for heading in ("Tử số", "Mẫu số", "Tỷ lệ (%)")]
    share = Recalculated(int(numerator / denominator * 10_000 + 0.5) / 100)
    return dict(zip(cells, (numerator, denominator, share), strict=True))


def _converted(writer: TemplateWriter, path: Path, file: str) -> tuple[Changes, list[Expected]]:
    district, year, indicators, factor = CONVERTED_RESIDENTS
    changes: dict[str, object] = {}
    lines = []
    next_file = district_path(writer.truth.geography, district, year + 1)
    for indicator in indicators:
        counts = writer.truth.of_unit(indicator, district, year, f"{year}-09-30")
        more = [round(count * factor) for count in counts]
        changes |= _recounted(path, indicator, *more)
        cell = cell_of(path, indicator, "Mẫu số")
        why = "Dân số kể cả quy đổi tạm trú: mẫu số tăng 26 % so với năm trước"
        lines.append(Expected(file, "Số liệu", cell, "findings", "denominator_jump", why))
        why = "Năm sau trở lại dân số thường trú: mẫu số giảm 21 %"
        lines.append(Expected(next_file, "Số liệu", cell, "findings", "denominator_jump", why))
    return {"Số liệu": changes}, lines


def _copied(writer: TemplateWriter, path: Path, file: str) -> tuple[Changes, list[Expected]]:
    district, year, indicator = COPIED
    before = writer.truth.of_unit(indicator, district, year - 1, f"{year - 1}-09-30")
    cells = _recounted(path, indicator, *before)
    why = "Tử số và mẫu số chép y nguyên năm trước"
    line = Expected(file, "Số liệu", next(iter(cells)), "findings", "copied_from_last_year", why)
    return {"Số liệu": cells}, [line]


def with_slips(writer: TemplateWriter, lines: list[Expected]) -> list[Delivery]:
    """Regular deliveries with the cells of `SLIPS` typed over; fills ``lines`` when written."""
    patches = slip_patches(writer)
    changed = with_wrong_forms(writer, lines)
    out = []
    for delivery in deliveries.regular(writer):
        delivery = changed.get(delivery.path, delivery)
        todo = patches.pop(delivery.path, [])

        def write(path: Path, delivery=delivery, todo=todo) -> None:
            delivery.write(path)
            for typed in todo:
                cells, found = typed(path)
                patch(path, cells)
                lines.extend(found)

        out.append(Delivery(delivery.path, write) if todo else delivery)
    if patches:
        raise LookupError(f"no such regular file: {sorted(patches)}")
    return out


def with_wrong_forms(writer: TemplateWriter, lines: list[Expected]) -> dict[str, Delivery]:
    """Official forms that replace the regular ones, each with one defect."""
    geography = writer.truth.geography

    def listing(district: str, year: int) -> Listing:
        on = f"{year}-09-30"
        units = geography.communes(district, on)
        return Listing.of(writer.truth, geography.district_name(district), year, units, on)

    def changed(number, district, year, build, alter, table="", rule="", why="") -> Delivery:
        path = form_path(number, geography.district_name(district), year)

        def write(target: Path) -> None:
            grid = build(listing(district, year))
            cells = alter(grid)
            save(target, {"Bieu": grid})
            lines.extend(Expected(path, "Bieu" if c else "", c, table, rule, why) for c in cells)

        return Delivery(path, write)

    made = [
        changed("TH-02", "819", 2022, forms.th02, odd_files.eaten_comma, "rejects",
                "percent_range", "Mất dấu phẩy thập phân: 9874 thay cho 98,74"),
        changed("XMC-4", "815", 2022, forms.xmc4, odd_files.wrong_total, "findings",
                "total_differs", "Dòng Cộng không bằng tổng các phường, xã"),
        changed("THCS-TK", "819", 2021, forms.thcs_tk, odd_files.left_sample_note, "findings",
                "sample_numbers", "Còn dòng “số liệu làm mẫu”: không chắc đã thay số thật"),
        changed("XMC-4", "818", 2021, forms.xmc4, odd_files.tcvn3, "",
                "", "Chữ viết bằng phông TCVN3 (ABC): đọc được, đã chuyển mã"),
        changed("MN-02", "821", 2022, forms.mn02, odd_files.same_commune_twice, "rejects",
                "conflict_in_file", "Một xã ghi hai dòng với số liệu khác nhau: loại cả hai"),
        changed("XMC-4", "817", 2023, forms.xmc4, odd_files.short_names, "", "",
                "Tên viết tắt “P.1”, “X. Tân Hội”: nhận đúng đơn vị, không có lỗi"),
    ]  # fmt: skip
    return {delivery.path: delivery for delivery in made}


IN_HEAD = {
    "ambiguous_unit": ("Bieu", "B9"),
    "code_name_disagree": ("Số liệu", "B2"),
    "district_ended": ("Số liệu", "B2"),
    "year_after_receipt": ("Số liệu", "B4"),
}
"""Where a rule of a whole file shows its cell."""


def whole_files(writer: TemplateWriter, lines: list[Expected]) -> list[Delivery]:
    """Files beside the regular ones; what each must give is added to ``lines``."""
    good = bad_files.good_commune(writer)
    again = bad_files.second_copy(writer)
    made = [
        (f"{DATES[2022][0]}/Bao cao xuat tu he thong.xls", bad_files.html_as_xls,
         "rejects", "html", "Trang web lưu đuôi .xls"),
        (f"{DATES[2023][1]}/Bao cao XHHT 2023 (ban ky).pdf", bad_files.scan_as_pdf,
         "rejects", "pdf", "Bản ký quét PDF, không có số liệu đọc được"),
        (f"{DATES[2026][0]}/XHHT_2026_Xa_Tan_Dien (minh hoa, tai do dang).xlsx",
         bad_files.half_download(good), "rejects", "truncated", "Tải về mới được một nửa"),
        (f"{DATES[2024][1]}/MauNhapLieu_ap Tan Thuan.xls", bad_files.household_register,
         "rejects", "personal_data", "Sổ hộ có họ tên, năm sinh: loại cả tệp, không chép lại"),
        (f"{DATES[2025][0]}/Danh muc thiet bi.xlsx", bad_files.equipment_list,
         "rejects", "unknown_form", "Không phải biểu mẫu nào của đề án"),
        (f"{DATES[2025][0]}/XHHT 2025 Xa My Thanh - sai ma.xlsx", bad_files.wrong_code(writer),
         "rejects", "code_name_disagree", "Tên xã Mỹ Thành, mã 28471 là của xã Bình Phú"),
        (f"{DATES[2025][1]}/Bao cao XHHT 2025 - Huyen Cho Gao.xlsx",
         bad_files.ended_district(writer),
         "rejects", "district_ended", "Cấp huyện đã kết thúc"),
        (f"{DATES[2026][1]}/Xa Long Tien nam 2027.xlsx", bad_files.next_year(writer),
         "rejects", "year_after_receipt", "Ghi năm 2027 trong tệp nhận năm 2026"),
        ("nhan qua Zalo/XHHT_2026_Xa_Tan_Dien.xlsx", good,
         "rejects", "folder_not_date", "Thư mục không phải ngày nhận"),
        (again.path, again.write, "", "",
         "Gửi lại y nguyên: mọi số liệu đếm một lần, không có lỗi"),
        (f"{DATES[2022][0]}/GSO_lao_dong_qua_dao_tao.csv", bad_files.gso_trained,
         "findings", "out_of_scope", "Có cả số liệu của tỉnh khác: không đưa vào bảng"),
        (f"{DATES[2022][0]}/GSO_ty_le_biet_chu.csv", bad_files.gso_literacy,
         "findings", "out_of_scope", "UTF-16, có cả số liệu của tỉnh khác"),
        (f"{DATES[2025][1]}/HKH_tong hop mo hinh hoc tap 2025.xlsx",
         bad_files.decomposed_names(writer), "", "",
         "Tên đơn vị gõ tổ hợp (NFD): nhận đúng đơn vị, không có lỗi"),
        (f"{DATES[2022][1]}/HKH_tong hop mo hinh hoc tap 2022.xlsx",
         bad_files.mixed_names(writer), "rejects", "ambiguous_unit",
         "“Cai Lậy” là thị xã hay huyện? Tám cách viết tên khác đều nhận đúng"),
    ]  # fmt: skip
    out = []
    for path, write, table, rule, why in made:
        sheet, cell = IN_HEAD.get(rule, ("", ""))
        line = Expected(path, sheet, cell, table, rule, why)

        def noted(target: Path, write=write, line=line) -> None:
            write(target)
            lines.append(line)

        out.append(Delivery(path, noted))
    return out


def all_deliveries(writer: TemplateWriter, lines: list[Expected]) -> list[Delivery]:
    """Every file of the sample; a defective one takes the place of the regular one it names."""
    odd = {delivery.path: delivery for delivery in whole_files(writer, lines)}
    files = [odd.pop(d.path, d) for d in with_slips(writer, lines)]
    return files + list(odd.values())
