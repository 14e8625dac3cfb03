"""What the terminal shows while a run goes on, and where its results are."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from xhht_analysis.project import Project
from xhht_analysis.running import messages
from xhht_analysis.running.documents import PARTS
from xhht_analysis.running.runner import StageResult


class Progress:
    """Listener of a run: a spinner for the stage at work, a summary table at the end."""

    def __init__(self, as_of: str, console: Console | None = None):
        self.console = console or Console()
        self.as_of = as_of
        self.results: list[StageResult] = []
        self.status = self.console.status("")

    def __enter__(self) -> Progress:
        """Start the spinner."""
        self.status.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Stop the spinner and show what was done."""
        self.status.stop()
        if not self.results:
            return
        table = Table(title=messages.SUMMARY_TITLE.format(as_of=self.as_of))
        table.add_column(messages.SUMMARY_COLUMNS[0])
        table.add_column(messages.SUMMARY_COLUMNS[1])
        table.add_column(messages.SUMMARY_COLUMNS[2], justify="right")
        for result in self.results:
            seconds = f"{result.seconds:.1f}".replace(".", ",")
            table.add_row(_title(result.name), messages.STATUS[result.status], seconds)
        self.console.print(table)

    def __call__(self, name: str, result: StageResult | None) -> None:
        """Show that stage ``name`` begins (``None``) or has ended."""
        if result is None:
            self.status.update(f"{_title(name)} …")
            return
        self.results.append(result)
        if not self.console.is_terminal:
            self.console.print(f"{_title(name)}: {messages.STATUS[result.status]}")


def show_places(project: Project, as_of: str, *, with_units: bool = False) -> None:
    """Print the folders and documents of run ``as_of``, one path a line, never wrapped."""
    console = Console(soft_wrap=True, highlight=False)
    console.print(messages.RUN_DONE)
    folder = project.reports(as_of)
    documents = [path for name in PARTS.values() for path in sorted(folder.glob(f"{name}.*"))]
    index = project.reports_root / "index.html"
    units = [folder / "units"] if with_units else []
    for path in (project.processed(as_of), project.figures(as_of), *documents, *units, index):
        if path.exists():
            console.print(f"  {path}", markup=False)
    if documents and not any(path.suffix == ".pdf" for path in documents):
        console.print(messages.NO_PDF, markup=False)


def _title(name: str) -> str:
    return messages.STAGES.get(name, name)
