"""The one edge: exceptions become a message on stderr and an exit code."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

import click

from kbump.errors import KbumpError

if TYPE_CHECKING:
    from types import FrameType


class Interrupted(BaseException):
    """SIGINT or SIGTERM, raised where the program is, so that temporary files go; click leaves it alone."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def guarded_main(group: click.Group) -> int:
    """Run the command line; return 0, 1 or 2, 130 after ^C, 143 after SIGTERM, 141 if nobody reads the output."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        code = group.main(prog_name="kbump", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        error.show()
        return 2
    except KbumpError as error:
        say_error(error)
        return 2
    except Interrupted as error:
        return 128 + error.number
    except (BrokenPipeError, SystemExit):
        # The reader of the pipe left, as `head` does; click knows it as an exit. What is buffered has no reader either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
        return 141
    except Exception:
        # An answer of 1 would be "no"; that nobody thought of this is "could not answer".
        return _say_bug()


def _say_bug() -> int:
    from traceback import print_exc

    print_exc()
    say_error(KbumpError("this is a mistake of kbump's own", hint="report it with the lines above"))
    return 2


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise Interrupted(number)


def say_error(error: KbumpError) -> None:
    """Write `file:line:column: error: message` and a hint to stderr."""
    colour = _colour()
    place = f"{_printable(str(error.location))}: " if error.location else ""
    words = f"{click.style('error', fg='red', bold=True)}: {_printable(error.message)}"
    click.echo(f"{place}{words}", err=True, color=colour)
    if error.hint:
        click.echo(f"  {click.style('hint', fg='cyan')}: {_printable(error.hint)}", err=True, color=colour)


def _printable(text: str) -> str:
    """Return a text of some lines without characters that a terminal obeys: files and servers may have written it."""
    from kbump.characters import printable

    return text if text.isprintable() else "\n".join(map(printable, text.split("\n")))


def _colour() -> bool | None:
    """Whether stderr is coloured where no command has said so yet: NO_COLOR, else click's own answer."""
    context = click.get_current_context(silent=True)
    if context is not None and context.color is not None:
        return context.color
    return False if os.environ.get("NO_COLOR") else None
