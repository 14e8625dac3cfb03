"""The ``xhht`` command. Exit 0 done, 1 the data cannot give a result, 2 wrong use."""

from __future__ import annotations

import contextlib
import functools
import gc
import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import Annotated, Literal

import typer

from xhht_analysis.project import CONFIG_VARIABLE, KitError, Project, UsageError
from xhht_analysis.running import file_errors, kernel, messages, run_commands, submission_commands
from xhht_analysis.running.run_commands import Out, Raw, project_at

INTERRUPTED = 130  # typer's exit code for Ctrl+C
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

AsOf = Annotated[str | None, typer.Option("--as-of", help="Chỉ dùng tệp nhận đến ngày này.")]
Sample = Annotated[bool, typer.Option("--sample", help="Chạy trên số liệu minh hoạ kèm theo.")]
Force = Annotated[bool, typer.Option("--force", help="Chạy lại cả bước không có gì thay đổi.")]
Lang = Annotated[Literal["vi", "en"], typer.Option("--lang", help="Ngôn ngữ báo cáo: vi hoặc en.")]
Units = Annotated[
    list[str] | None, typer.Option("--units", help="Lập trang đơn vị: all hoặc mã đơn vị.")
]
Pairs = Annotated[list[str] | None, typer.Option("-p", help="Tham số sổ tay: tên=giá_trị.")]


@app.command()
def run(
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
    from xhht_analysis.running import cluster, unit_reports

    if not units:
        project, used = _execute(None, sample, raw, as_of, out, lang, force, pairs)
    else:
        with cluster.connect(dask) if dask else unit_reports.make_executor(jobs) as executor:

            def report_units(project: Project, as_of: str) -> dict:
                return _report_units(project, as_of, lang, units, executor)

            project, used = _execute(
                None, sample, raw, as_of, out, lang, force, pairs, report_units
            )
    if show:
        _open_on_desktop(project.reports(used) / "05_committee_report.html")


def _stage_command(name: str, stage: str, text: str) -> None:
    """Register a command that runs one stage from what is on disk."""

    def command(
        sample: Sample = False,
        raw: Raw = None,
        as_of: AsOf = None,
        out: Out = None,
        lang: Lang = "vi",
        force: Force = False,
        pairs: Pairs = None,
    ) -> None:
        _execute(stage, sample, raw, as_of, out, lang, force, pairs)

    app.command(name, help=text)(command)


_stage_command("intake", "01_intake", "Chỉ tiếp nhận: đọc tệp, lập bảng số liệu, bảng loại.")
_stage_command("backtest", "02_backtest", "Chỉ dự báo hồi cứu.")
_stage_command("forecast", "03_forecast", "Chỉ dự báo và đánh giá khả năng đạt.")
_stage_command("figures", "04_figures", "Chỉ vẽ hình.")
_stage_command("report", "05_committee_report", "Chỉ lập báo cáo.")


def _execute(
    stage: str | None,
    sample: bool,
    raw: Path | None,
    as_of: str | None,
    out: Path | None,
    lang: str,
    force: bool,
    pairs: list[str] | None,
    then: Callable[[Project, str], dict] | None = None,
) -> tuple[Project, str]:
    """Run one stage, or all with their documents; return where, and the ``as_of`` used.

    ``then`` belongs to the run: it is logged and told with it, and gives its final record.
    """
    from xhht_analysis.running import (
        documents,
        notebooks,
        preflight,
        progress,
        records,
        run_log,
        runner,
        stages,
    )

    project = project_at(out)
    raw_dir = raw.resolve() if raw else project.sample_dir if sample else project.raw_dir
    chosen = [s for s in stages.ALL if stage in (None, s.name)]
    wanted = [*(s.name for s in chosen), *(["06_unit_report"] if then else [])]
    preflight.check_notebooks(project, wanted)
    overrides = notebooks.parse_overrides(
        pairs or (), [project.notebooks_dir / s.notebook for s in chosen]
    )
    with run_log.logged_run(project, as_of or "") as logged:
        day = runner.choose_as_of(raw_dir, as_of, submission_commands.today())
        logged["as_of"] = day
        if sample and records.read_record(project, day).get("sample") is False:
            raise UsageError(messages.SAMPLE_OVER_REAL.format(as_of=day, path=project.out))
        if earlier := records.earlier_tables(project, day, sample):
            overrides = {"previous_dir": earlier, **overrides}
        settings = runner.Settings(
            raw_dir=raw_dir,
            as_of=day,
            sample=sample,
            lang=lang,
            force=force,
            overrides=overrides,
            **run_log.read_settings(project)["limits"],
        )

        def finish(record: dict) -> None:
            run_log.write_summary(project, record)
            documents.index(project, lang)
            records.append_to_ledger(project, record)

        with progress.Progress(settings.as_of) as listener:
            record = runner.run(
                settings,
                project,
                chosen,
                check=functools.partial(preflight.check_config, project),
                make_documents=documents.maker() if stage in (None, stages.REPORT.name) else None,
                finish=finish,
                listener=listener,
            )
        logged["record"] = then(project, settings.as_of) if then else record
    progress.show_places(project, settings.as_of, with_units=then is not None)
    if record.get("replaces"):
        typer.echo("\n".join(run_log.why_different(record)))
    return project, settings.as_of


def _report_units(
    project: Project, as_of: str, lang: str, wanted: list[str], executor: Executor
) -> dict:
    """Make the unit reports as a fleet; a unit that failed ends the command with exit 1."""
    from rich.console import Console

    from xhht_analysis.running import documents, run_log, unit_reports

    def finish(record: dict) -> None:
        run_log.write_summary(project, record)
        documents.index(project, lang)

    codes = [code for part in wanted for code in part.split(",") if code]
    with Console().status("") as status:

        def show(done: int, total: int, outcome: unit_reports.Outcome) -> None:
            status.update(f"{messages.STAGES[unit_reports.SOURCE]} {done}/{total} …")

        record = unit_reports.run(
            codes, as_of, lang, project, executor, finish=finish, listener=show
        )
    return record


for _command in (*submission_commands.COMMANDS, *run_commands.COMMANDS):
    app.command()(_command)


@app.callback()
def choose_config(
    config: Annotated[
        Path | None, typer.Option(help="Thư mục kế hoạch của tỉnh khác, thay cho config/.")
    ] = None,
) -> None:
    """Bộ công cụ phân tích Kế hoạch xây dựng xã hội học tập của tỉnh."""
    if config and not config.is_dir():
        raise UsageError(messages.NO_CONFIG.format(path=config))
    if config:  # kernels and unit reports inherit it
        os.environ[CONFIG_VARIABLE] = str(config.resolve())


def _config_first(words: list[str]) -> list[str]:
    """``--config DIR`` may stand anywhere: it is for every command."""
    for at, word in enumerate(words):
        if word.split("=")[0] == "--config":
            end = at + (1 if "=" in word else 2)
            return [*words[at:end], *words[:at], *words[end:]]
    return words


def _open_on_desktop(report: Path) -> None:
    """Open the report where a person sits in front of a desktop; never in a scheduled run."""
    desktop = sys.platform in ("win32", "darwin") or os.environ.get("DISPLAY")
    if sys.stdout.isatty() and desktop and report.is_file():
        import webbrowser

        webbrowser.open(report.as_uri())


def _interrupt(number: int, frame: object) -> None:
    """A request to end, however it comes, is Ctrl+C."""
    raise KeyboardInterrupt


def main() -> None:
    """Entry point: UTF-8 output, nobody's settings, and every mistake of a user as one message."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")
    for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number and signal.getsignal(number) is not signal.SIG_IGN:  # nohup
            signal.signal(number, _interrupt)
    gc.set_threshold(kernel.CYCLE_THRESHOLD)
    variables = kernel.environment(os.environ)
    os.environ.clear()
    os.environ.update(variables)
    try:
        app(args=_config_first(sys.argv[1:]))
    except SystemExit as error:
        if error.code != INTERRUPTED:
            raise
        from xhht_analysis.running import execution

        execution.end_own_kernels()
        with contextlib.suppress(OSError):  # the terminal may be gone
            typer.echo(messages.INTERRUPTED, err=True)
            sys.stdout.flush()
        os._exit(INTERRUPTED)  # wait for no thread that still listens to its kernel
    except KitError as error:
        typer.echo(str(error), err=True)
        sys.exit(error.exit_code)
    except OSError as error:  # disk full, read-only, open elsewhere
        path = error.filename2 or error.filename or ""
        typer.echo(file_errors.cannot_write(path, error), err=True)
        sys.exit(1)
    except (MemoryError, RuntimeError) as error:  # no memory, no room for a thread
        from xhht_analysis.running import execution

        advice = execution.remedy(repr(error))
        if not advice:
            raise
        typer.echo(advice, err=True)
        sys.exit(1)
    except ValueError as error:
        if type(error).__name__ != "ContractError":  # a table of config/ that breaks its contract
            raise
        typer.echo(str(error), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
