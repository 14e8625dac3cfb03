"""Unit reports as a fleet: a notebook and a page per unit; what is done is not redone."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path

from xhht_analysis import store
from xhht_analysis.project import KitError, Project, UsageError
from xhht_analysis.running import fleet, messages, publication, stages

SOURCE = "06_unit_report"


class UnitsFailedError(KitError):
    """Some unit reports could not be made; the others were published."""


def known_units(project: Project, as_of: str) -> list[str]:
    """Codes of the units that have a verdict or a figure in the tables of ``as_of``."""
    folder = project.processed(as_of)
    verdicts = store.read_table("verdicts", folder)["unit_code"]
    panel = store.read_table("panel", folder)["unit_code"]
    return sorted(set(verdicts) | set(panel))


def choose(wanted: Sequence[str], project: Project, as_of: str) -> list[str]:
    """Units to report on: ``["all"]`` or codes.

    Raises
    ------
    UsageError
        If a code is unknown in this run.
    """
    known = known_units(project, as_of)
    if list(wanted) == ["all"]:
        return known
    for code in wanted:
        if code not in known:
            raise UsageError(messages.UNKNOWN_UNIT.format(code=code))
    return sorted(set(wanted))


def run(
    wanted: Sequence[str],
    as_of: str,
    lang: str,
    project: Project,
    executor: Executor,
    *,
    export: Callable[[Path, Path, str], None],
    listener: Callable[[int, int, fleet.Outcome], None] = lambda done, total, outcome: None,
) -> dict:
    """Make the report of each unit from the published tables of ``as_of`` and publish them.

    ``export`` turns an executed notebook into a page (source, target, lang). A unit whose tables,
    notebook and code are those of its last report is left as it is.

    Returns
    -------
    dict
        The run record with a stage ``06_unit_report``.

    Raises
    ------
    UnitsFailedError
        If any unit failed, after the others were published; the message names them.
    """
    started = time.monotonic()
    with publication.exclusive(project.out), publication.staging(project.out, as_of) as staged:
        shutil.rmtree(staged.processed(as_of))
        record = publication.read_record(project, as_of)
        units = choose(wanted, project, as_of)
        key = _key(project, record, lang)
        old = record["stages"].get(SOURCE, {"key": "", "outputs": []})
        broken = set(publication.broken_outputs(project, record))
        page = "reports/{}/units/{}.html"
        done = set(old["outputs"]) - broken if old["key"] == key else set()
        due = [unit for unit in units if page.format(as_of, unit) not in done]
        jobs = [_job(unit, project, staged, as_of, lang) for unit in due]
        outcomes = fleet.run_jobs(jobs, executor, listener=listener)
        folder = staged.reports(as_of) / "units"
        for job, outcome in zip(jobs, outcomes, strict=True):
            if not outcome.error:
                export(job.target, folder / f"{job.name}.html", lang)
        shutil.rmtree(staged.run_dir(as_of))
        made = {f"reports/{as_of}/units/{p.name}" for p in folder.glob("*.html")}
        entry = {"key": key, "status": "done", "outputs": sorted(done | made)}
        entry["seconds"] = round(time.monotonic() - started, 2)
        stages_now = {**record["stages"], SOURCE: entry}
        full = publication.publish(staged, project, as_of, {**record, "stages": stages_now})
    failed = [outcome.name for outcome in outcomes if outcome.error]
    if failed:
        text = messages.UNITS_FAILED.format(
            failed=len(failed), total=len(units), names=", ".join(failed)
        )
        raise UnitsFailedError("\n".join([text, *sorted({o.error for o in outcomes if o.error})]))
    return full


def _job(unit: str, project: Project, staged: Project, as_of: str, lang: str) -> fleet.Job:
    parameters = {
        "unit_code": unit,
        "as_of": as_of,
        "lang": lang,
        "processed_dir": str(project.processed(as_of)),
    }
    target = staged.run_dir(as_of) / f"{SOURCE}_{unit}.ipynb"
    source = project.notebooks_dir / f"{SOURCE}.ipynb"
    return fleet.Job(unit, source, target, parameters, project.root)


def _key(project: Project, record: dict, lang: str) -> str:
    """Tables, notebook, code and language a unit report depends on."""
    tables = [f"data/processed/{record['as_of']}/{t}.csv" for t in stages.REPORT.reads]
    parts = [record["outputs"].get(table, "") for table in tables]
    parts += [store.sha256(project.notebooks_dir / f"{SOURCE}.ipynb"), lang]
    parts += [record["stages"][stages.REPORT.name]["key"]]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
