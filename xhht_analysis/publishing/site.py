"""The index of what has been made: works from a file share and from any web server."""

import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from xhht_analysis.plan import areas, goals
from xhht_analysis.project import is_date
from xhht_analysis.publishing.blocks import Block, heading, links, prose
from xhht_analysis.publishing.documents import number, write_page
from xhht_analysis.publishing.labels import Labels, collation_key, plan_words
from xhht_analysis.publishing.report_data import all_units
from xhht_analysis.publishing.selection import where

DOCUMENTS = ("brief", "05_committee_report", "annex")
SUFFIXES = (".html", ".docx", ".pdf", ".xlsx")
SECTIONS = {"indicators": "indicators", "districts": "units", "communes": "units"}
"""Sections of pages beside the documents, and the folder in which their pages stand."""


def write_index(reports_root: Path, config_dir: Path, *, lang: str = "vi") -> Path:
    """Write ``index.html``: one section per run, newest first, with links to its documents.

    A run without ``run.json`` did not happen and is left out.
    """
    labels = Labels(lang, plan_words(config_dir))
    dates = sorted((p for p in reports_root.iterdir() if is_date(p.name)), reverse=True)
    runs = {folder: _is_sample(folder) for folder in dates if _run_file(folder).is_file()}
    blocks = [heading(labels.word("site.title"), 1)]
    if any(runs.values()):
        blocks.append(prose([labels.word("site.sample_banner")], "banner"))
    blocks.append(prose([labels.word("site.lead" if runs else "site.none")]))
    names = _page_names(config_dir, labels)
    for folder, sample in runs.items():
        mark = f" – {labels.word('sample')}" if sample else ""
        blocks.append(heading(labels.word("as_of", date=labels.date(folder.name)) + mark))
        reports = [folder / f"{name}{suffix}" for name in DOCUMENTS for suffix in SUFFIXES]
        found = {p: labels.word(f"document.{p.name}") for p in reports if p.is_file()}
        blocks += _section(labels, folder, "reports", found)
        for section, place in SECTIONS.items():
            pages = {p: names[section].get(p.stem) for p in folder.glob(f"{place}/*.html")}
            known = sorted((p for p in pages if pages[p]), key=lambda p: collation_key(pages[p]))
            if known:
                blocks += _section(labels, folder, section, {p: pages[p] for p in known})
    return write_page(number(blocks, labels), reports_root / "index.html", labels)


def _page_names(config_dir: Path, labels: Labels) -> dict[str, dict[str, str]]:
    """Names of the pages of each section, by code."""
    indicators = goals.read_indicators(config_dir).set_index("indicator_code")
    units = all_units(areas.read_areas(config_dir)).set_index("unit_code")
    communes = where(units, level="commune")["name_vi"].to_dict()
    return {
        "indicators": {code: labels.local(row, "name") for code, row in indicators.iterrows()},
        "districts": units["name_vi"].drop(list(communes)).to_dict(),
        "communes": communes,
    }


def _section(
    labels: Labels, folder: Path, name: str, pages: Mapping[Path, str | None]
) -> list[Block]:
    """Heading and links to pages of a run, by their text."""
    items = [(t, quote(p.relative_to(folder.parent).as_posix())) for p, t in pages.items()]
    return [heading(labels.word(f"site.{name}"), 3), links(items)]


def _run_file(folder: Path) -> Path:
    return folder / "run" / "run.json"


def _is_sample(folder: Path) -> bool:
    try:
        return bool(json.loads(_run_file(folder).read_text(encoding="utf-8")).get("sample"))
    except (OSError, ValueError, AttributeError):
        return False
