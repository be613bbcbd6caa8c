from __future__ import annotations

import os
import sys

import pytest

from kbump.cli.progress import Progress, progress_bar


def test_a_pipe_gets_no_bar(capsys) -> None:
    assert progress_bar("Looking") is None


def test_a_terminal_gets_one(capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert progress_bar("Looking") is not None


def test_nothing_is_drawn_within_the_first_second(capsys) -> None:
    bar = Progress("Looking")
    bar(1, 10)
    bar.clear()
    assert capsys.readouterr().err == ""


def test_the_bar_is_drawn_afterwards_and_cleared(capsys) -> None:
    bar = Progress("Looking")
    bar.began -= 2
    bar(500, 2000)
    assert capsys.readouterr().err == "\rLooking [#######                       ] 500/2,000\033[K"
    bar.clear()
    assert capsys.readouterr().err.endswith("\r\033[K")


def test_a_forked_child_draws_nothing(capsys) -> None:
    bar = Progress("Looking")
    bar.began -= 2
    bar.process = os.getpid() + 1
    bar(1, 10)
    assert capsys.readouterr().err == ""
