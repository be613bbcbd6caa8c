"""What kbump raises when it cannot answer; findings about the user's files are values (finding.py).

KbumpError
├── UsageError           the call itself is wrong: arguments, options, contradictory requests
├── ConfigError          .kbump.yaml is wrong
├── SourceError          a file cannot be read, decoded or parsed
├── WriteError           a file cannot be written, or changed while kbump worked
├── GitError             git, or the repository behind a URL, did not do what was asked
├── ForgeError           GitHub or Gitea did not do what was asked
├── ClusterError         the cluster, or kubectl, did not do what was asked
└── ImageReferenceError  a text is no image reference
"""

from __future__ import annotations

from typing import NamedTuple


class Location(NamedTuple):
    """A place in a file: line and column count from 1, columns are characters (code points)."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class KbumpError(Exception):
    """Root of everything that kbump raises on purpose."""

    def __init__(self, message: str, *, location: Location | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.location = location
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.location}: {self.message}" if self.location else self.message

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions travel between the two scanning processes; keyword-only arguments do not pickle by default.
        return _rebuild, (type(self), self.message, self.location, self.hint)


def _rebuild(kind: type[KbumpError], message: str, location: Location | None, hint: str | None) -> KbumpError:
    return kind(message, location=location, hint=hint)


class UsageError(KbumpError):
    """The call itself is wrong: arguments, options, contradictory requests."""


class ConfigError(KbumpError):
    """`.kbump.yaml` is wrong."""


class SourceError(KbumpError):
    """A file cannot be read, decoded or parsed."""


class WriteError(KbumpError):
    """A file cannot be written, or changed while kbump worked."""


class GitError(KbumpError):
    """Git, or the repository behind a URL, did not do what was asked."""


class ForgeError(KbumpError):
    """GitHub or Gitea did not do what was asked."""


class ClusterError(KbumpError):
    """The cluster, or kubectl, did not do what was asked; `status` is that of its answer over HTTP, 0 without one."""

    status = 0


class ImageReferenceError(KbumpError):
    """A text is no image reference."""
