"""Commands that run the stages: run, and one for each notebook."""

import functools
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

ONE_STAGE = {stage.name.rpartition("_")[2]: (stage,) for stage in stages.NOTEBOOKS}
ONE_STAGE["report"] += (stages.DOCUMENTS,)
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
    from xhht_analysis.publishing import site

    chosen, project = ONE_STAGE.get(ctx.info_name, stages.ALL), project_at(out)
    raw_dir = submissions_folder(project, raw, sample)
    codes = [code for part in units or () for code in part.split(",") if code]
    chosen = (*chosen, stages.UNITS) if codes else chosen
    sources = [project.notebooks_dir / stage.notebook for stage in chosen]
    values = notebooks.parse_overrides(pairs or (), sources)
    write_index = functools.partial(  # the index is part of every set
        site.write_index, project.reports_root, project.config_dir, lang=lang
    )
    with (
        cluster.connect(dask) if dask else unit_reports.make_executor(jobs) as executor,
        run_log.logged_run(project, as_of or "") as logged,
    ):
        day = logged["as_of"] = choose_day(raw_dir, as_of)
        values = previous_tables(project, day, sample) | values
        _, seconds = run_log.read_settings(project)
        settings = runner.Settings(raw_dir, day, sample, lang, force, values, seconds)
        preflight.check_config(project)
        record = logged["record"] = runner.run(
            settings,
            project,
            chosen,
            units=codes,
            executor=executor,
            finish=write_index,
            listener=terminal.show_stage,
        )
    terminal.show_places(project, day)
    if replaced := record["replaces"]:
        log = project.reports_root / run_log.LOG
        typer.echo(messages.REPLACES.format(n=len(replaced), path=log))
    if show:
        terminal.open_on_desktop(project.reports(day) / f"{stages.REPORT.name}.html")


def previous_tables(project: Project, day: str, sample: bool) -> dict[str, str]:
    """Parameter with the tables of the run before ``day``, if there is one on such data.

    Invented and real figures are never compared.

    Raises
    ------
    UsageError
        If this run would put invented figures over real ones.
    """
    runs = {as_of: records.read_record(project, as_of) for as_of in records.vintages(project)}
    is_sample = {as_of: record.get("sample") for as_of, record in runs.items()}
    if sample and is_sample.get(day) is False:
        raise UsageError(messages.SAMPLE_OVER_REAL.format(as_of=day, path=project.out))
    alike = [earlier for earlier in is_sample if earlier < day and is_sample[earlier] is sample]
    return {"previous_dir": str(project.processed(alike[-1]))} if alike else {}
