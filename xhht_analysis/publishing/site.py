"""The index of what has been made: works from a file share and from any web server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from xhht_analysis.plan import areas, goals
from xhht_analysis.project import DATE
from xhht_analysis.publishing.blocks import Block, heading, links, prose
from xhht_analysis.publishing.documents import write_page
from xhht_analysis.publishing.labels import Labels, collation_key, plan_words
from xhht_analysis.publishing.material import all_units

DOCUMENTS = ("brief", "05_committee_report", "annex")
SUFFIXES = (".html", ".docx", ".pdf", ".xlsx")


def write_index(reports_root: Path, config_dir: Path, *, lang: str = "vi") -> Path:
    """Write ``index.html``: one section per run, newest first, with links to its documents.

    A run without ``run.json`` did not happen and is left out.
    """
    labels = Labels(lang, plan_words(config_dir))
    dates = sorted((p for p in reports_root.iterdir() if DATE.fullmatch(p.name)), reverse=True)
    runs = [(folder, _is_sample(folder)) for folder in dates if _run_file(folder).is_file()]
    blocks = [heading(labels.word("site.title"), 1)]
    if any(sample for _, sample in runs):
        blocks.append(prose([labels.word("site.sample_banner")], "banner"))
    blocks.append(prose([labels.word("site.lead" if runs else "site.none")]))
    indicators = goals.read_indicators(config_dir).set_index("indicator_code")
    names = {code: labels.local(row, "name") for code, row in indicators.iterrows()}
    units = all_units(areas.read_areas(config_dir)).set_index("unit_code")
    for folder, sample in runs:
        blocks += _run_blocks(folder, sample, labels, names, units)
    return write_page(blocks, reports_root / "index.html", lang=lang)


def _run_file(folder: Path) -> Path:
    return folder / "run" / "run.json"


def _is_sample(folder: Path) -> bool:
    try:
        return bool(json.loads(_run_file(folder).read_text(encoding="utf-8")).get("sample"))
    except (OSError, ValueError, AttributeError):
        return False


def _run_blocks(folder: Path, sample: bool, labels: Labels, names: Mapping, units) -> list[Block]:
    mark = f" – {labels.word('sample')}" if sample else ""
    title = labels.word("as_of", date=labels.date(folder.name)) + mark
    reports = [folder / f"{name}{suffix}" for name in DOCUMENTS for suffix in SUFFIXES]
    blocks = [heading(title), heading(labels.word("site.reports"), 3)]
    found = [(labels.word(f"document.{p.name}"), p) for p in reports if p.is_file()]
    blocks.append(links([(text, _address(path, folder)) for text, path in found]))
    pages = [(names[p.stem], p) for p in folder.glob("indicators/*.html") if p.stem in names]
    sections = [("indicators", pages)]
    made = [p for p in folder.glob("units/*.html") if p.stem in units.index]
    for key, levels in (("districts", ("province", "district")), ("communes", ("commune",))):
        own = [p for p in made if units.loc[p.stem, "level"] in levels]
        sections.append((key, [(str(units.loc[p.stem, "name_vi"]), p) for p in own]))
    for key, rows in sections:
        if rows:
            rows = sorted(rows, key=lambda row: collation_key(row[0]))
            blocks.append(heading(labels.word(f"site.{key}"), 3))
            blocks.append(links([(text, _address(path, folder)) for text, path in rows]))
    return blocks


def _address(path: Path, folder: Path) -> str:
    return quote(path.relative_to(folder.parent).as_posix())
