"""Whole files of the sample that must be refused, set aside, or read with patience."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path

from tests.sample_data import forms
from tests.sample_data.deliveries import DATES, Delivery, district_path
from tests.sample_data.forms import Listing
from tests.sample_data.grids import MARK, Grid, save, save_csv
from tests.sample_data.patching import patch
from tests.sample_data.templates import TemplateWriter
from tests.sample_data.truth import stream

MIXED_NAMES = {
    "815": "TP. Mỹ Tho",
    "816": "TX Gò Công",
    "817": "Cai Lậy",
    "818": "Huyện Tân Phước",
    "819": "H. Cái Bè",
    "821": "HUYỆN CHÂU THÀNH",
    "822": "H.Chợ Gạo",
    "823": "huyện Gò Công Tây",
    "824": "Gò Công Đông",
    "825": "Tân Phú Đông",
}
"""How Hội Khuyến học's table of 2022 names the districts; only "Cai Lậy" could be two."""


def html_as_xls(path: Path) -> None:
    """A web page saved as .xls."""
    path.write_text(
        f"<html><body><h3>{MARK}</h3><table><tr><td>Đơn vị</td><td>Tổng số</td></tr>"
        "<tr><td>Xã Tân Thới</td><td>1</td></tr></table></body></html>",
        encoding="utf-8",
    )


def scan_as_pdf(path: Path) -> None:
    """A scanned report: a PDF without text."""
    note = MARK.encode("utf-16").hex()
    path.write_bytes(
        b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n"
        b"3 0 obj\n<< /Title <" + note.encode() + b"> >>\nendobj\n"
        b"trailer\n<< /Root 1 0 R /Info 3 0 R >>\n%%EOF\n"
    )


def half_download(good: Callable[[Path], None]) -> Callable[[Path], None]:
    """A workbook of which only the first half arrived."""

    def write(path: Path) -> None:
        good(path)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    return write


def household_register(path: Path) -> None:
    """A register of persons (all invented): must be refused without copying a name."""
    grid = Grid(widths={2: 20})
    grid.put(0, 0, f"MauNhapLieu – {MARK}", "mark")
    heads = ["STT", "Họ đệm", "Tên", "Ngày", "Tháng", "Năm sinh", "Nữ", "Dân tộc", "Số phiếu"]
    grid.row(2, heads, "head")
    for number, name in enumerate(("An", "Bình", "Chi"), start=1):
        person = [number, "Nguyễn Văn", name, 1, number, 1990 + number, "x", "Kinh", 100 + number]
        grid.row(2 + number, person, "text")
    save(path, {"MauNhapLieu": grid})


def equipment_list(path: Path) -> None:
    """A list that is no form of ours."""
    grid = Grid(widths={1: 30})
    grid.put(0, 0, "DANH MỤC THIẾT BỊ PHÒNG HỌP", "title")
    grid.put(1, 0, MARK, "mark")
    grid.row(3, ["STT", "Tên thiết bị", "Số lượng", "Ghi chú"], "head")
    grid.row(4, [1, "Máy chiếu", 2, "đang dùng"])
    grid.row(5, [2, "Loa kéo", 1, "hỏng"])
    save(path, {"Sheet1": grid})


def wrong_code(writer: TemplateWriter) -> Callable[[Path], None]:
    """The workbook of xã Mỹ Thành with the code of another commune."""

    def write(path: Path) -> None:
        writer.commune(path, "28456", 2025, leave_out=("learning_citizens",))
        patch(path, {"Số liệu": {"B3": "28471"}})

    return write


def ended_district(writer: TemplateWriter) -> Callable[[Path], None]:
    """Huyện Chợ Gạo goes on reporting for 2025, after the end of its level."""

    def write(path: Path) -> None:
        writer.district(path, "822", 2024, leave_out=writer.rates)
        patch(path, {"Số liệu": {"B4": 2025, "B5": "30/9/2025"}})

    return write


def next_year(writer: TemplateWriter) -> Callable[[Path], None]:
    """A workbook received in 2026 whose year reads 2027."""

    def write(path: Path) -> None:
        writer.commune(path, "28504", 2026, leave_out=("learning_citizens",))
        patch(path, {"Số liệu": {"B4": 2027, "B5": None}})

    return write


def gso_trained(path: Path) -> None:
    """GSO's layout with invented figures, UTF-8 with BOM, semicolons; last year preliminary."""
    years = ['"2017"', '"2018"', '"2019"', '"Sơ bộ 2020"']
    _gso(
        path,
        "Tỷ lệ lao động từ 15 tuổi trở lên đang làm việc đã qua đào tạo phân theo địa phương",
        years,
        {" CẢ NƯỚC": 22.0, "Đồng bằng sông Cửu Long": 13.0, "Tiền Giang": 12.4, "Bến Tre": 11.0},
        "utf-8-sig",
        ";",
    )


def gso_literacy(path: Path) -> None:
    """The same layout as UTF-16 with tabs, as Excel saves "Unicode text"."""
    years = ['"2018"', '"2019"', '"2020"']
    values = {" CẢ NƯỚC": 94.8, "Tiền Giang": 95.4, "Vĩnh Long": 94.0}
    title = "Tỷ lệ dân số từ 15 tuổi trở lên biết chữ phân theo địa phương"
    _gso(path, title, years, values, "utf-16", "\t")


def _gso(
    path: Path, title: str, years: list[str], start: dict[str, float], encoding: str, mark: str
) -> None:
    lines = [f'"{title} (%) – {MARK}"', "", mark.join(['"Tỉnh, thành phố"', *years])]
    for name, first in start.items():
        rng = stream("gso", title, name)
        values = [f"{first + 0.6 * i + rng.random() - 0.5:.1f}" for i in range(len(years))]
        if name == "Bến Tre":
            values[1] = ".."
        lines.append(mark.join([f'"{name}"', *values]))
    save_csv(path, lines, encoding)


def mixed_names(writer: TemplateWriter) -> Callable[[Path], None]:
    """Hội Khuyến học's table of 2022 with names as people write them."""

    def write(path: Path) -> None:
        place = "Hội Khuyến học tỉnh Tiền Giang"
        listing = Listing.of(writer.truth, place, 2022, MIXED_NAMES, "2022-09-30")
        save(path, {"Bieu": forms.khuyen_hoc(listing)})

    return write


def decomposed_names(writer: TemplateWriter) -> Callable[[Path], None]:
    """Hội Khuyến học's table of 2025 typed on a Mac: letters and accents apart (NFD)."""

    def write(path: Path) -> None:
        geography, on = writer.truth.geography, "2025-09-30"
        units = {c: n for d in geography.atoms for c, n in geography.communes(d, on).items()}
        place = "Hội Khuyến học tỉnh Đồng Tháp"
        grid = forms.khuyen_hoc(Listing.of(writer.truth, place, 2025, units, on))
        for cell, (value, style) in list(grid.cells.items()):
            if isinstance(value, str) and style != "mark":
                grid.put(*cell, unicodedata.normalize("NFD", value), style)
        save(path, {"Bieu": grid})

    return write


def second_copy(writer: TemplateWriter) -> Delivery:
    """The same workbook sent again a week later under the name a browser gives it."""
    first = district_path(writer.truth.geography, "816", 2023)
    name = first.split("/")[1].removesuffix(".xlsx")

    def write(path: Path) -> None:
        path.write_bytes((path.parents[1] / first).read_bytes())

    return Delivery(f"{DATES[2023][2]}/{name} (1).xlsx", write)


def good_commune(writer: TemplateWriter) -> Callable[[Path], None]:
    """A good workbook of xã Tân Điền."""

    def write(path: Path) -> None:
        writer.commune(path, "28738", 2026, leave_out=("learning_citizens",))

    return write
