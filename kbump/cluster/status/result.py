"""Status: how far an object is."""

from __future__ import annotations

from typing import Literal, NamedTuple

Word = Literal["done", "waiting", "failed", "paused", "manual", "deleting", "gone", "superseded"]


class Status(NamedTuple):
    """How far an object is: a word and a sentence.

    `done`; `waiting` for the cluster; `failed` for good; `paused` by a person; `manual`: applied, and a person has to
    delete pods; `deleting`; `gone`; `superseded` by what somebody else has deployed.
    """

    word: Word
    message: str


UNSEEN = Status("waiting", "no controller has looked at it yet")


def done(message: str) -> Status:
    """Return the status of what is as it should be."""
    return Status("done", message)


def waiting(message: str) -> Status:
    """Return the status of what the cluster still works on."""
    return Status("waiting", message)


def failed(message: str) -> Status:
    """Return the status of what will not be as it should."""
    return Status("failed", message)
