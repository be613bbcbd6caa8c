"""Measuring: commands in alternation, so that a machine that slows down slows all of them, and the table of results."""

from __future__ import annotations

import os
import resource
import sys
import time
from statistics import median, quantiles
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024
_SILENT = [
    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
    (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
    (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
]
# Variables such as PYTHONDONTWRITEBYTECODE make a start of Python slower than it is for others.
_ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name == "PYTHONPATH" or not name.startswith("PYTHON")
}
_HEADINGS = ("", "median", "kbump / it", "quartiles", "target", "peak memory")


class Command(NamedTuple):
    """A program to time: `argv` makes its arguments for an image tag; `target` is what its row should say.

    `share` is how much of the first command's work it does: the ratio is that of the times for the same work.
    """

    label: str
    argv: Callable[[str], list[str]]
    directory: str
    target: str = ""
    share: float = 1


class Case(NamedTuple):
    """A comparison: its commands, kbump's first, work on files that are made in an empty directory."""

    title: str
    commands: Callable[[str], Iterator[Command]]
    rounds: int


class Sample(NamedTuple):
    """One run: wall time, peak resident memory of its largest process, exit status."""

    seconds: float
    memory: int
    status: int


def alternate(commands: Sequence[Command], rounds: int, tags: tuple[str, str]) -> list[list[Sample]]:
    """Run all commands in turn, `rounds` times after a warm-up; every round sets the other tag."""
    samples: list[list[Sample]] = [[] for _ in commands]
    for number in range(rounds + 1):
        for command, found in zip(commands, samples, strict=True):
            found.append(_run(command.argv(tags[number % 2]), command.directory))
    return [found[1:] for found in samples]


def _run(argv: list[str], directory: str) -> Sample:
    os.chdir(directory)
    began = time.perf_counter()
    process = os.posix_spawn(argv[0], argv, _ENVIRONMENT, file_actions=_SILENT)
    _, status, usage = os.wait4(process, 0)
    seconds = time.perf_counter() - began
    return Sample(seconds, usage.ru_maxrss * _MAXRSS_UNIT, os.waitstatus_to_exitcode(status))


def table(commands: Sequence[Command], samples: Sequence[Sequence[Sample]]) -> Iterator[str]:
    """Yield the lines of a table; the first command is kbump's, and ratios are medians over the rounds' own ratios."""
    rows = [_HEADINGS, *(_row(one, found, samples[0]) for one, found in zip(commands, samples, strict=True))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
        yield "  ".join((row[0].ljust(widths[0]), *cells[1:])).rstrip()


def _row(command: Command, samples: Sequence[Sample], ours: Sequence[Sample]) -> tuple[str, ...]:
    status = samples[-1].status
    label = f"{command.label} (exit {status})" if status else command.label
    time_ms = f"{median(one.seconds for one in samples) * 1000:,.1f} ms"
    memory = _memory(max(one.memory for one in samples))
    if samples is ours:
        return (label, time_ms, "", "", command.target, memory)
    ratios = [command.share * mine.seconds / its.seconds for mine, its in zip(ours, samples, strict=True)]
    low, _, high = quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    return (label, time_ms, f"{median(ratios):.2f}", f"{low:.2f} - {high:.2f}", command.target, memory)


def _memory(size: int) -> str:
    # Until a process has loaded its program, it counts as large as this one.
    floor = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _MAXRSS_UNIT
    return f"{'< ' if size <= floor else ''}{size / 1e6:.0f} MB"
