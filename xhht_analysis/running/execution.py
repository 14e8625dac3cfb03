"""One notebook through papermill, on this environment's own Python; failures named truly.

What it declares – its parameters – is read from its cell, written as text and checked.
"""

import difflib
import logging
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from xhht_analysis import files
from xhht_analysis.parameters import accept
from xhht_analysis.project import KitError, UsageError
from xhht_analysis.running import causes, messages

START_TIMEOUT = 600
"""Seconds a kernel may take to start: minutes beside a virus scanner."""
OUTPUT_TIMEOUT = 120
"""Seconds a cell's outputs may arrive after its end; nbclient drops them silently after 4."""
FOLDER = re.compile(r"^\w+_dir = .*\n?", re.MULTILINE)
"""A parameter that says where a run stood, not what it was made from."""


class NotebookError(KitError):
    """A notebook failed; the message names notebook, cell and cause.

    ``log_text`` is the message without the error's own words, which may quote a submitted cell.
    """

    def __init__(self, message: str, log_text: str = ""):
        """Set both messages."""
        super().__init__(message)
        self.log_text = log_text or message


class KernelError(NotebookError):
    """The kernel of a notebook died or did not start."""


def declared_parameters(notebook: Path) -> dict[str, str]:
    """Types of what the cell tagged ``parameters`` declares, by name; it is read, never run.

    Raises
    ------
    KitError
        If the file is not there or is no notebook, with the remedy.
    """
    import papermill

    try:
        parameters = papermill.inspect_notebook(notebook)
        return {name: each["inferred_type_name"] for name, each in parameters.items()}
    except Exception:  # noqa: BLE001 - one of its own for each way in which a file is none
        raise KitError(messages.NO_NOTEBOOK.format(path=notebook)) from None


def accepted(notebook: Path, values: Mapping[str, object]) -> dict[str, object]:
    """Those of ``values`` (by name of a parameter) that ``notebook`` declares."""
    return {name: values[name] for name in declared_parameters(notebook) if name in values}


def parse_overrides(pairs: Iterable[str], notebooks: Iterable[Path]) -> dict[str, object]:
    """Values of ``name=value`` pairs, converted to the type the notebooks declare.

    Raises
    ------
    UsageError
        If a pair has no ``=``, an option of the command sets that name, no notebook declares it
        (the nearest name, or all names, are offered), or the value is none that `accept` takes.
    """
    types: dict[str, str] = {}
    for notebook in notebooks:
        types |= declared_parameters(notebook)
    options, values = messages.PARAMETER_OPTIONS, {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise UsageError(messages.PARAMETER_WITHOUT_VALUE.format(pair=pair))
        if name in options:
            raise UsageError(messages.PARAMETER_OF_OPTION.format(name=name, option=options[name]))
        if name not in types:
            free = sorted(set(types) - set(options))
            names = difflib.get_close_matches(name, [*free, *options], n=1) or free
            raise UsageError(messages.PARAMETER_UNKNOWN.format(name=name, names=", ".join(names)))
        values[name] = accept(name, text, types[name])
    return values


def execute(
    source: Path,
    target: Path,
    parameters: Mapping[str, object],
    *,
    cell_seconds: float,
) -> None:
    """Execute ``source`` with those of ``parameters`` it declares; write the result to ``target``.

    It runs in the folder above its own, the project's root. The kernel is always this
    environment's own (`kernel_manager`). A kernel that dies or does not start is
    tried once more; a cell that fails never is. A cell that takes longer than ``cell_seconds`` is
    ended. ``target`` keeps no times.

    Raises
    ------
    NotebookError
        With notebook, cell number, first line of the cell and the error's last line.
    """
    import nbformat

    values = accepted(source, parameters)
    try:
        notebook = _attempt(source, values, cell_seconds)
    except KernelError:
        notebook = _attempt(source, values, cell_seconds)
    _strip(notebook)
    files.write_text(target, nbformat.writes(notebook) + "\n")  # \n on every system


def _attempt(source: Path, values: dict[str, object], cell_seconds: float):
    """The executed notebook ``source``, nowhere saved; its kernel is ended."""
    import papermill
    from nbclient.exceptions import CellTimeoutError

    from xhht_analysis.running import kernel_manager

    for library in ("papermill", "traitlets"):  # ours says it, in the reader's language
        logging.getLogger(library).setLevel(logging.CRITICAL)
    lines = [messages.KERNEL_BEGINS]  # the first of each cell that has begun

    def message(text: str, cause: str = "", **more: object) -> str:
        """``text`` about the cell at work, with ``cause`` and what helps against it."""
        more |= {"notebook": source.name, "line": lines[-1], "cause": cause}
        return text.format(remedy=causes.remedy(cause), **more) + messages.NOTHING_PUBLISHED

    try:
        return papermill.execute_notebook(
            str(source),
            None,
            parameters=values,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            cwd=str(source.parents[1]),
            start_timeout=START_TIMEOUT,
            execution_timeout=cell_seconds,
            on_cell_start=lambda cell, cell_index: lines.append(first_line(cell["source"])),
            kernel_manager_class=kernel_manager.Manager,
            extra_arguments=kernel_manager.ARGUMENTS,
            coalesce_streams=True,
            record_timing=False,
            iopub_timeout=OUTPUT_TIMEOUT,
            raise_on_iopub_timeout=True,
            shutdown_kernel="immediate",
        )
    except papermill.PapermillExecutionError as error:
        cell = {"cell": error.exec_count or error.cell_index + 1}
        words = (f"{error.ename}: {error.evalue}", error.ename)
        texts = [message(messages.NOTEBOOK_FAILED, text, **cell) for text in words]
        raise NotebookError(*texts) from None
    except CellTimeoutError:  # before OSError, which it is: a slow cell is no dead kernel
        raise NotebookError(message(messages.TOO_SLOW, seconds=cell_seconds)) from None
    except (RuntimeError, OSError) as error:
        text = message(messages.KERNEL_FAILED, str(error).strip().split("\n")[0])
        raise KernelError(text) from None
    finally:
        _close_event_loop()


def first_line(source: str) -> str:
    """The first line of a cell that is not empty."""
    return source.strip().split("\n")[0]


def _close_event_loop() -> None:
    """Close the event loop that Jupyter's client leaves open in each thread it was used from."""
    from jupyter_core.utils import ensure_event_loop

    loop = ensure_event_loop()
    if not loop.is_running():
        loop.close()


def _strip(notebook) -> None:
    """Drop what changes from run to run: times, machine, the folders among the parameters."""
    notebook.metadata.pop("papermill", None)
    notebook.metadata.get("language_info", {}).pop("version", None)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
        cell.metadata.pop("papermill", None)
        if "injected-parameters" in cell.metadata.get("tags", ()):
            cell["source"] = FOLDER.sub("", cell["source"])
