"""Commands that run the stages – run, and one for each notebook – and those about runs.

runs, verify, compare look at runs that were; schedule is for those to come; lab explores one.
"""

import difflib
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer

from xhht_analysis import files
from xhht_analysis.project import (
    ROOT,
    KitError,
    Project,
    UsageError,
)
from xhht_analysis.running import (
    cluster,
    comparison,
    execution,
    messages,
    records,
    run_log,
    runner,
    scheduling,
    stages,
    terminal,
)

if TYPE_CHECKING:
    from xhht_analysis.intake.gathering import Plan

AS_FAR_AS = {s.name.rpartition("_")[2]: stages.ALL[: n + 1] for n, s in enumerate(stages.ALL)}
"""Stages of the commands that do not run all of them, by the name of the last."""


def choose_day(raw_dir: Path, as_of: str | None) -> str:
    """``as_of`` if given, else the latest date of receipt in ``raw_dir`` (never today).

    A folder of a day to come is named on the terminal.

    Raises
    ------
    UsageError
        If ``as_of`` is no ISO date, or is later than today without being a day of receipt.
    KitError
        If nothing had been received by then.
    """
    from xhht_analysis.intake.gathering import find_received

    received, day = find_received(raw_dir, as_of)
    if day > today():
        if day not in dict(received).values():
            raise UsageError(messages.DAY_TO_COME.format(day=day))
        terminal.say(messages.FOLDER_TO_COME.format(day=day, today=today()), err=True)
    return day


def check_config(project: Project) -> "Plan":
    """Read every file of config/ that says what was promised and how forms are read.

    Returns
    -------
    Plan
        The plan's tables that reading submissions needs.

    Raises
    ------
    ConfigError
        Naming the file, what is wrong with it and how to mend it.
    """
    from xhht_analysis.forecasting.learned import read_learned
    from xhht_analysis.intake.forms.recognise import read_descriptions
    from xhht_analysis.intake.gathering import Plan
    from xhht_analysis.plan.config_tables import config_file
    from xhht_analysis.plan.consistency import check_plan
    from xhht_analysis.publishing.report import office_paragraphs

    paragraphs = project.config_dir / "paragraphs.md"
    for read in (check_plan, read_descriptions, read_learned):
        read(project.config_dir)
    with config_file(paragraphs):
        office_paragraphs(paragraphs, "")
    return Plan.read(project.config_dir)


def check_codes(plan: "Plan", values: Mapping[str, object], units: Iterable[str]) -> None:
    """Whether ``units`` (of --units) and the goals and units among the parameters are the plan's.

    Raises
    ------
    UsageError
        Naming the first code that is none, and those near it.
    """
    from xhht_analysis.publishing.report_data import all_units

    for known, codes in (
        (["all", *all_units(plan.areas)["unit_code"]], units),
        ([*plan.areas.districts()["unit_code"]], separate(values.get("units", ""))),
        ([*plan.goals["goal_code"]], separate(values.get("goals", ""))),
    ):
        for code in set(codes).difference(known):
            near = ", ".join(difflib.get_close_matches(code, known, cutoff=0))
            raise UsageError(messages.UNKNOWN_CODE.format(code=code, near=near))


def separate(codes: str) -> list[str]:
    """``codes`` that stand in one text, between commas."""
    return [code.strip() for code in codes.split(",") if code.strip()]


def today() -> str:
    """Today's date in Vietnam."""
    return records.now()[:10]


def run(
    ctx: typer.Context,
    *,
    sample: bool = False,
    raw: Path | None = None,
    as_of: str | None = None,
    out: Path = ROOT,
    lang: Literal["vi", "en"] = "vi",
    force: bool = False,
    pairs: list[str] | None = None,
    units: list[str] | None = None,
    jobs: int | None = None,
    dask: str | None = None,
    show: bool = False,
) -> None:
    """Chạy trọn quy trình: tiếp nhận, dự báo, hình, báo cáo."""
    from xhht_analysis import store
    from xhht_analysis.publishing import site

    run_stages, project = AS_FAR_AS.get(ctx.info_name, stages.ALL), Project(out=out)
    if codes := separate(",".join(units or ())):
        run_stages = (*run_stages, stages.UNITS)
    sources = [project.notebooks_dir / stage.notebook for stage in run_stages]
    values = execution.parse_overrides(pairs or (), sources)
    raw_dir = raw or project.submissions_dir(sample)
    workers = nullcontext(ThreadPoolExecutor(jobs or os.cpu_count()))
    with (
        cluster.connect(dask) if dask else workers as executor,
        run_log.logged_run(project, as_of or "") as outcome,
    ):
        day = outcome["as_of"] = choose_day(raw_dir, as_of)
        values = previous_tables(project, day, sample) | values
        _, seconds = run_log.read_settings(project)
        settings = runner.Settings(raw_dir, day, sample, lang, force, values, seconds, codes)
        check_codes(check_config(project), values, codes)
        finish = partial(site.write_index, project, lang=lang)
        record = runner.run(settings, project, run_stages, executor=executor, finish=finish)
        outcome["record"] = record
    terminal.show_places(project, day, record["replaces"])
    names = "submissions", "activities", "rejects"
    terminal.show_refused(
        *(store.read_table(name, project.processed(day), optional=True) for name in names)
    )
    if show and sys.stdout.isatty():
        typer.launch(str(project.reports(day) / f"{stages.REPORT.name}.html"))


def previous_tables(project: Project, day: str, sample: bool) -> dict[str, str]:
    """Parameter with the tables of the run before ``day``, if there is one on such data.

    Invented and real figures are never compared.

    Raises
    ------
    UsageError
        If invented figures would take the place of real ones of that day.
    """
    runs = project.runs()
    if sample and runs.get(day, {}).get("sample") is False:
        raise UsageError(messages.SAMPLE_OVER_REAL.format(as_of=day, path=project.out))
    earlier = [other for other in runs if other < day and runs[other].get("sample") is sample]
    return {"previous_dir": str(project.processed(earlier[-1]))} if earlier else {}


def runs(*, out: Path = ROOT) -> None:
    """Sổ các lần chạy: khi nào, số liệu đến ngày nào, kết quả ra sao."""
    log = Project(out=out).reports_root / run_log.LOG
    if not log.is_file():
        raise KitError(messages.NO_RUN.format(path=log.parent))
    terminal.say(log.read_text(encoding="utf-8").strip())


def verify(day: str, *, out: Path = ROOT, raw: Path | None = None) -> None:
    """Chứng minh một lần chạy: băm lại tệp, chạy lại, so từng byte."""
    if problems := comparison.verify(Project(out=out), day, raw_dir=raw):
        raise KitError("\n".join(problems))
    terminal.say(messages.VERIFIED.format(as_of=day))


def schedule(
    *,
    at: str = "06:00",
    weekly: str | None = None,
    daily: bool = False,
    kind: Literal["cron", "windows"] = "windows" if sys.platform == "win32" else "cron",
    raw: Path | None = None,
    out: Path = ROOT,
) -> None:
    """Ghi lịch chạy tự động và cho biết lệnh để cài."""
    clock, days = scheduling.parse_when(at, weekly, daily)
    project = Project(out=out)
    places = f"--config={project.config_dir}", f"--raw={raw or project.raw_dir}", f"--out={out}"
    argv = [sys.executable, "-m", "xhht_analysis.running.cli", "run", *places]
    path = project.reports_root / "schedule" / scheduling.TASK.name
    if kind == "windows":
        text = scheduling.windows_task(argv, f"{today()}T{clock}+07:00", days, project.root)
        with files.whole(path) as draft:
            draft.write_text(text, encoding="utf-16")  # what the Task Scheduler reads
    else:
        text = scheduling.cron_line(argv, clock, days)
    day = weekly or messages.SCHEDULE_DAILY
    terminal.say(messages.SCHEDULE[kind].format(day=day, at=clock, path=path, text=text))


def compare(before: str, after: str, *, out: Path = ROOT) -> None:
    """Hai lần chạy khác nhau ở đâu, vì sao."""
    rows, differences = comparison.compare(Project(out=out), before, after)
    terminal.say("\n".join([*differences, messages.COMPARED.format(n=len(rows))]))
    if rows:
        terminal.show_table(messages.COMPARE_COLUMNS, rows, f"{before} → {after}")
        terminal.say(messages.COMPARE_SCOPE)


LAB = [sys.executable, "-m", "jupyterlab", str(ROOT / "notebooks" / "explore.ipynb")]
LAB += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.root_dir={ROOT}", "--allow-root"]
"""JupyterLab for this machine only, at the project's root, on the notebook that explores.

It refuses to start for the administrator of a Linux machine unless that is allowed.
"""


def lab() -> None:
    """Mở JupyterLab ở sổ tay khám phá, chỉ trên máy này."""
    # no server configuration of the user's is read: it could drop the token
    raise typer.Exit(subprocess.run(LAB, cwd=ROOT, check=False).returncode)


COMMANDS = (runs, verify, compare, schedule, lab)
