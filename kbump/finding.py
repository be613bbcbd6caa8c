"""Finding: one thing that is to be said about one place in the user's files."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from kbump.errors import Location

SEVERITIES = ("error", "warning", "note")
"""From the worst down."""


class Finding(NamedTuple):
    """A rule's statement about a place; `severity` is one of SEVERITIES; `fix` says what to do, or is empty.

    `length` counts the characters of the place on its line, at least 1; `path` leads to it from the root of its object
    (`spec.containers[0].image`), `subject` names the object (`Deployment shop/web`) and `context` what it was read as
    (`apps/v1, Kubernetes 1.31`). The text of the place is not to be shown if it is `secret`.
    """

    rule: str
    severity: str
    location: Location
    message: str
    fix: str = ""
    length: int = 1
    path: str = ""
    subject: str = ""
    context: str = ""
    secret: bool = False


class Built(NamedTuple):
    """What kustomize builds of a directory: a text that is in no file, with the `file` that it begins with, if known.

    Findings about it are in `directory`, at lines and columns of the text.
    """

    directory: str
    file: str

    @property
    def command(self) -> str:
        """What prints the text."""
        return f"kubectl kustomize {self.directory}"
