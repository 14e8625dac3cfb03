"""What arrived when: every regular file of the sample with its date, its name and its content.

Names are as people give them: with and without accents, spaces, underscores, numbers in front.
The late district (Gò Công Đông, 2023), the missing year (huyện Cai Lậy, 2022) and the revision
(Châu Thành, 2024) are here; files with a defect are in `traps`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.sample_data import forms
from tests.sample_data.forms import Listing
from tests.sample_data.geography import Geography
from tests.sample_data.grids import Grid, save
from tests.sample_data.templates import TemplateWriter
from tests.sample_data.truth import stream

DATES = {
    2021: ("2021-11-15", "2021-11-24", "2021-11-30"),
    2022: ("2022-11-14", "2022-11-23", "2022-11-29"),
    2023: ("2023-11-15", "2023-11-24", "2023-11-30"),
    2024: ("2024-11-14", "2024-11-22", "2024-11-29"),
    2025: ("2025-11-12", "2025-11-20", "2025-11-28"),
    2026: ("2026-11-10", "2026-11-16", "2026-11-20"),
}
LATE = {("824", 2023): "2024-01-12", ("28693", 2025): "2025-12-05", ("SLDTBXH", 2021): "2021-12-14"}
MISSING = {("820", 2022)}
REVISED = ("821", 2024, "2024-12-18")
"""Châu Thành sends 2024 again: recounted figures of three indicators."""
XMC4_DISTRICTS = ("815", "816", "817", "818")
PERCENT_DISTRICTS = ("819", "820")
MN02_DISTRICTS = ("821",)
LITERACY = ("literate_l1_15_25", "literate_l1_15_35", "literate_l2_15_35", "literate_l2_15_60")
PERCENT_RATES = (
    "primary_entry_6",
    "primary_completion_11",
    "lower_secondary_graduates_15_18",
    "upper_secondary_enrolment_15_18",
)
KINDERGARTEN = ("preschool5_attendance", "preschool5_completion")
KHUYEN_HOC_YEARS = (2022, 2025, 2026)
"""Years in which Hội Khuyến học's table carries learning_citizens and the templates do not."""


class Delivery(NamedTuple):
    """One file: path below the raw folder, and what writes it there."""

    path: str
    write: Callable[[Path], None]


def plain(text: str) -> str:
    """Letters without accents, as many people name files."""
    text = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d"))
    return "".join(c for c in text if not unicodedata.combining(c))


def file_name(name: str, year: int) -> str:
    """Name of a template as this office writes it: one of five habits, kept over the years."""
    habit = stream("file name", name).randrange(5)
    short = name.replace("Thành phố", "TP").replace("Thị xã", "TX")
    return (
        f"XHHT_{year}_{plain(short).replace(' ', '_')}.xlsx",
        f"Bao cao XHHT {year} - {plain(name)}.xlsx",
        f"Biểu số liệu XHHT {name} năm {year}.xlsx",
        f"{plain(short)} {year} xhht.xlsx",
        f"1. So lieu XHHT {year}_{short}.xlsx",
    )[habit]


def regular(writer: TemplateWriter) -> Iterator[Delivery]:
    """All regular files of the sample, oldest first within each kind."""
    geography = writer.truth.geography
    for year in range(2021, 2025):
        yield from district_templates(writer, geography, year)
        yield from district_forms(writer, geography, year)
    for year in (2025, 2026):
        yield from commune_templates(writer, geography, year)
        yield from province_forms(writer, geography, year)
    yield from khuyen_hoc_tables(writer, geography)
    yield from agency_templates(writer)


def district_templates(
    writer: TemplateWriter, geography: Geography, year: int
) -> Iterator[Delivery]:
    """One template per district and year, and the one revision."""
    for district in geography.atoms:
        if (district, year) in MISSING:
            continue
        leave_out = carried_by_forms(district, year)

        def write(path: Path, district=district, leave_out=leave_out) -> None:
            writer.district(path, district, year, leave_out=leave_out)

        path = district_path(geography, district, year)
        yield Delivery(path, write)
        if (district, year) == REVISED[:2]:
            name = path.split("/")[1].removesuffix(".xlsx")
            again = f"{REVISED[2]}/{name} (dieu chinh).xlsx"
            yield Delivery(again, lambda path: revise(writer, path))


def district_path(geography: Geography, district: str, year: int) -> str:
    """Folder of receipt and name of a district's template."""
    number = list(geography.atoms).index(district)
    received = LATE.get((district, year), DATES[year][number % 3])
    return f"{received}/{file_name(geography.district_name(district), year)}"


def carried_by_forms(district: str, year: int) -> tuple[str, ...]:
    """Indicators a district hands in on an official form and leaves out of its template."""
    out: tuple[str, ...] = ()
    out += LITERACY if district in XMC4_DISTRICTS else ()
    out += PERCENT_RATES if district in PERCENT_DISTRICTS else ()
    out += KINDERGARTEN if district in MN02_DISTRICTS else ()
    return out + (("learning_citizens",) if year in KHUYEN_HOC_YEARS else ())


def revised_counts(writer: TemplateWriter) -> dict[str, tuple[int, int]]:
    """What the revision changes: three shares recounted a little lower."""
    district, year, _ = REVISED
    out = {}
    for indicator, percent in (("trained_population", 98), ("life_skills", 97), ("clc_it", 90)):
        numerator, denominator = writer.truth.of_unit(indicator, district, year, f"{year}-09-30")
        out[indicator] = (numerator * percent // 100, denominator)
    return out


def revise(writer: TemplateWriter, path: Path) -> None:
    """The revised template of the district of `REVISED`."""
    district, year, _ = REVISED
    writer.district(
        path,
        district,
        year,
        leave_out=carried_by_forms(district, year),
        instead=revised_counts(writer),
    )


def district_forms(writer: TemplateWriter, geography: Geography, year: int) -> Iterator[Delivery]:
    """XMC-4 as .xls, TH-02 and THCS-TK, MN-02: forms that some districts hand in."""
    for district in (*XMC4_DISTRICTS, *PERCENT_DISTRICTS, *MN02_DISTRICTS):
        if (district, year) in MISSING:
            continue
        name = geography.district_name(district)
        on = f"{year}-09-30"
        units = geography.communes(district, on)
        listing = Listing.of(writer.truth, name, year, units, on)
        if district in XMC4_DISTRICTS:
            yield form(form_path("XMC-4", name, year), forms.xmc4, listing)
        if district in PERCENT_DISTRICTS:
            yield form(form_path("TH-02", name, year), forms.th02, listing)
            yield form(form_path("THCS-TK", name, year), forms.thcs_tk, listing)
        if district in MN02_DISTRICTS:
            yield form(form_path("MN-02", name, year), forms.mn02, listing)


def form_path(number: str, name: str, year: int) -> str:
    """Folder of receipt and name of a district's form, each in the habit of its own desk."""
    short = plain(name).replace(" ", "_")
    return (
        f"{DATES[year][1]}/"
        + {
            "XMC-4": f"4. TK_DATCHUAN_XMC_4_{year}_{short}.xls",
            "TH-02": f"PCGD_{year}_TH_02_{name}.xlsx",
            "THCS-TK": f"PCGD_THCS_TK_{year}_{short}.xls",
            "MN-02": f"2. PCGDMN_{year}_MN-02 {name}.xlsx",
        }[number]
    )


def form(path: str, build: Callable[[Listing], Grid], listing: Listing) -> Delivery:
    """A form as one file with one sheet."""
    return Delivery(path, lambda target: save(target, {"Bieu": build(listing)}))


def commune_templates(
    writer: TemplateWriter, geography: Geography, year: int
) -> Iterator[Delivery]:
    """One template per commune of the list of 2025-07."""
    on = f"{year}-09-30"
    number = 0
    for district in geography.atoms:
        for code, name in geography.communes(district, on).items():
            received = LATE.get((code, year), DATES[year][number % 3])
            number += 1
            leave_out = ("learning_citizens",) if year in KHUYEN_HOC_YEARS else ()

            def write(path: Path, code=code, leave_out=leave_out) -> None:
                writer.commune(path, code, year, leave_out=leave_out)

            yield Delivery(f"{received}/{file_name(name, year)}", write)


def province_forms(writer: TemplateWriter, geography: Geography, year: int) -> Iterator[Delivery]:
    """The Sở's tables of all 57 communes: XMC-4, TH-02, THCS-TK, MN-02."""
    on = f"{year}-09-30"
    units = {c: n for d in geography.atoms for c, n in geography.communes(d, on).items()}
    listing = Listing.of(writer.truth, "Tỉnh: Đồng Tháp", year, units, on)
    received = DATES[year][2]
    yield form(f"{received}/TK_DATCHUAN_XMC_4_{year}_57 xa phuong.xlsx", forms.xmc4, listing)
    yield form(f"{received}/1. PCGD_{year}_TH_02_57_xã_phường.xlsx", forms.th02, listing)
    yield form(f"{received}/PCGD_THCS_TK_{year}_57_xa_phuong.xls", forms.thcs_tk, listing)
    yield form(f"{received}/PCGDMN_{year}_MN_02_57 xã, phường.xlsx", forms.mn02, listing)


def khuyen_hoc_tables(writer: TemplateWriter, geography: Geography) -> Iterator[Delivery]:
    """Hội Khuyến học's table: districts in 2022, communes in 2025 and 2026."""
    for year in KHUYEN_HOC_YEARS:
        on = f"{year}-09-30"
        if year < 2025:
            units = {d: geography.district_name(d) for d in geography.atoms}
            units = {d: n for d, n in units.items() if (d, year) not in MISSING}
        else:
            units = {c: n for d in geography.atoms for c, n in geography.communes(d, on).items()}
        place = "Hội Khuyến học tỉnh Tiền Giang" if year < 2025 else "Hội Khuyến học tỉnh Đồng Tháp"
        listing = Listing.of(writer.truth, place, year, units, on)
        path = f"{DATES[year][1]}/HKH_tong hop mo hinh hoc tap {year}.xlsx"
        yield form(path, forms.khuyen_hoc, listing)


def agency_templates(writer: TemplateWriter) -> Iterator[Delivery]:
    """The departments' templates; successors report after the mergers of March 2025."""
    for year in range(2021, 2027):
        for agency in writer.agencies_of(year):

            def write(path: Path, agency=agency, year=year) -> None:
                writer.agency(path, agency, year)

            yield Delivery(agency_path(writer, agency, year), write)


def agency_path(writer: TemplateWriter, agency: str, year: int) -> str:
    """Folder of receipt and name of an agency's template."""
    agencies = writer.agencies_of(year)
    number = list(agencies).index(agency)
    received = LATE.get((agency, year), DATES[year][(number + 1) % 3])
    return f"{received}/{plain(agencies[agency]).replace(' ', '_')}_XHHT_{year}.xlsx"
