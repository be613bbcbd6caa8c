"""Display: how far a rollout is, as a terminal and as a log show it."""

from __future__ import annotations

import shutil
import sys
import time
from typing import TYPE_CHECKING

import click

from kbump.cli.progress import CountingLine
from kbump.report.findings import flat
from kbump.report.rollout import trouble_text, workload_row
from kbump.rollouts.options import REVERTING, UNDOING, Difference, Step

if TYPE_CHECKING:
    from kbump.rollouts.result import Workload
    from kbump.rollouts.waiting import Moment

_REMIND_S = 30.0


class Display:
    """Prints transitions: what a workload has come to as a row on stdout, or on stderr if that has another report.

    On a terminal one line below them keeps counting; in a log there is a reminder after 30 s without a word.
    """

    def __init__(self, *, rows: bool, quiet: bool, verbose: bool, timeout_s: float, colour: tuple[bool, bool]) -> None:
        """Take whether rows are the report, and the colours of stdout and stderr."""
        self.rows, self.quiet, self.verbose, self.timeout_s = rows, quiet, verbose, timeout_s
        self.colour_out, self.colour_err = colour
        self.terminal = sys.stderr.isatty() and not quiet
        self.spoke = time.monotonic()
        self.line = CountingLine()
        self.clear = self.line.clear
        self.state = ""
        self.shown: set[str] = set()
        self.waits: dict[str, str] = {}
        self.moment: Moment | None = None

    def __call__(self, told: Step | Moment | Difference) -> None:
        """Take a phase that begins, what is about to change, or how far the wait is."""
        if isinstance(told, Difference):
            self._differing(told.text)
            return
        if isinstance(told, Step):
            self.state = told.words
            self._line(told.words) if self.terminal else self._say(told.words, verbose=True)
            return
        self.moment = told
        for one in told.changed:
            self._transition(one, told)
        left = [one for one in told.workloads if one.blocking and one.word == "waiting"]
        self.state = self.state if self.state == UNDOING else "waiting for workloads"
        if self.terminal:
            self._line(self._counting(left, told))
        elif left and time.monotonic() - self.spoke >= _REMIND_S:
            listed = "; ".join(f"{one.subject}: {one.message}" for one in left)
            self._say(f"still waiting after {told.seconds:.0f} s: {listed}")

    def _differing(self, text: str) -> None:
        if not text:
            self._say("`kubectl diff` finds no difference")
        elif self.rows:
            self.clear()
            click.echo(text, nl=False, color=True)
            sys.stdout.flush()

    def _transition(self, one: Workload, told: Moment) -> None:
        width = max(len(flat(other.subject)) for other in told.workloads)
        final = one.word != "waiting"
        text = workload_row(one, colour=self.colour_out if final and self.rows else self.colour_err, width=width)
        if final and self.rows:
            self.clear()
            click.echo(text, color=True)
            sys.stdout.flush()
            self.shown.add(one.subject)
            self.spoke = time.monotonic()
        else:
            first = next(iter(one.explanation.troubles), None)
            words = f"{text}: {flat(trouble_text(first))}" if first and not final else text
            # A trouble beside the first one is new, too, and is said at the end.
            if self.waits.get(one.subject) != words:
                self._say(words)
            self.waits[one.subject] = words

    def _counting(self, left: list[Workload], told: Moment) -> str:
        blocking = [one for one in told.workloads if one.blocking]
        done = sum(one.settled for one in blocking)
        failed = len(blocking) - done - len(left)
        waits = f": {left[0].subject}: {left[0].message}" if left else ""
        beside = f", {failed} failed" if failed else ""
        return f"{done} of {len(blocking)} done{beside}, {told.seconds:.0f} s of {self.timeout_s:.0f} s{waits}"

    def _say(self, text: str, *, verbose: bool = False) -> None:
        if self.quiet or (verbose and not self.verbose):
            return
        self.clear()
        click.echo(text, err=True, color=True)
        self.spoke = time.monotonic()

    def _line(self, text: str) -> None:
        self.line.draw(flat(text)[: shutil.get_terminal_size().columns - 1])

    @property
    def began(self) -> bool:
        """Whether anything may have been written."""
        return self.state.startswith(("applying", "waiting", UNDOING, REVERTING))

    def left(self) -> str:
        """Say what state a rollout that is interrupted leaves."""
        if self.state == UNDOING:
            return "what went back is back, and nothing waits for it; `kbump status` says how far all is"
        if self.state == REVERTING:
            return "what went back is back, and git has the whole commit or nothing of it; look at its branch"
        if not self.moment:
            return "what was applied stays applied, and nothing waits for it"
        open_ones = [one.subject for one in self.moment.workloads if one.blocking and not one.settled]
        return f"all is applied, and nobody waits any longer for {', '.join(open_ones) or 'anything'}"
