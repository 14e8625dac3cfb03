"""Unit reports: a notebook and a page per unit, side by side; what is done is not redone.

They run over any ``concurrent.futures.Executor``: threads, each waiting for a kernel of its own, or
the workers of a Dask cluster (`cluster`). No scheduler of our own.
"""

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, ThreadPoolExecutor, wait
from pathlib import Path

from xhht_analysis import files
from xhht_analysis.project import CONFIG_VARIABLE, KitError, Project, UsageError
from xhht_analysis.running import execution, messages, publication, records, stages

SOURCE = "06_unit_report"
PAGE = "reports/{}/units/{}.html"
CHECKPOINT = 20
KERNEL_BYTES = 400 * 2**20
"""Memory set aside for one kernel with the full stack (230 MB measured, and its tables)."""
CELL_SECONDS = 600


class UnitsFailedError(KitError):
    """Some unit reports could not be made (unit → message); the others were published."""

    def __init__(self, errors: dict[str, str], total: int):
        """Name the units of ``errors`` out of ``total``."""
        names = ", ".join(sorted(errors))
        self.logged = messages.UNITS_FAILED.format(failed=len(errors), total=total, names=names)
        super().__init__("\n".join([self.logged, *sorted(set(errors.values()))]))


def make_page(unit: str, places: Mapping[str, str], as_of: str, lang: str) -> str:
    """Make notebook and page of ``unit``; the message of its failure, empty when it worked.

    ``places`` are plain texts, for a worker elsewhere: ``root``, ``out`` (where the tables of
    ``as_of`` are), ``staged`` (where page and notebook go), and ``config``, the plan (empty: the
    root's own).
    """
    if places["config"]:
        os.environ[CONFIG_VARIABLE] = places["config"]
    project = Project(root=Path(places["root"]), out=Path(places["out"]))
    staged = Project(out=Path(places["staged"]))
    executed = staged.run_dir(as_of) / f"{SOURCE}_{unit}.ipynb"
    tables = str(project.processed(as_of))
    try:
        execution.execute(
            project.notebooks_dir / f"{SOURCE}.ipynb",
            executed,
            {"unit_code": unit, "lang": lang, "processed_dir": tables},
            cwd=project.root,
            cell_seconds=CELL_SECONDS,
        )
        from xhht_analysis.publishing import documents, labels

        words = labels.Labels(lang)
        blocks = documents.read_executed(executed, words)
        documents.write_page(blocks, staged.out / PAGE.format(as_of, unit), words)
    except KitError as error:
        return str(error)
    return ""


def outcomes(units: Iterable[str], executor: Executor, **work: object) -> Iterator[tuple[str, str]]:
    """Make the page of every unit on ``executor``; its code and error as it ends.

    ``work`` is the rest of what `make_page` takes; a lost worker is an error, too. An executor's
    ``check`` is called while none ends and may raise. If the caller stops listening, pages not yet
    begun are dropped. On Windows Ctrl+C reaches only a wait that ends by itself.
    """
    check = getattr(executor, "check", lambda: None)
    pending = {executor.submit(make_page, unit, **work): unit for unit in units}
    try:
        while pending:
            done, _ = wait(pending, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in done:
                cause = CancelledError() if future.cancelled() else future.exception()
                text = messages.UNIT_LOST.format(cause=f"{type(cause).__name__}: {cause}")
                yield pending.pop(future), text if cause else future.result()
            if not done:
                check()
    finally:
        for future in pending:
            future.cancel()


def default_workers() -> int:
    """Kernels at once that cores and free memory allow, at least one."""
    import psutil

    return max(1, min(os.cpu_count() or 1, psutil.virtual_memory().available // KERNEL_BYTES))


@contextlib.contextmanager
def make_executor(workers: int | None = None) -> Iterator[Executor]:
    """Threads, as many as ``workers``; whoever leaves early waits for none of them."""
    pool = ThreadPoolExecutor(workers or default_workers())
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def choose(wanted: Sequence[str], project: Project, as_of: str) -> list[str]:
    """Units to report on: those of ``wanted``, or, for ``["all"]``, all in the tables of ``as_of``.

    Raises
    ------
    UsageError
        If a code has neither a verdict nor a figure in this run.
    """
    from xhht_analysis import store

    folder, codes = project.processed(as_of), set()
    for table in ("verdicts", "panel"):
        codes |= set(store.read_table(table, folder)["unit_code"])
    chosen = codes if list(wanted) == ["all"] else {*wanted}
    if unknown := ", ".join(sorted(chosen - codes)):
        raise UsageError(messages.UNKNOWN_UNIT.format(code=unknown))
    return sorted(chosen)


def run(
    wanted: Sequence[str],
    as_of: str,
    lang: str,
    project: Project,
    executor: Executor,
    *,
    finish: Callable[[], None] = lambda: None,
    listener: Callable[[int, int], None] = lambda done, total: None,
) -> dict:
    """Make the report of each unit from the published tables of ``as_of`` and publish them.

    Pages are published as they are made, `CHECKPOINT` at a time, so a run that is killed loses
    little. A unit whose tables, notebook and code are those of its last report is left as it is.
    ``finish`` is called at each publication, see `publication.publish`. The record's entry has, of
    each page, the key of what it was made from.

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
        record = full = records.read_record(project, as_of)
        units, key = choose(wanted, project, as_of), _key(project, record, lang)
        pages = record["stages"].get(SOURCE, {}).get("pages", {})
        broken = records.broken_outputs(project, record, pages)
        pages = {page: made_from for page, made_from in pages.items() if page not in broken}
        due = [unit for unit in units if pages.get(PAGE.format(as_of, unit)) != key]
        places = {"root": str(project.root), "out": str(project.out), "staged": str(staged.out)}
        places["config"] = os.environ.get(CONFIG_VARIABLE, "")
        results = outcomes(due, executor, places=places, as_of=as_of, lang=lang)
        for done, (unit, error) in enumerate(results, start=1):
            listener(done, len(due))
            if error:
                errors[unit] = error
            else:
                pages[PAGE.format(as_of, unit)] = key
            if done == len(due):  # old pages stay readable until theirs are made, or cannot be
                pages = {page: made_from for page, made_from in pages.items() if made_from == key}
            elif done % CHECKPOINT:
                continue
            entry = {"key": key, "status": "done", "failed": sorted(errors), "pages": pages}
            entry |= {"outputs": sorted(pages), "seconds": round(time.monotonic() - started, 2)}
            now = {**record, "stages": {**record["stages"], SOURCE: entry}}
            full = publication.publish(staged, project, as_of, now, finish)
    if errors:
        raise UnitsFailedError(errors, len(units))
    return full


def _key(project: Project, record: dict, lang: str) -> str:
    """Tables, notebook, code and language a unit report depends on."""
    tables = [f"data/processed/{record['as_of']}/{t}.csv" for t in stages.REPORT.reads]
    parts = [record["outputs"].get(table, "") for table in tables]
    parts += [files.sha256(project.notebooks_dir / f"{SOURCE}.ipynb"), lang]
    return records.digest([*parts, record["stages"].get(stages.REPORT.name, {}).get("key")])
