"""superseded(): whether a newer build has set an image already that an older one wants to set now."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kbump.errors import ImageReferenceError
from kbump.git import history
from kbump.image import ImageReference
from kbump.provenance import IMAGE, build_of, supersedes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kbump.git import Commit, Repository
    from kbump.provenance import Build
    from kbump.rewriting.result import Change

# So many commits that set an image are looked at: builds of other branches may have set it in between.
_MOST = 50


class Superseded(NamedTuple):
    """The commit of the newer build, that build, and the image that it set."""

    commit: Commit
    build: Build
    image: str


def superseded(repository: Repository, changes: Iterable[Change], build: Build, rev: str = "HEAD") -> Superseded | None:
    """Return what supersedes a build: the newest of its own line, up to `rev`, that set an image in the same files.

    None if there is nothing newer, or if the build does not say which it is. The files are named from the top.
    """
    if not (build.repository and build.order):
        return None
    for name, files in _files(changes).items():
        for commit in history(repository, rev, paths=files, trailers=_trailers(name), most=_MOST):
            last = build_of(commit.trailers)
            if last.line == build.line:
                if supersedes(last, build):
                    return Superseded(commit, last, name)
                break
    return None


def _files(changes: Iterable[Change]) -> dict[str, list[str]]:
    """Return the names of the images, as they were and as they are to be, with the files that hold them."""
    found: dict[str, set[str]] = {}
    for change in changes:
        for text in (change.old, change.new):
            try:
                found.setdefault(ImageReference.parse(text).name, set()).add(change.location.file)
            except ImageReferenceError:
                continue
    return {name: sorted(files) for name, files in found.items()}


def _trailers(name: str) -> list[str]:
    return [f"{IMAGE}: {name}:", f"{IMAGE}: {name}@"]
