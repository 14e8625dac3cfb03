"""Official-looking forms of the sample: XMC-4, TH-02, THCS-TK, MN-02 and Hội Khuyến học's table.

Each builder takes the units in the order they are listed and gives a `Grid` in the common dress of
these forms: place and form number on top, title, moment, two or three header rows, a row of
column numbers, the data, a total row "@", and the signatures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.sample_data.grids import MARK, Grid
from tests.sample_data.truth import Truth

Pair = tuple[int, int]


@dataclass(frozen=True)
class Listing:
    """What a form covers: place line, year, units (code to name) and the figures of one unit."""

    place: str
    year: int
    units: dict[str, str]
    figures: Callable[[str, str], Pair]

    @classmethod
    def of(cls, truth: Truth, place: str, year: int, units: dict[str, str], on: str) -> Listing:
        """Listing whose figures come from the truth, for units valid on a date."""
        return cls(place, year, units, lambda ind, code: truth.of_unit(ind, code, year, on))

    def percent(self, indicator: str, code: str) -> float:
        """Percentage as the form prints it, two decimals."""
        numerator, denominator = self.figures(indicator, code)
        return round(100 * numerator / denominator, 2)


def dress(listing: Listing, number: str, title: str, last_col: int) -> Grid:
    """Empty form with its first three rows."""
    grid = Grid(widths={0: 5, 1: 26})
    grid.put(0, 0, listing.place, "free")
    grid.put(0, last_col - 1, f"Mẫu: {number}", "free")
    grid.merge((1, 0), (1, last_col), title, "title")
    grid.put(2, 0, MARK, "mark")
    when = f"Thời điểm: ngày 30 tháng 9 năm {listing.year}"
    grid.put(2, last_col // 2 + 1, when, "free")
    return grid


def sign(grid: Grid, row: int, last_col: int) -> None:
    """Signature block below the table; the names are placeholders on purpose."""
    grid.put(row, 1, "NGƯỜI LẬP BIỂU", "free")
    grid.put(row, last_col - 3, "TM. BAN CHỈ ĐẠO", "free")
    grid.put(row + 1, last_col - 3, "TRƯỞNG BAN", "free")
    grid.put(row + 5, 1, "(đã ký – minh hoạ)", "free")


def xmc4(listing: Listing) -> Grid:
    """XMC-4: literate people of three cumulative age groups, level 1 and level 2."""
    grid = dress(listing, "XMC-4", "THỐNG KÊ ĐẠT CHUẨN XÓA MÙ CHỮ", 16)
    grid.merge((3, 0), (5, 0), "TT", "head")
    grid.merge((3, 1), (5, 1), "Đơn vị", "head")
    for block, ages in enumerate(("15 - 25", "15 - 35", "15 - 60")):
        left = 2 + 5 * block
        grid.merge((3, left), (3, left + 4), f"Độ tuổi {ages}", "head")
        grid.merge((4, left), (5, left), "Tổng số", "head")
        for level, col in ((1, left + 1), (2, left + 3)):
            grid.merge((4, col), (4, col + 1), f"Biết chữ mức độ {level}", "head")
            grid.row(5, ["SL", "Tỷ lệ %"], "head", col)
    grid.row(6, list(range(1, 18)), "number")
    totals = [0] * 9
    levels = {1: 0, 2: 0}
    for number, (code, name) in enumerate(listing.units.items(), start=1):
        blocks = literacy_blocks(listing, code)
        totals = [a + b for a, b in zip(totals, [n for b in blocks for n in b], strict=True)]
        put_literacy(grid, 6 + number, [str(number), name], blocks)
        levels[1] += 10 * blocks[1][1] >= 9 * blocks[1][0]
        levels[2] += 10 * blocks[2][2] >= 9 * blocks[2][0]
    row = 7 + len(listing.units)
    put_literacy(grid, row, ["@", "Cộng"], [tuple(totals[i : i + 3]) for i in (0, 3, 6)])
    for level in (1, 2):
        text = f"Số xã, phường đạt chuẩn XMC mức độ {level}: {levels[level]}"
        grid.put(row + 1 + level, 1, text, "free")
    sign(grid, row + 5, 16)
    return grid


def literacy_blocks(listing: Listing, code: str) -> list[tuple[int, int, int]]:
    """(total, literate level 1, literate level 2) of ages 15-25, 15-35, 15-60 of one unit."""
    one_young, young = listing.figures("literate_l1_15_25", code)
    one_middle, middle = listing.figures("literate_l1_15_35", code)
    two_middle, _ = listing.figures("literate_l2_15_35", code)
    two_all, everyone = listing.figures("literate_l2_15_60", code)
    two_young = one_young - (one_middle - two_middle) // 3
    one_all = two_all + (everyone - two_all) // 2
    return [
        (young, one_young, two_young),
        (middle, one_middle, two_middle),
        (everyone, one_all, two_all),
    ]


def put_literacy(grid: Grid, row: int, label: list[str], blocks: list) -> None:
    """Write one data row of XMC-4: counts and their percentages."""
    grid.row(row, label, "text")
    for block, (total, *literate) in enumerate(blocks):
        left = 2 + 5 * block
        grid.put(row, left, total, "count")
        for col, number in zip((left + 1, left + 3), literate, strict=True):
            grid.put(row, col, number, "count")
            grid.put(row, col + 1, round(100 * number / total, 2), "percent")


def table(grid: Grid, heads: list[tuple[str, tuple[str, ...]]], top: int = 3) -> int:
    """Two header rows and the row of column numbers; gives the first data row."""
    col = 0
    for name, parts in heads:
        if not parts:
            grid.merge((top, col), (top + 1, col), name, "head")
            col += 1
            continue
        grid.merge((top, col), (top, col + len(parts) - 1), name, "head")
        grid.row(top + 1, list(parts), "head", col)
        col += len(parts)
    grid.row(top + 2, list(range(1, col + 1)), "number")
    return top + 3


def fill(grid: Grid, top: int, listing: Listing, values: Callable[[str], list]) -> int:
    """Write a row per unit and the total row "@" (sums of counts only); gives the row after it."""
    sums: list[int | None] = []
    for number, (code, name) in enumerate(listing.units.items(), start=1):
        line = values(code)
        row = top + number - 1
        grid.row(row, [str(number), name], "text")
        for col, value in enumerate(line, start=2):
            if value is not None:
                grid.put(row, col, value, "percent" if isinstance(value, float) else "count")
        counts = [v if isinstance(v, int) else None for v in line]
        sums = [_add(a, b) for a, b in zip(sums or counts, counts, strict=True)] if sums else counts
    row = top + len(listing.units)
    grid.row(row, ["@", "Cộng"], "text")
    grid.row(row, sums, "count", 2)
    return row + 1


def _add(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else a + b


SHARE = ("SL", "Tỷ lệ %")
DISABLED = ("Số lượng", "Có khả năng học tập", "Được tiếp cận GD", "Tỷ lệ %")


def th02(listing: Listing) -> Grid:
    """TH-02: primary universalisation; the form prints percentages without their denominators."""
    grid = dress(listing, "TH-02", "THỐNG KÊ KẾT QUẢ PHỔ CẬP GIÁO DỤC TIỂU HỌC", 17)
    heads = [("TT", ()), ("Đơn vị", ()), ("Số xã", ()), ("Số trường", ()), ("Số điểm trường", ())]
    heads += [("Học sinh tiểu học", ("Tổng số", "HS khuyết tật"))]
    heads += [("Trẻ 6 tuổi vào lớp 1", SHARE), ("Trẻ 11 tuổi HTCTTH", SHARE)]
    heads += [("Trẻ 11 - 14 tuổi HTCTTH", SHARE), ("Trẻ khuyết tật", DISABLED), ("Đạt mức độ", ())]

    def values(code: str) -> list:
        entry, six = listing.figures("primary_entry_6", code)
        done, eleven = listing.figures("primary_completion_11", code)
        later, fourteen = listing.figures("primary_completion_14", code)
        schools = 1 + six // 150
        able = max(1, six // 120)
        level = primary_level(listing, code)
        return [
            *(1, schools, schools, 5 * six, 2 * able),
            *(entry, listing.percent("primary_entry_6", code)),
            *(done, listing.percent("primary_completion_11", code)),
            *(done + 3 * later, round(100 * (done + 3 * later) / (eleven + 3 * fourteen), 2)),
            *(2 * able, able, able, 100.0, str(level)),
        ]

    end = fill(grid, table(grid, heads), listing, values)
    sign(grid, end + 2, 17)
    return grid


def primary_level(listing: Listing, code: str) -> int:
    """Level of PCGD tiểu học of a commune that is not extremely disadvantaged (NĐ 20/2014)."""
    entry = listing.figures("primary_entry_6", code)
    eleven = listing.figures("primary_completion_11", code)
    if at_least(entry, 98) and at_least(eleven, 90):
        return 3
    if at_least(entry, 95) and at_least(eleven, 80):
        return 2
    return 1


def at_least(pair: Pair, percent: int) -> bool:
    """Whether numerator / denominator reaches ``percent``, in whole numbers."""
    return 100 * pair[0] >= percent * pair[1]


def thcs_tk(listing: Listing) -> Grid:
    """THCS-TK: lower secondary universalisation, percentages without their denominators."""
    grid = dress(listing, "THCS-TK", "THỐNG KÊ KẾT QUẢ PHỔ CẬP GIÁO DỤC TRUNG HỌC CƠ SỞ", 14)
    heads = [("TT", ()), ("Đơn vị", ()), ("Số trường THCS", ())]
    heads += [("Dân số 11 - 18 tuổi", ("Tổng số", "Khuyết tật", "Chuyển đi, chết", "Phải phổ cập"))]
    heads += [("Thanh thiếu niên 15 - 18 tuổi tốt nghiệp THCS", SHARE)]
    heads += [("15 - 18 tuổi đang học THPT, GDTX, GDNN", SHARE), ("Trẻ khuyết tật", DISABLED)]

    def values(code: str) -> list:
        graduates, people = listing.figures("lower_secondary_graduates_15_18", code)
        learning, _ = listing.figures("upper_secondary_enrolment_15_18", code)
        able = max(1, people // 400)
        return [
            *(1 + people // 900, 2 * people, 2 * able, able, 2 * people - 3 * able),
            *(graduates, listing.percent("lower_secondary_graduates_15_18", code)),
            *(learning, listing.percent("upper_secondary_enrolment_15_18", code)),
            *(2 * able, able, able, 100.0),
        ]

    end = fill(grid, table(grid, heads), listing, values)
    sign(grid, end + 2, 14)
    return grid


def mn02(listing: Listing) -> Grid:
    """MN-02: five-year-olds attending and six-year-olds who completed pre-school."""
    title = "TỔNG HỢP KẾT QUẢ PHỔ CẬP GIÁO DỤC MẦM NON CHO TRẺ 5 TUỔI"
    grid = dress(listing, "MN-02", title, 14)
    heads = [("TT", ()), ("Đơn vị", ()), ("Số trường", ()), ("Điểm trường", ()), ("Lớp 5 tuổi", ())]
    heads += [("Trẻ 5 tuổi", ("Phải phổ cập", "Huy động ra lớp", "Tỷ lệ %"))]
    heads += [("Trẻ 6 tuổi hoàn thành CTGDMN", ("Phải phổ cập", "Hoàn thành", "Tỷ lệ %"))]
    heads += [("Trẻ khuyết tật", DISABLED)]

    def values(code: str) -> list:
        attending, five = listing.figures("preschool5_attendance", code)
        completed, six = listing.figures("preschool5_completion", code)
        able = max(1, five // 150)
        return [
            *(1 + five // 160, 2 + five // 120, 1 + five // 32, five, attending),
            *(listing.percent("preschool5_attendance", code), six, completed),
            *(listing.percent("preschool5_completion", code), able, able, able, 100.0),
        ]

    end = fill(grid, table(grid, heads), listing, values)
    sign(grid, end + 2, 14)
    return grid


def khuyen_hoc(listing: Listing) -> Grid:
    """Hội Khuyến học: five models, each with total, registered, recognised and two percentages."""
    title = "TỔNG HỢP KẾT QUẢ XÂY DỰNG CÁC MÔ HÌNH HỌC TẬP"
    grid = dress(listing, "KH-01", title, 26)
    parts = ("Tổng số", "Đăng ký", "Đạt", "% đạt/đăng ký", "% đạt/tổng số")
    models = ("Gia đình học tập", "Dòng họ học tập", "Cộng đồng học tập", "Đơn vị học tập")
    heads = [("TT", ()), ("Đơn vị", ())]
    heads += [(name, parts) for name in (*models, "Công dân học tập")]

    def block(total: int, got: int) -> list:
        registered = min(total, max(got, got + (total - got) // 8))
        shares = (round(100 * got / (registered or 1), 2), round(100 * got / total, 2))
        return [total, registered, got, *shares]

    def values(code: str) -> list:
        citizens, adults = listing.figures("learning_citizens", code)
        size = (max(4, adults // 3), max(3, adults // 900), max(2, adults // 1400))
        line = [block(n, n * citizens // adults) for n in (*size, max(3, adults // 1100))]
        return [value for part in (*line, block(adults, citizens)) for value in part]

    end = fill(grid, table(grid, heads), listing, values)
    sign(grid, end + 2, 26)
    return grid
