"""The ``xhht`` command. Exit 0 done, 1 the data cannot give a result, 2 wrong use."""

import argparse
import contextlib
import io
import os
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, get_type_hints

import typer

from xhht_analysis.project import CONFIG_VARIABLE, KitError, UsageError
from xhht_analysis.running import (
    causes,
    kernel,
    messages,
    run_commands,
    submission_commands,
    terminal,
)

INTERRUPTED = 130  # typer's exit code for Ctrl+C
WrongUse = typer.BadParameter.__base__
"""What typer raises for an unknown command or option and for a value that is missing or wrong."""


def in_vietnamese(text: str) -> str:
    """Typer's help or message ``text`` with its English words in Vietnamese (messages.toml)."""
    for pattern, words in messages.WORDS_OF_TYPER:
        text = re.sub(pattern, words, text, flags=re.MULTILINE)
    return text


app = typer.Typer(
    help=messages.HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def with_help(command: Callable) -> Callable:
    """``command``, its parameters as messages.toml describes them: with a flag, an option."""
    for name, kind in get_type_hints(command).items():
        if described := dict(messages.PARAMETERS.get(name, {})):
            flag = described.pop("flag", None)
            how = typer.Option(*flag.split(), **described) if flag else typer.Argument(**described)
            command.__annotations__[name] = Annotated[kind, how]
    return command


app.command()(with_help(run_commands.run))
for _name in run_commands.AS_FAR_AS:
    app.command(_name, help=messages.STAGE_COMMANDS[_name])(run_commands.run)
for _command in (*submission_commands.COMMANDS, *run_commands.COMMANDS):
    app.command()(with_help(_command))


def _use_config(words: list[str]) -> list[str]:
    """``words`` without ``--config DIR``, which may stand anywhere and is for every command.

    Kernels, unit reports and schedules inherit it.

    Raises
    ------
    UsageError
        If there is no such folder.
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--config", nargs="?", const="?", type=Path)
    options, words = parser.parse_known_args(words)
    if folder := options.config:
        if not folder.is_dir():
            raise UsageError(messages.NO_CONFIG.format(path=folder))
        os.environ[CONFIG_VARIABLE] = str(folder.resolve())
    return words


def _prepare() -> None:
    """UTF-8 output, nobody's settings, every request to end as Ctrl+C."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")
    for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number and signal.getsignal(number) is not signal.SIG_IGN:  # nohup
            signal.signal(number, signal.default_int_handler)
    # nbformat's checker would build a grammar of web addresses for a second; notebooks hold none
    sys.modules.setdefault("rfc3987_syntax", None)
    variables = kernel.environment(os.environ)
    os.environ.clear()
    os.environ.update(variables)


def _run_command(words: list[str]) -> tuple[int, str]:
    """Exit code and message of the command ``words``; every mistake of a user is one message."""
    stream = io.StringIO() if "--help" in words else sys.stdout  # help is translated as a whole
    try:
        with contextlib.redirect_stdout(stream):
            code = app(args=_use_config(words), prog_name="xhht", standalone_mode=False)
        if stream is not sys.stdout:
            typer.echo(in_vietnamese(stream.getvalue()), nl=False)
        return code or 0, ""
    except WrongUse as error:
        return error.exit_code, _wrong_use(error)
    except (KitError, OSError, MemoryError, RuntimeError) as error:
        message = causes.explain(error)
        if not message:
            raise
        return getattr(error, "exit_code", 1), message


def _wrong_use(error: WrongUse) -> str:
    """Cause of the wrong use, and where help is; help alone for no words at all."""
    message = in_vietnamese(error.format_message()).replace(r"\\", "\\")  # paths of Windows
    if error.ctx is None:
        return message
    return f"{message}\n{messages.SEE_HELP.format(command=error.ctx.command_path)}"


def main() -> None:
    """Entry point."""
    _prepare()
    code, message = _run_command(sys.argv[1:])
    if code == INTERRUPTED:
        with contextlib.suppress(OSError):  # the terminal may be gone
            terminal.say(messages.INTERRUPTED, err=True)
            sys.stdout.flush()
        os._exit(INTERRUPTED)  # wait for no thread that still listens to its kernel
    if message:
        terminal.say(message, err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
