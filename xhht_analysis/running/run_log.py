"""For people who were not there: the log of runs, why one differs, a call to their hook."""

import contextlib
import os
import subprocess
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from xhht_analysis.project import KitError, Project, UsageError
from xhht_analysis.running import messages, records

LOG = "xhht.log"
HOOKS = ("success", "failure", "timeout_seconds")
MOST_NAMED = 12


def read_settings(project: Project) -> dict:
    """config/run.yml: ``hooks``, and ``cell_seconds``, the time a cell may take.

    Raises
    ------
    KitError
        If the file is absent or is not what its comments describe.
    """
    import yaml

    path = project.config_dir / "run.yml"
    try:
        settings = yaml.safe_load(path.read_text(encoding="utf-8"))
        hooks = {name: settings["hooks"][name] for name in HOOKS}
        cell_seconds = float(settings["limits"]["cell_seconds"])
        if cell_seconds <= 0:
            raise ValueError(f"cell_seconds: {cell_seconds:g}")
    except (OSError, yaml.YAMLError, AttributeError, TypeError, LookupError, ValueError) as error:
        raise KitError(messages.BAD_RUN_SETTINGS.format(path=path, cause=error)) from None
    return {"hooks": hooks, "cell_seconds": cell_seconds}


def log(project: Project, level: str, text: str) -> None:
    """Add a line to reports/xhht.log; a log that cannot be written never ends a run."""
    with contextlib.suppress(OSError):
        project.reports_root.mkdir(parents=True, exist_ok=True)
        now = datetime.now(UTC).astimezone().isoformat(" ", "seconds")
        with (project.reports_root / LOG).open("a", encoding="utf-8") as stream:
            stream.write(f"{now} {level} {text}\n")


@contextlib.contextmanager
def logged_run(project: Project, as_of: str) -> Iterator[dict]:
    """Log, ledger and hooks around one run, however it ends; wrong use (exit 2) is no run.

    The caller puts into what this yields the ``as_of`` it has chosen and, at the end, the
    ``record``; its line in the ledger was written when it was published.
    """
    run = {"as_of": as_of}
    try:
        yield run
    except UsageError:
        raise
    except BaseException as error:
        fail(project, run["as_of"], error)
        raise
    announce(project, run["record"])


def announce(project: Project, record: dict) -> None:
    """Enter a finished run in the log, call the success hook with the folder of its reports."""
    as_of = record["as_of"]
    log(project, "INFO", f"as_of {as_of} done in {record['seconds']} s")
    for line in record.get("replaces", {}).get("why", ()):
        log(project, "INFO", f"as_of {as_of} differs from its last run: {line}")
    call_hook(project, "success", as_of, project.reports(as_of), "")


def fail(project: Project, as_of: str, error: BaseException) -> None:
    """Enter a failed run in ledger and log, call the failure hook; published files stay.

    Log, ledger and hook get the message without words that may quote a submitted cell; of an
    error nobody foresaw they get the type and the lines of code.
    """
    message = getattr(error, "logged", "") or str(error)
    if isinstance(error, KeyboardInterrupt):
        message = messages.INTERRUPTED
    elif not isinstance(error, KitError | OSError):
        message = type(error).__name__
        log(project, "ERROR", "".join(traceback.format_tb(error.__traceback__)))
    with contextlib.suppress(OSError):
        records.append_to_ledger(project, {"as_of": as_of, "status": "failed", "error": message})
    log(project, "ERROR", f"as_of {as_of} failed: {message}")
    with contextlib.suppress(KitError):
        call_hook(project, "failure", as_of, project.reports_root / LOG, message)


def why_different(record: dict) -> list[str]:
    """Lines that say what a run published over an earlier one of the same day, and why.

    Of each kind of cause `MOST_NAMED` are named, the others counted; run.json has them all.
    """
    replaced = record.get("replaces")
    if not replaced:
        return []
    finished_at, changed = moment(replaced["finished_at"]), ", ".join(_some(replaced["changed"]))
    lines = ["", messages.REPLACES.format(finished_at=finished_at, changed_files=changed)]
    why = replaced["why"] or [messages.NO_CAUSE]
    for _, causes in groupby(why, lambda line: line.partition(": ")[0]):  # inputs, code, …
        lines += [f"- {cause}" for cause in _some([*causes])]
    return lines


def _some(names: list[str]) -> list[str]:
    """The first `MOST_NAMED` names and how many others there are."""
    n = len(names) - MOST_NAMED
    return [*names[:MOST_NAMED], *[messages.AND_OTHERS.format(n=n)] * (n > 0)]


def moment(text: str) -> str:
    """A moment as records keep it (ISO 8601, UTC) as a table shows it, to the minute."""
    return text[:16].replace("T", " ")


def call_hook(project: Project, outcome: str, as_of: str, page: Path, message: str) -> None:
    """Call the command of config/run.yml for ``outcome``; its failure is logged, not ours."""
    hooks = read_settings(project)["hooks"]
    if not hooks[outcome]:
        return
    status = {"success": "done", "failure": "failed"}[outcome]
    variables = {"XHHT_STATUS": status, "XHHT_AS_OF": as_of, "XHHT_MESSAGE": message}
    try:
        subprocess.run(
            [*hooks[outcome], str(page)],
            env=os.environ | variables,
            timeout=hooks["timeout_seconds"],
            check=True,
            capture_output=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        log(project, "WARNING", f"hook {outcome} failed: {error}")
