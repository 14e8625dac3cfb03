"""The index of what has been made: works from a file share and from any web server."""

import json
from pathlib import Path
from urllib.parse import quote

from xhht_analysis.plan import areas, goals
from xhht_analysis.project import is_date
from xhht_analysis.publishing import parts
from xhht_analysis.publishing.documents import number, write_page
from xhht_analysis.publishing.labels import Labels, plan_words
from xhht_analysis.publishing.report_data import all_units

FORMS = {"html": "HTML", "docx": "Word", "pdf": "PDF", "xlsx": "Excel"}
SECTIONS = ("reports", "indicators", "districts", "communes")


def write_index(reports_root: Path, config_dir: Path, *, lang: str = "vi") -> Path:
    """Write ``index.html``: one section per run, newest first, with links to its documents.

    A run without a readable ``run.json`` did not happen and is left out.
    """
    labels = Labels(lang, plan_words(config_dir))
    pages, runs = _pages(config_dir, labels), []
    for folder in sorted(reports_root.iterdir(), reverse=True):
        record = _record(folder / "run" / "run.json")
        if is_date(folder.name) and record:
            links = {section: [] for section in SECTIONS}
            for section, text, place in pages:
                if (folder / place).is_file():
                    links[section].append((text, quote(f"{folder.name}/{place}")))
            runs.append({"date": folder.name, "is_sample": record.get("sample"), "links": links})
    blocks = parts.make_page("index", labels, runs=runs)
    return write_page(number(blocks, labels), reports_root / "index.html", labels)


def _pages(config_dir: Path, labels: Labels) -> list[tuple[str, str, str]]:
    """Section, text and place in the run's folder of every page or document a run may have."""
    pages = [
        ("reports", f"{labels.word(f'document.{name}')} ({form})", f"{name}.{suffix}")
        for name in labels.entries("document")
        for suffix, form in FORMS.items()
    ]
    pages += [
        ("indicators", labels.local(row, "name"), f"indicators/{row['indicator_code']}.html")
        for _, row in goals.read_indicators(config_dir).iterrows()
    ]
    for unit in all_units(areas.read_areas(config_dir)).itertuples():
        section = "communes" if unit.level == "commune" else "districts"
        pages.append((section, unit.name_vi, f"units/{unit.unit_code}.html"))
    return pages


def _record(path: Path) -> dict:
    """Record of a run; empty where there is none that can be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
