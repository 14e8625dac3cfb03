"""Unit reports as a fleet: a notebook and a page per unit; what is done is not redone."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor

from xhht_analysis import files, store
from xhht_analysis.project import KitError, Project, UsageError
from xhht_analysis.running import fleet, messages, publication, stages

SOURCE = "06_unit_report"
PAGE = "reports/{}/units/{}.html"
CHECKPOINT = 20


class UnitsFailedError(KitError):
    """Some unit reports could not be made (unit → message); the others were published."""

    def __init__(self, errors: dict[str, str], total: int):
        names = ", ".join(sorted(errors))
        self.logged = messages.UNITS_FAILED.format(failed=len(errors), total=total, names=names)
        super().__init__("\n".join([self.logged, *sorted(set(errors.values()))]))


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
    listener: Callable[[int, int, fleet.Outcome], None] = lambda done, total, outcome: None,
) -> dict:
    """Make the report of each unit from the published tables of ``as_of`` and publish them.

    Pages are published as they are made, `CHECKPOINT` at a time, so a run that is killed loses
    little. A unit whose tables, notebook and code are those of its last report is left as it is.

    Returns
    -------
    dict
        The run record with a stage ``06_unit_report``.

    Raises
    ------
    UnitsFailedError
        If any unit failed, after the others were published; the message names them.
    """
    started, errors = time.monotonic(), {}
    with publication.exclusive(project.out), publication.staging(project.out, as_of) as staged:
        record = publication.read_record(project, as_of)
        units = choose(wanted, project, as_of)
        key = _key(project, record, lang)
        old = record["stages"].get(SOURCE, {"key": "", "outputs": []})
        broken = set(publication.broken_outputs(project, record))
        made = set(old["outputs"]) - broken - set(old.get("pending", ()))
        made &= {place for place in made if old["key"] == key}
        due = [unit for unit in units if PAGE.format(as_of, unit) not in made]
        ready = Project(root=project.root, out=staged.out / "ready")
        jobs = [_job(unit, project, staged, as_of, lang) for unit in due]
        full = record
        for done, outcome in enumerate(fleet.outcomes(jobs, executor), start=1):
            listener(done, len(jobs), outcome)
            if outcome.error:
                errors[outcome.name] = outcome.error
            else:
                made.add(_move_page(outcome.name, staged, ready, as_of))
            if done % CHECKPOINT and done < len(jobs):
                continue
            # pages of an earlier run stay readable until theirs is made, or could not be made
            pending = set(old["outputs"]) - broken - made if done < len(jobs) else set()
            entry = {"key": key, "status": "done", "failed": sorted(errors)}
            entry |= {"outputs": sorted(made | pending), "pending": sorted(pending)}
            entry["seconds"] = round(time.monotonic() - started, 2)
            stages_now = {**record["stages"], SOURCE: entry}
            full = publication.publish(ready, project, as_of, {**record, "stages": stages_now})
    if errors:
        raise UnitsFailedError(errors, len(units))
    return full


def _move_page(unit: str, staged: Project, ready: Project, as_of: str) -> str:
    """Take a finished page out of the kernels' reach; return its place."""
    place = PAGE.format(as_of, unit)
    (ready.out / place).parent.mkdir(parents=True, exist_ok=True)
    (staged.out / place).replace(ready.out / place)
    (staged.run_dir(as_of) / f"{SOURCE}_{unit}.ipynb").unlink()
    return place


def _job(unit: str, project: Project, staged: Project, as_of: str, lang: str) -> fleet.Job:
    parameters = {
        "unit_code": unit,
        "as_of": as_of,
        "lang": lang,
        "processed_dir": str(project.processed(as_of)),
    }
    target = staged.run_dir(as_of) / f"{SOURCE}_{unit}.ipynb"
    source = project.notebooks_dir / f"{SOURCE}.ipynb"
    page = staged.out / PAGE.format(as_of, unit)
    return fleet.Job(unit, source, target, parameters, project.root, page, lang)


def _key(project: Project, record: dict, lang: str) -> str:
    """Tables, notebook, code and language a unit report depends on."""
    tables = [f"data/processed/{record['as_of']}/{t}.csv" for t in stages.REPORT.reads]
    parts = [record["outputs"].get(table, "") for table in tables]
    parts += [files.sha256(project.notebooks_dir / f"{SOURCE}.ipynb"), lang]
    parts += [record["stages"][stages.REPORT.name]["key"]]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
