"""Commands that run the stages: run, and one for each notebook."""

import functools
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Literal

import typer

from xhht_analysis.project import Project, UsageError
from xhht_analysis.running import (
    cluster,
    messages,
    notebooks,
    preflight,
    records,
    run_log,
    runner,
    stages,
    terminal,
    unit_reports,
)
from xhht_analysis.running.result_commands import choose_day, project_at, submissions_folder

ONE_STAGE = {
    "intake": (stages.INTAKE,),
    "backtest": (stages.BACKTEST,),
    "forecast": (stages.FORECAST,),
    "figures": (stages.FIGURES,),
    "report": (stages.REPORT, stages.DOCUMENTS),
}
"""Stages of the commands that do not run all of them."""


def run(
    ctx: typer.Context,
    *,
    sample: bool = False,
    raw: Path | None = None,
    as_of: str | None = None,
    out: Path | None = None,
    lang: Literal["vi", "en"] = "vi",
    force: bool = False,
    pairs: list[str] | None = None,
    units: list[str] | None = None,
    jobs: int | None = None,
    dask: str | None = None,
    show: bool = False,
) -> None:
    """Chạy trọn quy trình: tiếp nhận, dự báo, hình, báo cáo."""
    chosen, project = ONE_STAGE.get(ctx.info_name, stages.ALL), project_at(out)
    raw_dir = submissions_folder(project, raw, sample)
    codes = [code for part in units or () for code in part.split(",") if code]
    values = _check_notebooks(project, chosen, bool(codes), pairs or [])
    write_index = functools.partial(_write_index, project, lang)
    with (
        _workers(codes, jobs, dask) as executor,
        run_log.logged_run(project, as_of or "") as logged,
    ):
        day = logged["as_of"] = choose_day(raw_dir, as_of)
        values = _previous(project, day, sample) | values
        limits = run_log.read_settings(project)["limits"]
        settings = runner.Settings(raw_dir, day, sample, lang, force, values, **limits)
        check = functools.partial(preflight.check_config, project)
        hooks = {"check": check, "finish": write_index, "listener": terminal.show_stage}
        record = logged["record"] = runner.run(settings, project, chosen, **hooks)
        if codes:
            hooks = {"finish": write_index, "listener": terminal.show_unit}
            logged["record"] = unit_reports.run(codes, day, lang, project, executor, **hooks)
    terminal.show_places(project, day)
    for line in run_log.why_different(record):
        typer.echo(line)
    if show:
        terminal.open_on_desktop(project.reports(day) / f"{stages.REPORT.name}.html")


def _write_index(project: Project, lang: str) -> None:
    """The index of all runs belongs to every set."""
    from xhht_analysis.publishing import site

    site.write_index(project.reports_root, project.config_dir, lang=lang)


def _check_notebooks(
    project: Project, chosen: tuple[stages.Stage, ...], units: bool, pairs: list[str]
) -> dict[str, object]:
    """Whether the notebooks are there; the values of ``pairs`` as they declare them."""
    names = [stage.name for stage in chosen if stage != stages.DOCUMENTS]
    preflight.check_notebooks(project, [*names, unit_reports.SOURCE] if units else names)
    return notebooks.parse_overrides(pairs, [project.notebooks_dir / f"{n}.ipynb" for n in names])


def _workers(codes: list[str], jobs: int | None, dask: str | None) -> AbstractContextManager:
    """What unit reports run on; nothing where there are none."""
    if not codes:
        return nullcontext()
    return cluster.connect(dask) if dask else unit_reports.make_executor(jobs)


def _previous(project: Project, day: str, sample: bool) -> dict[str, object]:
    """Parameter with the tables of the run before ``day``, if there is one on the same data.

    Raises
    ------
    UsageError
        If this run would put invented figures over real ones.
    """
    if sample and records.read_record(project, day).get("sample") is False:
        raise UsageError(messages.SAMPLE_OVER_REAL.format(as_of=day, path=project.out))
    earlier = records.earlier_tables(project, day, sample)
    return {"previous_dir": earlier} if earlier else {}
