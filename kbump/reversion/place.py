"""Place: the branch of a remote that a checkout is of, and what of it was rolled out."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from kbump.errors import GitError, UsageError
from kbump.files.listing import top
from kbump.git import Repository, credentials, head, session
from kbump.holds import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kbump.config import Config
    from kbump.delivery.checkout import Access
    from kbump.remote import Remote

_HINT = "leave out `--undo-git`"


class Place(NamedTuple):
    """The remote, with the directory of the environment, its branch, and what was rolled out, as paths from the top.

    `built` says that the one path is a directory that kustomize builds.
    """

    remote: Remote
    branch: str
    paths: tuple[str, ...]
    built: bool = False


def place_of(paths: Sequence[str], config: Config, access: Access, *, branch: str = "", built: bool = False) -> Place:
    """Return where what is at the paths of a checkout would be put back, once the remote has answered.

    The branch is the one that is checked out, or else the one that is given. Raises UsageError and GitError if nothing
    could be put back.
    """
    root = _root(paths)
    with session(None, access.environ, deadline=access.deadline) as git:
        here = Repository(git, root)
        remote, name = here.origin(), here.checked_out() or branch
    if remote is None:
        raise UsageError("the checkout has no remote `origin` to put images back in", hint=_HINT)
    if not name:
        raise UsageError("no branch is checked out, and no variables of CI name one", hint="`git switch` to the branch")
    given = credentials(remote, access.environ, allow_http=access.allow_http)
    with session(remote, access.environ, credentials=given, deadline=access.deadline) as git:
        if not head(git, name):
            raise GitError(f"{remote.url} has no branch `{name}` to put images back on", hint=_HINT)
    below = tuple(os.path.relpath(os.path.realpath(path), root) for path in paths)
    return Place(remote._replace(directory=_environment(below, root, config), ref=""), name, below, built)


def _root(paths: Sequence[str]) -> str:
    """Return the top of the one work tree that all paths are in."""
    roots = {path: top(path if os.path.isdir(path) else os.path.dirname(path) or ".") for path in paths}
    outside = next((path for path, root in roots.items() if root is None), "")
    if outside:
        raise UsageError(f"`{outside}` is in no git repository that images could be put back in", hint=_HINT)
    if len(set(roots.values())) > 1:
        raise UsageError("the paths are in several git repositories", hint="roll out one at a time")
    return str(next(iter(roots.values())))


def _environment(paths: Sequence[str], root: str, config: Config) -> str:
    """Return the directory whose holds count for the paths: a declared environment, or where holds are, else the top.

    A promotion finds them there.
    """
    base = os.path.realpath(config.root) if config.root else root
    declared = {os.path.relpath(os.path.join(base, at), root) for at in config.environments.values()}
    for directory in _upwards(os.path.commonpath(paths)):
        if directory in declared or os.path.lexists(os.path.join(root, directory, FILE_NAME)):
            return "" if directory == "." else directory
    return ""


def _upwards(path: str) -> Iterator[str]:
    while path not in ("", "."):
        yield path
        path = os.path.dirname(path)
    yield "."
