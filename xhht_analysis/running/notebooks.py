"""Run one notebook through papermill: parameters checked first, failures named, paths stripped."""

from __future__ import annotations

import ast
import contextlib
import difflib
import json
import logging
import re
import time
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from xhht_analysis.project import KitError, UsageError
from xhht_analysis.running import fastimport, messages  # noqa: F401  (before papermill)

KERNEL = "python3"
START_TIMEOUT = 600
"""Seconds a kernel may take to start and import: minutes beside a virus scanner."""
OUTPUT_TIMEOUT = 120
"""Seconds a cell's outputs may arrive after its end; nbclient drops them silently after 4."""
AT_START = "import gc, logging; gc.set_threshold(50_000); " + (
    "logging.getLogger('matplotlib').setLevel('ERROR'); del gc, logging"
)
"""What matplotlib says of its font cache (absent, slow to build, not writable) is this machine's
business: it would make two runs differ. Python's search for cycles at every 700 objects takes a
sixteenth of a drawing's time and finds nothing."""
STAND_BACK = (
    "import psutil; psutil.Process().nice("
    "psutil.BELOW_NORMAL_PRIORITY_CLASS if psutil.WINDOWS else 10); del psutil"
)
ALLOWED: dict[str, Container] = {
    "n_draws": range(100, 100_001),
    "horizon": range(1, 11),
    "seed": range(2**32),
    "variant": ("annual", "midterm", "final", "adhoc"),
}
"""Values that a parameter of the analyst may take, by its name."""
TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


class NotebookError(KitError):
    """A notebook failed; the message names notebook, cell and cause.

    ``logged`` is the message without the error's own words, which may quote a submitted cell.
    """

    def __init__(self, told: str, logged: str = ""):
        super().__init__(told)
        self.logged = logged or told


@dataclass(frozen=True)
class Parameter:
    """One declared parameter: its name, annotated type (``str`` when none) and notebook."""

    name: str
    type_name: str
    notebook: str


def declared_parameters(notebook: Path) -> dict[str, Parameter]:
    """Parameters of the cell tagged ``parameters``, by name; the cell is read, never run."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    tagged = [c for c in cells if "parameters" in c["metadata"].get("tags", ())]
    found = {}
    for statement in (s for c in tagged for s in ast.parse("".join(c["source"])).body):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name = statement.target.id
            found[name] = Parameter(name, ast.unparse(statement.annotation), notebook.name)
    return found


def parse_overrides(pairs: Iterable[str], notebooks: Iterable[Path]) -> dict[str, object]:
    """Values of ``name=value`` pairs, converted to the type the notebooks declare.

    Raises
    ------
    UsageError
        If a pair has no ``=``, an option of the command sets that name, no notebook declares it
        (the nearest name, or all names, are offered), or the value is not of the declared type or
        not among `ALLOWED`.
    """
    pairs = list(pairs)
    if not pairs:
        return {}
    known: dict[str, Parameter] = {}
    for notebook in notebooks:
        known |= declared_parameters(notebook)
    values: dict[str, object] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise UsageError(messages.PARAMETER_WITHOUT_VALUE.format(pair=pair))
        owned = messages.PARAMETER_OPTIONS
        if name in owned:
            raise UsageError(messages.PARAMETER_OWNED.format(name=name, option=owned[name]))
        if name not in known:
            free = sorted(set(known) - set(owned))
            near = difflib.get_close_matches(name, [*free, *owned], n=1)
            told = messages.PARAMETER_NEAR.format(near=near[0]) if near else ""
            told = told or messages.PARAMETER_FREE.format(names=", ".join(free) or "–")
            raise UsageError(messages.PARAMETER_UNKNOWN.format(name=name, near=told))
        values[name] = _convert(text, known[name])
        allowed = ALLOWED.get(name)
        if allowed is not None and values[name] not in allowed:
            told = _words(allowed)
            raise UsageError(messages.PARAMETER_RANGE.format(name=name, text=text, allowed=told))
    return values


def _words(allowed: Container) -> str:
    """The values of `ALLOWED` as they are told."""
    if isinstance(allowed, range):
        return messages.PARAMETER_BETWEEN.format(low=allowed[0], high=allowed[-1])
    return ", ".join(map(str, allowed))


def _convert(text: str, parameter: Parameter) -> object:
    try:
        if parameter.type_name == "bool":
            return TRUTH[text.strip().lower()]
        return {"int": int, "float": float}.get(parameter.type_name, str)(text)
    except (ValueError, KeyError):
        raise UsageError(
            messages.PARAMETER_TYPE.format(
                name=parameter.name,
                text=text,
                type_vi=messages.PARAMETER_TYPES.get(parameter.type_name, parameter.type_name),
            )
        ) from None


def execute(
    source: Path,
    target: Path,
    parameters: Mapping[str, object],
    *,
    cwd: Path,
    timeout: float,
    cell_timeout: float = float("inf"),
    kernel_is_up: Callable[[], None] = lambda: None,
    patient: bool = False,
) -> None:
    """Execute ``source`` with those of ``parameters`` it declares; write the result to ``target``.

    The kernel is always this environment's own. A kernel that failed to start is tried once more;
    a cell never is. The whole notebook has ``timeout`` seconds, a cell ``cell_timeout`` or what is
    left of them. ``kernel_is_up`` is called when the kernel has done the notebook's imports, before
    its first cell; the time starts when it returns, and what it raises ends the kernel and comes
    out of here. A ``patient`` kernel leaves the processors to others. ``target`` keeps no times.

    Raises
    ------
    NotebookError
        With notebook, cell number, first line of the cell and the error's last line.
    """
    import nbformat
    from jupyter_client.kernelspec import NoSuchKernel
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    declared = declared_parameters(source)
    passed = {name: value for name, value in parameters.items() if name in declared}
    target.parent.mkdir(parents=True, exist_ok=True)
    watch = _Watch(kernel_is_up, timeout, cell_timeout)

    def where(text: str, **more: object) -> str:
        return text.format(notebook=source.name, line=watch.line, **more)

    try:
        try:
            executed = _papermill(source, passed, cwd, watch, patient)
        except RuntimeError as error:
            if "Kernel died before" not in str(error) and "didn't respond" not in str(error):
                raise
            executed = _papermill(source, passed, cwd, watch, patient)
    except PapermillExecutionError as error:
        cell, cause = error.exec_count or error.cell_index + 1, f"{error.ename}: {error.evalue}"
        more = {"cell": cell, "remedy": _remedy(cause)}
        told = [where(messages.NOTEBOOK_FAILED, cause=c, **more) for c in (cause, error.ename)]
        raise NotebookError(*told) from None
    except NoSuchKernel as error:
        raise NotebookError(messages.NO_KERNEL.format(cause=error)) from None
    except CellTimeoutError:
        seconds = min(timeout, cell_timeout)
        raise NotebookError(where(messages.TOO_SLOW, seconds=seconds)) from None
    except (DeadKernelError, RuntimeError) as error:
        cause = str(error).strip().splitlines()[0]
        raise NotebookError(where(messages.KERNEL_FAILED, cause=cause)) from None
    _check_whole(executed, source.name)
    _strip(executed)
    nbformat.write(executed, target)


@dataclass
class _Watch:
    """Seconds a notebook and a cell may take, and the first line of the cell at work."""

    kernel_is_up: Callable[[], None]
    seconds: float
    cell_seconds: float
    line: str = ""
    deadline: float = float("inf")

    def before_cell(self, cell: dict, cell_index: int) -> None:
        """Remember ``cell``; the time starts with the first."""
        if cell_index == 0:
            self.kernel_is_up()
            self.deadline = time.monotonic() + self.seconds
        self.line = cell["source"].strip().split("\n")[0]

    def time_for(self, cell: dict) -> float:
        """Seconds the next cell may take."""
        return max(1.0, min(self.cell_seconds, self.deadline - time.monotonic()))


def _remedy(cause: str) -> str:
    """What helps against ``cause``, where the cause alone does not say it."""
    return next((text for word, text in messages.REMEDIES.items() if word in cause), "")


def _papermill(source: Path, parameters: dict, cwd: Path, watch: _Watch, patient: bool):
    """The executed notebook, nowhere saved."""
    import papermill
    from traitlets.config import Config

    logging.getLogger("papermill").setLevel(logging.ERROR)
    return papermill.execute_notebook(
        str(source),
        None,
        parameters=parameters,
        kernel_name=KERNEL,
        language="python",
        progress_bar=False,
        cwd=str(cwd),
        start_timeout=START_TIMEOUT,
        timeout_func=watch.time_for,
        on_cell_start=watch.before_cell,
        extra_arguments=_kernel_arguments(source, patient),
        shutdown_kernel="immediate",
        coalesce_streams=True,
        iopub_timeout=OUTPUT_TIMEOUT,
        raise_on_iopub_timeout=True,
        config=Config(KernelManager={"transport_encryption": "required"}),
    )


def _kernel_arguments(source: Path, patient: bool) -> list[str]:
    """A kernel that does the imports of ``source`` as it starts; what ends it is told by us."""
    cells = json.loads(source.read_text(encoding="utf-8"))["cells"]
    lines = [AT_START]
    for cell in cells:
        with contextlib.suppress(SyntaxError):  # no plain Python; the cell itself will say so
            if cell["cell_type"] == "code":
                body = ast.parse("".join(cell["source"])).body
                lines += [
                    ast.unparse(s) for s in body if isinstance(s, ast.Import | ast.ImportFrom)
                ]
    lines += [STAND_BACK] if patient else []  # last: other kernels wait until this one is up
    return ["--IPKernelApp.log_level=50", *(f"--IPKernelApp.exec_lines={x}" for x in lines)]


def _check_whole(notebook, name: str) -> None:
    """A killed run leaves a valid file without an end time: that is no result."""
    record = notebook.metadata.get("papermill", {})
    errors = [
        output
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output.output_type == "error"
    ]
    if record.get("end_time") is None or record.get("exception") or errors:
        raise NotebookError(messages.NOTEBOOK_NOT_WHOLE.format(notebook=name))


def _strip(notebook) -> None:
    """Drop what changes from run to run: times, paths, machine; keep the parameters cell."""
    notebook.metadata.pop("papermill", None)
    notebook.metadata.get("language_info", {}).pop("version", None)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)


def replace_paths(notebook: Path, old: Path, new: Path) -> None:
    """Write ``new`` wherever ``notebook`` shows the folder ``old`` (staging never shows).

    A path stands as it is in outputs, and as papermill writes a string in injected parameters.
    """
    pairs = {}
    for one, other in ((str(old), str(new)), (old.as_posix(), new.as_posix())):
        pairs[f'= \\"{_escaped(_injected(one))}'] = f'= \\"{_escaped(_injected(other))}'
        pairs[_escaped(one)] = _escaped(other)
    either = re.compile("|".join(map(re.escape, pairs)))  # in one pass: new may begin as old does
    text = notebook.read_text(encoding="utf-8")
    text = either.sub(lambda found: pairs[found.group()], text)
    notebook.write_text(text, encoding="utf-8", newline="\n")


def _escaped(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _injected(text: str) -> str:
    return text.encode("unicode_escape").decode("ascii").replace('"', r"\"")
