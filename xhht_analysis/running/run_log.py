"""For people who were not there: the log of runs, the one-page summary, a call to their hook."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import traceback
from collections.abc import Iterator
from pathlib import Path

import yaml

from xhht_analysis import files
from xhht_analysis.project import KitError, Project, UsageError
from xhht_analysis.running import messages, records

LOG = "xhht.log"
SUMMARY = "summary.md"
LIMITS = {"cell_seconds", "notebook_seconds"}
logger = logging.getLogger("xhht")


class _Log(logging.FileHandler):
    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(OSError):  # a full disk has its message already
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """Say nothing: the run's own message counts."""


def read_settings(project: Project) -> dict:
    """config/run.yml: ``hooks`` and ``limits``.

    Raises
    ------
    KitError
        If the file is absent or is not what its comments describe.
    """
    path = project.config_dir / "run.yml"
    try:
        settings = yaml.safe_load(path.read_text(encoding="utf-8"))
        hooks, limits = settings["hooks"], settings.get("limits", {})
        if not {"success", "failure", "timeout_seconds"} <= set(hooks):
            raise KeyError("hooks")
        if set(limits) - LIMITS or not all(float(limits[name]) > 0 for name in limits):
            raise KeyError("limits")
    except (OSError, yaml.YAMLError, TypeError, KeyError, ValueError) as error:
        raise KitError(messages.BAD_RUN_SETTINGS.format(path=path, cause=error)) from None
    return {"hooks": hooks, "limits": {name: float(limits[name]) for name in limits}}


@contextlib.contextmanager
def logged_run(project: Project, as_of: str) -> Iterator[dict]:
    """Log, ledger and hooks around one run, however it ends; wrong use (exit 2) is no run.

    The caller puts into what this yields the ``as_of`` it has chosen and, at the end, the
    ``record``; its line in the ledger was written when it was published.
    """
    log, run = open_log(project), {"as_of": as_of}
    try:
        yield run
        announce(project, run["record"])
    except UsageError:
        raise
    except BaseException as error:
        fail(project, run["as_of"], error)
        raise
    finally:
        close_log(log)


def open_log(project: Project) -> logging.Handler:
    """Append what runs say to reports/xhht.log; the caller closes the handler.

    A log that cannot be written never ends a run.
    """
    with contextlib.suppress(OSError):
        project.reports_root.mkdir(parents=True, exist_ok=True)
    handler = _Log(project.reports_root / LOG, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    return handler


def close_log(handler: logging.Handler) -> None:
    """Stop writing to ``handler``."""
    logger.removeHandler(handler)
    with contextlib.suppress(OSError):
        handler.close()


def announce(project: Project, record: dict) -> None:
    """Enter a finished run in the log, call the success hook with its summary."""
    as_of = record["as_of"]
    logger.info("as_of %s done in %s s", as_of, record["seconds"])
    for line in record.get("replaces", {}).get("why", ()):
        logger.info("as_of %s differs from its last run: %s", as_of, line)
    call_hook(project, "success", as_of, write_summary(project, record), "")


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
        logger.error("%s", "".join(traceback.format_tb(error.__traceback__)))
    with contextlib.suppress(OSError):
        records.append_to_ledger(project, {"as_of": as_of, "status": "failed", "error": message})
    logger.error("as_of %s failed: %s", as_of, message)
    with contextlib.suppress(KitError):
        call_hook(project, "failure", as_of, project.reports_root / LOG, message)


def write_summary(project: Project, record: dict) -> Path:
    """Write the one-page summary beside run.json."""
    text = summary(project, record)
    return files.write_text(project.run_dir(record["as_of"]) / SUMMARY, text)


def summary(project: Project, record: dict) -> str:
    """One page of Markdown: what was read, what was refused, what the verdicts are, how long."""
    from xhht_analysis import store  # pandas, which the start of a run can do without

    as_of = record["as_of"]
    lines = [f"# {messages.SUMMARY_TITLE.format(as_of=as_of)}", ""]
    if record["sample"]:
        lines += [f"**{messages.SAMPLE_MARK}**", ""]
    folder = project.processed(as_of)
    for name, text in messages.SUMMARY_TABLES.items():
        if (folder / f"{name}.csv").is_file():
            lines.append(f"- {text}: {len(store.read_table(name, folder))}")
    for name, stage in record["stages"].items():
        seconds = f"{stage['seconds']:.1f}".replace(".", ",")
        status = messages.STATUS[stage["status"]]
        lines.append(f"- {messages.STAGES.get(name, name)}: {status}, {seconds} giây")
        if stage.get("failed"):
            lines.append(f"- {messages.FAILED_UNITS}: {', '.join(stage['failed'])}")
    lines += why_different(record)
    return "\n".join([*lines, ""])


def why_different(record: dict) -> list[str]:
    """Lines that say what a run published over an earlier one of the same day, and why."""
    replaced = record.get("replaces")
    if not replaced:
        return []
    head = messages.REPLACES.format(**replaced, changed_files=", ".join(replaced["changed"]))
    return ["", head, *(f"- {line}" for line in replaced["why"] or [messages.NO_CAUSE])]


def call_hook(project: Project, outcome: str, as_of: str, page: Path, message: str) -> None:
    """Call the command of config/run.yml for ``outcome``; its failure is logged, not ours."""
    settings = read_settings(project)["hooks"]
    command = settings[outcome]
    if not command:
        return
    status = {"success": "done", "failure": "failed"}[outcome]
    variables = {"XHHT_STATUS": status, "XHHT_AS_OF": as_of, "XHHT_MESSAGE": message}
    try:
        subprocess.run(
            [*command, str(page)],
            env=os.environ | variables,
            timeout=settings["timeout_seconds"],
            check=True,
            capture_output=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        logger.warning("hook %s failed: %s", outcome, error)
