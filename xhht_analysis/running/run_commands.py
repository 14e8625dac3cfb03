"""Commands that run the stages: run, and one for each notebook."""

import functools
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated, Literal

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
from xhht_analysis.running.result_commands import Out, Raw, project_at, today

AsOf = Annotated[str | None, typer.Option("--as-of", help="Chỉ dùng tệp nhận đến ngày này.")]
Sample = Annotated[bool, typer.Option("--sample", help="Chạy trên số liệu minh hoạ kèm theo.")]
Force = Annotated[bool, typer.Option("--force", help="Chạy lại cả bước không có gì thay đổi.")]
Lang = Annotated[Literal["vi", "en"], typer.Option("--lang", help="Ngôn ngữ báo cáo: vi hoặc en.")]
Pairs = Annotated[list[str] | None, typer.Option("-p", help="Tham số sổ tay: tên=giá_trị.")]
Units = Annotated[
    list[str] | None, typer.Option("--units", help="Lập trang đơn vị: all hoặc mã đơn vị.")
]
ONE_STAGE = {
    "intake": [stages.INTAKE],
    "backtest": [stages.BACKTEST],
    "forecast": [stages.FORECAST],
    "figures": [stages.FIGURES],
    "report": [stages.REPORT, stages.DOCUMENTS],
}


def run(
    ctx: typer.Context,
    sample: Sample = False,
    raw: Raw = None,
    as_of: AsOf = None,
    out: Out = None,
    lang: Lang = "vi",
    force: Force = False,
    pairs: Pairs = None,
    units: Units = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Số sổ tay đơn vị chạy cùng lúc.")] = None,
    dask: Annotated[str | None, typer.Option(help="Địa chỉ bộ điều phối Dask.")] = None,
    show: Annotated[bool, typer.Option("--open", help="Mở báo cáo khi xong.")] = False,
) -> None:
    """Chạy trọn quy trình: tiếp nhận, dự báo, hình, báo cáo."""
    _execute(stages.ALL, **ctx.params)


def run_stage(
    ctx: typer.Context,
    sample: Sample = False,
    raw: Raw = None,
    as_of: AsOf = None,
    out: Out = None,
    lang: Lang = "vi",
    force: Force = False,
    pairs: Pairs = None,
) -> None:
    """Run the one stage of `ONE_STAGE` by whose name it was called, from what is on disk."""
    _execute(ONE_STAGE[ctx.info_name], **ctx.params)


def _execute(
    chosen: list[stages.Stage],
    *,
    sample: bool,
    raw: Path | None,
    as_of: str | None,
    out: Path | None,
    lang: str,
    force: bool,
    pairs: list[str] | None,
    units: list[str] | None = None,
    jobs: int | None = None,
    dask: str | None = None,
    show: bool = False,
) -> None:
    """Run the ``chosen`` stages, then the pages of ``units``; log them, say where they are."""
    project = project_at(out)
    raw_dir = raw.resolve() if raw else project.sample_dir if sample else project.raw_dir
    codes = [code for part in units or () for code in part.split(",") if code]
    overrides = _check_notebooks(project, chosen, bool(codes), pairs or [])
    with (
        _workers(codes, jobs, dask) as executor,
        run_log.logged_run(project, as_of or "") as logged,
    ):
        day = logged["as_of"] = runner.choose_as_of(raw_dir, as_of, today())
        settings = runner.Settings(
            raw_dir=raw_dir,
            as_of=day,
            sample=sample,
            lang=lang,
            force=force,
            overrides=_previous(project, day, sample) | overrides,
            **run_log.read_settings(project)["limits"],
        )
        record = logged["record"] = _run(settings, project, chosen)
        if codes:
            finish = functools.partial(_finish, project, lang)
            logged["record"] = unit_reports.run(
                codes, day, lang, project, executor, finish=finish, listener=terminal.show_unit
            )
    terminal.show_places(project, day, with_units=bool(codes))
    if record.get("replaces"):
        typer.echo("\n".join(run_log.why_different(record)))
    if show:
        terminal.open_on_desktop(project.reports(day) / f"{stages.REPORT.name}.html")


def _check_notebooks(
    project: Project, chosen: list[stages.Stage], units: bool, pairs: list[str]
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


def _run(settings: runner.Settings, project: Project, chosen: list[stages.Stage]) -> dict:
    """Run the stages; summary, index and ledger belong to the set. The record."""

    def finish(record: dict) -> None:
        _finish(project, settings.lang, record)
        records.append_to_ledger(project, record)

    return runner.run(
        settings,
        project,
        chosen,
        check=functools.partial(preflight.check_config, project),
        finish=finish,
        listener=terminal.show_stage,
    )


def _finish(project: Project, lang: str, record: dict) -> None:
    """Write the summary of a run and the index of all."""
    from xhht_analysis.publishing import site

    run_log.write_summary(project, record)
    site.write_index(project.reports_root, project.config_dir, lang=lang)
