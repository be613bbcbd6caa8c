"""Wishes: what a caller wants of a promotion."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kbump.config import Gates
from kbump.delivery.committing import Style
from kbump.provenance import Build

if TYPE_CHECKING:
    from collections.abc import Sequence

_NO_BUILD, _PLAIN, _NO_GATES = Build(), Style(), Gates()


class Wishes(NamedTuple):
    """What a caller wants of a promotion beside where from and where to; see promote()."""

    only: Sequence[str] = ()
    gates: Gates = _NO_GATES
    build: Build = _NO_BUILD
    style: Style = _PLAIN
    labels: Sequence[str] = ()
    reviewers: Sequence[str] = ()
    assignees: Sequence[str] = ()
    draft: bool = False
    reopen: bool = False
    write: bool = True
    release: Sequence[str] = ()
