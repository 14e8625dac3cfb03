"""What a run leaves for people who were not there: log, one-page summary, a call to their hook."""

from __future__ import annotations

import logging
import os
import subprocess
from pathlib import Path

import yaml

from xhht_analysis import store
from xhht_analysis.project import Project
from xhht_analysis.running import ledger, messages

LOG = "xhht.log"
SUMMARY = "summary.md"
logger = logging.getLogger("xhht")


def open_log(project: Project) -> logging.Handler:
    """Append what runs say to reports/xhht.log; the caller closes the handler."""
    project.reports_root.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(project.reports_root / LOG, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    return handler


def close_log(handler: logging.Handler) -> None:
    """Stop writing to ``handler``."""
    logger.removeHandler(handler)
    handler.close()


def succeed(project: Project, record: dict) -> None:
    """Enter a finished run in ledger and log, write its summary, call the success hook."""
    as_of = record["as_of"]
    ledger.append(project, record)
    logger.info("as_of %s done in %s s", as_of, record["seconds"])
    page = store.write_text(project.run_dir(as_of) / SUMMARY, summary(project, record))
    call_hook(project, "success", as_of, page, "")


def fail(project: Project, as_of: str, message: str) -> None:
    """Enter a failed run in ledger and log, call the failure hook; published files stay."""
    ledger.append(project, {"as_of": as_of, "status": "failed", "error": message})
    logger.error("as_of %s failed: %s", as_of, message)
    call_hook(project, "failure", as_of, project.reports_root / LOG, message)


def summary(project: Project, record: dict) -> str:
    """One page of Markdown: what was read, what was refused, what the verdicts are, how long."""
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
    return "\n".join([*lines, ""])


def call_hook(project: Project, outcome: str, as_of: str, page: Path, message: str) -> None:
    """Call the command of config/run.yml for ``outcome``; its failure is logged, not ours."""
    settings = yaml.safe_load((project.config_dir / "run.yml").read_text(encoding="utf-8"))["hooks"]
    command = settings[outcome]
    if not command:
        return
    status = {"success": "done", "failure": "failed"}[outcome]
    told = {"XHHT_STATUS": status, "XHHT_AS_OF": as_of, "XHHT_MESSAGE": message}
    try:
        subprocess.run(
            [*command, str(page)],
            env={**os.environ, **told},
            timeout=settings["timeout_seconds"],
            check=True,
            capture_output=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        logger.warning("hook %s failed: %s", outcome, error)
