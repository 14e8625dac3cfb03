"""Unit reports: a notebook and a page per unit, side by side.

They run over any ``concurrent.futures.Executor``: threads, each waiting for a kernel of its own, or
the workers of a Dask cluster (`cluster`). No scheduler of our own.
"""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, wait

from xhht_analysis.project import CONFIG_VARIABLE, KitError, Project
from xhht_analysis.running import execution, messages
from xhht_analysis.running.stages import UNITS, Settings

PAGE = "reports/{}/units/{}.html"


def pages(settings: Settings, staged: Project) -> dict[str, str]:
    """Place of the page of each unit of ``settings``.

    All are those in the tables of ``staged`` that the plan's province has or had at its end: of a
    commune that ended, whose figures stand there too, there is no page.
    """
    from xhht_analysis.publishing.run_tables import read_report_data

    codes = set(settings.units)
    if "all" in codes:
        run = read_report_data(staged.processed(settings.as_of))
        codes = {*run.verdicts["unit_code"], *run.panel["unit_code"]} & {*run.units["unit_code"]}
    return {unit: PAGE.format(settings.as_of, unit) for unit in sorted(codes)}


def make_page(unit: str, settings: Settings, project: Project, staged: Project, config: str) -> str:
    """Make notebook and page of ``unit``; the message of its failure, empty when it worked.

    The tables, page and notebook stand in ``staged``. ``config`` is the folder of the plan, also
    for a worker elsewhere (empty: that of the kit).
    """
    if config:
        os.environ[CONFIG_VARIABLE] = config
    executed = staged.run_dir(settings.as_of) / f"{UNITS.name}_{unit}.ipynb"
    try:
        execution.execute(
            project.notebooks_dir / UNITS.notebook,
            executed,
            settings.parameters(staged) | {"unit_code": unit},
            cell_seconds=settings.cell_seconds,
        )
        from xhht_analysis.publishing import documents, labels

        words = labels.Labels(settings.lang)
        blocks = documents.read_executed(executed, words)
        documents.write_page(blocks, staged.out / PAGE.format(settings.as_of, unit), words)
    except KitError as error:
        return str(error).removesuffix(messages.NOTHING_PUBLISHED).rstrip()
    return ""


def outcomes(
    units: Iterable[str], executor: Executor, *work: Settings | Project
) -> Iterator[tuple[str, str]]:
    """Make the page of every unit on ``executor``; its code and error as it ends.

    ``work`` is settings, project, staging; a lost worker is an error, too. An executor's ``check``
    is called while none ends and may raise. Who stops listening leaves the executor, which drops
    the pages not yet begun. On Windows Ctrl+C reaches only a wait that ends by itself.
    """
    check = getattr(executor, "check", lambda: None)
    config = os.environ.get(CONFIG_VARIABLE, "")
    pending = {executor.submit(make_page, unit, *work, config): unit for unit in units}
    while pending:
        done, _ = wait(pending, timeout=0.5, return_when=FIRST_COMPLETED)
        for future in done:
            try:
                text = future.result()
            except Exception as error:  # noqa: BLE001 - whatever a lost worker raises
                text = messages.UNIT_LOST.format(cause=repr(error))
            yield pending.pop(future), text
        if not done:
            check()
