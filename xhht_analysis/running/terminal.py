"""What the terminal shows: tables, the stage at work, where the results are."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from xhht_analysis.project import Project
from xhht_analysis.running import messages

if TYPE_CHECKING:
    import pandas as pd


def show_table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], title: str | None = None
) -> None:
    """Print ``rows`` under ``columns``; words of a file are shown as they are, never as markup."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(*columns, title=title)
    for row in rows:
        table.add_row(*map(escape, row))
    Console(soft_wrap=True, highlight=False).print(table)


def say(text: str, *, err: bool = False) -> None:
    """Print ``text`` without what a terminal obeys: a file may bear any name and any cell."""
    characters = (c if c.isprintable() or c in "\n\u00a0" else "\ufffd" for c in text)
    typer.echo("".join(characters), err=err)


def show_begin(name: str) -> None:
    """Say that stage ``name`` is looked at; how it ended follows in the same line."""
    typer.echo(f"{messages.STAGES.get(name, name)}: ", nl=False)


def show_end(entry: dict) -> None:
    """Say how a stage ended: its ``entry`` of the record."""
    seconds = f"{entry['seconds']:.1f}".replace(".", ",")
    say(f"{messages.STATUS[entry['status']]}, {seconds} giây")


def show_places(project: Project, as_of: str, changed: Sequence[str]) -> None:
    """Print the folders of run ``as_of``, what there is no document of, and ``changed`` tables."""
    reports = project.reports(as_of)
    say(messages.RUN_DONE.format(tables=project.processed(as_of), reports=reports))
    if any(reports.glob("*.html")) and not any(reports.glob("*.pdf")):
        say(messages.NO_PDF)
    if changed:
        say(messages.REPLACES.format(names=", ".join(Path(place).name for place in changed)))


def show_refused(
    submissions: "pd.DataFrame", activities: "pd.DataFrame", rejects: "pd.DataFrame"
) -> None:
    """Name the files of which nothing could be used, each with the remedy of its first reject.

    The three are tables of the contract; a file that gave tasks or money alone is of use.
    """
    from xhht_analysis.intake.returning.returns import READABLE

    of_use = submissions[READABLE].any(axis=1) | submissions["file"].isin(activities["file"])
    refused = submissions.loc[~of_use, "file"]
    if len(refused):
        say(messages.REFUSED_FILES.format(n=len(refused)))
    remedies = dict(rejects.drop_duplicates("file")[["file", "remedy"]].to_numpy())
    for file in refused:
        say(f"  {file}: {remedies.get(file, '')}")
