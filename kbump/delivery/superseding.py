"""superseded(): whether a newer build has set an image already that an older one wants to set now."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kbump.errors import ImageReferenceError
from kbump.git import history
from kbump.image import ImageReference
from kbump.provenance import COMMIT, IMAGE, build_of, supersedes

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
        commit = _last(repository, rev, build, name, files)
        last = build_of(commit.trailers) if commit else None
        if commit and last and supersedes(last, build):
            return Superseded(commit, last, name)
    return None


def original(repository: Repository, build: Build, rev: str = "HEAD") -> Build:
    """Return a build that is a restart as the one that its commit was first built by, as far as trailers tell.

    What is restarted may be a restart itself: Drone names only that one (handler/api/repos/builds/retry.go).
    """
    if not (build.parent and build.repository and build.commit):
        return build
    seen = history(repository, rev, trailers=[f"{COMMIT}: {build.commit}"], most=_MOST)
    found = [build_of(commit.trailers) for commit in seen]
    orders = [one.order for one in found if one.order and (one.line, one.commit) == (build.line, build.commit)]
    return build._replace(parent=min([*orders, build.parent]))


def _last(repository: Repository, rev: str, build: Build, name: str, files: list[str]) -> Commit | None:
    """Return the newest commit by a build of the same line that set an image in the files."""
    for paths in (files, []):
        for commit in history(repository, rev, paths=paths, trailers=_trailers(name), most=_MOST):
            if build_of(commit.trailers).line == build.line and (paths or _is_elsewhere(repository, commit.sha, rev)):
                return commit
    return None


def _is_elsewhere(repository: Repository, sha: str, rev: str) -> bool:
    """Whether a file that a commit changed is not there any more: it may be one of those that are set, renamed."""
    what = "git cannot read the history"
    then = repository.run("diff-tree", "--root", "--no-commit-id", "--name-only", "-r", "-z", sha, what=what)
    names = [name.decode(errors="surrogateescape") for name in then.split(b"\0") if name]
    now = repository.run("ls-tree", "-r", "--name-only", "-z", rev, "--", *names, what=what) if names else b""
    return len([name for name in now.split(b"\0") if name]) < len(names)


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
