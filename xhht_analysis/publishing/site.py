"""The index of what has been made: works from a file share and from any web server."""

import json
from pathlib import Path
from urllib.parse import quote

from xhht_analysis.plan import areas, goals
from xhht_analysis.project import is_date
from xhht_analysis.publishing import parts
from xhht_analysis.publishing.documents import number, write_page
from xhht_analysis.publishing.labels import Labels, collation_key, plan_words
from xhht_analysis.publishing.report_data import all_units

DOCUMENTS = (
    "brief.html", "brief.docx", "brief.pdf",
    "05_committee_report.html", "05_committee_report.docx", "05_committee_report.pdf",
    "05_committee_report.xlsx",
    "annex.html", "annex.docx", "annex.pdf",
)  # fmt: skip


def write_index(reports_root: Path, config_dir: Path, *, lang: str = "vi") -> Path:
    """Write ``index.html``: one section per run, newest first, with links to its documents.

    A run without ``run.json`` did not happen and is left out.
    """
    labels = Labels(lang, plan_words(config_dir))
    sections, runs = _sections(config_dir, labels), []
    for folder in sorted(reports_root.iterdir(), reverse=True):
        record = folder / "run" / "run.json"
        if is_date(folder.name) and record.is_file():
            links = {
                section: [
                    (text, quote(f"{folder.name}/{place}"))
                    for place, text in places.items()
                    if (folder / place).is_file()
                ]
                for section, places in sections.items()
            }
            runs.append({"date": folder.name, "is_sample": _is_sample(record), "links": links})
    blocks = parts.make_page("index", labels, runs=runs)
    return write_page(number(blocks, labels), reports_root / "index.html", labels)


def _sections(config_dir: Path, labels: Labels) -> dict[str, dict[str, str]]:
    """Sections of a run: the text of every page or document by its place in the run's folder."""
    sections = {"reports": {name: labels.word(f"document.{name}") for name in DOCUMENTS}}
    indicators = goals.read_indicators(config_dir).iterrows()
    named = [
        ("indicators", row["indicator_code"], labels.local(row, "name")) for _, row in indicators
    ]
    for unit in all_units(areas.read_areas(config_dir)).itertuples():
        section = "communes" if unit.level == "commune" else "districts"
        named.append((section, unit.unit_code, unit.name_vi))
    for section, code, name in sorted(named, key=lambda one: collation_key(one[2])):
        folder = "indicators" if section == "indicators" else "units"
        sections.setdefault(section, {})[f"{folder}/{code}.html"] = name
    return {name: sections[name] for name in ("reports", "indicators", "districts", "communes")}


def _is_sample(record: Path) -> bool:
    """Whether the record of a run says so; what cannot be read does not."""
    try:
        return bool(json.loads(record.read_text(encoding="utf-8")).get("sample"))
    except (OSError, ValueError, AttributeError):
        return False
