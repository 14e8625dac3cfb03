"""For people who were not there: the log of runs, why one differs, a call to their hook."""

import contextlib
import os
import subprocess
import traceback
from collections.abc import Iterator
from pathlib import Path

from xhht_analysis import files
from xhht_analysis.project import KitError, Project, UsageError
from xhht_analysis.running import causes, messages, records

LOG = "xhht.log"
HOOKS = ("success", "failure", "timeout_seconds")


def read_settings(project: Project) -> tuple[dict, float]:
    """config/run.yml: ``hooks``, and ``cell_seconds``, the time a cell may take.

    Raises
    ------
    ConfigError
        If the file is absent or is not what its comments describe.
    """
    import yaml

    from xhht_analysis.plan.config_tables import config_file

    path = project.config_dir / "run.yml"
    with config_file(path):
        settings = yaml.safe_load(path.read_text(encoding="utf-8"))
        cell_seconds = float(settings["limits"]["cell_seconds"])
        if cell_seconds <= 0:
            raise ValueError(f"cell_seconds: {cell_seconds:g}")
        return {name: settings["hooks"][name] for name in HOOKS}, cell_seconds


def log(project: Project, level: str, text: str) -> None:
    """Add a line to reports/xhht.log; a log that cannot be written never ends a run.

    It begins after a line feed: one that a power cut tore stays alone.
    """
    path = project.reports_root / LOG
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with files.patiently(lambda: path.open("a", encoding="utf-8")) as stream:
            stream.write(f"\n{records.now()} {level} {text}")


@contextlib.contextmanager
def logged_run(project: Project, as_of: str) -> Iterator[dict]:
    """Log and hooks around one run, however it ends; wrong use (exit 2) is no run.

    The caller puts into what this yields the ``as_of`` it has chosen and, at the end, the
    ``record``.
    """
    run = {"as_of": as_of}
    try:
        yield run
    except UsageError:
        raise
    except BaseException as error:
        fail(project, run["as_of"], error)
        raise
    changed = ", ".join(run["record"]["replaces"]) or "–"
    log(project, "INFO", messages.LOG_DONE.format(**run["record"], changed=changed))
    call_hook(project, "success", run["as_of"], project.reports(run["as_of"]))


def fail(project: Project, as_of: str, error: BaseException) -> None:
    """Enter a failed run in the log, call the failure hook; published files stay.

    Log and hook get the message without words that may quote a submitted cell; of an
    error nobody foresaw they get the type and the lines of code.
    """
    message = getattr(error, "log_text", "") or causes.explain(error)
    if not message:
        message = type(error).__name__
        log(project, "ERROR", "".join(traceback.format_tb(error.__traceback__)))
    log(project, "ERROR", messages.LOG_FAILED.format(as_of=as_of, message=message))
    with contextlib.suppress(KitError):
        call_hook(project, "failure", as_of, project.reports_root / LOG, message)


def call_hook(project: Project, outcome: str, as_of: str, page: Path, message: str = "") -> None:
    """Call the command of config/run.yml for ``outcome``; its failure is logged, not ours."""
    hooks, _ = read_settings(project)
    if not hooks[outcome]:
        return
    status = "done" if outcome == "success" else "failed"
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
