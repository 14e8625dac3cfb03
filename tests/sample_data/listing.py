"""The sample's own account: README.md for people, expected.csv for the golden test."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.sample_data.traps import Expected

EXPECTED_CSV = Path(__file__).with_name("expected.csv")
TABLES = {"rejects": "bị loại", "findings": "cần xem lại", "": "đọc được"}
HEAD = """# Số liệu minh họa

**SỐ LIỆU MINH HỌA – KHÔNG PHẢI SỐ LIỆU CHÍNH THỨC.** Mọi con số trong thư mục này do chương trình
`python -m tests.sample_data` tạo ra từ một hạt giống cố định; tên đơn vị hành chính là thật,
số liệu là bịa. Dòng chữ trên nằm trong mọi tệp (trừ tệp cố ý cắt dở, tên có chữ “minh hoa”).

Mỗi thư mục mang ngày nhận. 11 huyện, thị xã, thành phố báo cáo năm 2021–2024; 57 xã, phường báo cáo
năm 2025 và 2026; các sở, hội và Trường Đại học Tiền Giang báo cáo mọi năm.

- Nộp muộn: huyện Gò Công Đông năm 2023 (12/01/2024); Sở LĐTBXH năm 2021 (14/12/2021); xã Tân Thới
  năm 2025 (05/12/2025).
- Thiếu hẳn một năm: huyện Cai Lậy năm 2022.
- Điều chỉnh: huyện Châu Thành gửi lại năm 2024 ngày 18/12/2024; ba chỉ tiêu thấp hơn bản đầu.

## Lỗi cố ý

Mỗi dòng là một lỗi (hoặc một cách viết lạ nhưng đọc được), với kết quả bộ công cụ phải đưa ra.

| Tệp | Sheet | Ô | Kết quả | Quy tắc | Giải thích |
| --- | --- | --- | --- | --- | --- |
"""


def write_listing(folder: Path, lines: list[Expected]) -> None:
    """Write README.md into the sample and expected.csv beside the generator."""
    lines = sorted(lines)
    rows = [
        f"| {x.file} | {x.sheet} | {x.cell} | {TABLES[x.table]} | {x.rule} | {x.why_vi} |\n"
        for x in lines
    ]
    (folder / "README.md").write_text(HEAD + "".join(rows), encoding="utf-8", newline="\n")
    with EXPECTED_CSV.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Expected._fields)
        writer.writerows(lines)
