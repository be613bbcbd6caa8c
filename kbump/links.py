"""Links: the page of what changed between two images, where the trailers of commits tell which builds set them."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from kbump.errors import GitError, UsageError
from kbump.files.listing import top
from kbump.git import Repository, history, session
from kbump.provenance import IMAGE, build_of
from kbump.remote import Remote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kbump.comparison import ImageDifference, PromotionDiff
    from kbump.environment import Environment
    from kbump.git import Git
    from kbump.provenance import Build

# So many commits that set one of the images are looked at, the newest first.
_MOST = 500
_SLUG = re.compile(r"[\w.-]+(?:/[\w.-]+)+", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{7,64}")


class _Side(NamedTuple):
    """The builds that set the images of a side, and the address of the forge that its repository is on, or ""."""

    builds: dict[str, Build]
    server: str


def linked(
    result: PromotionDiff,
    environments: Sequence[Environment],
    environ: Mapping[str, str],
    *,
    deadline: float,
    echo: Callable[[str], None] | None = None,
) -> PromotionDiff:
    """Return the result with links to what changed from the commit of an image's old build to that of its new one.

    Both commits must be of the same repository, and known from the history of the environments; a repository that is
    named without its server is on the forge that the environments come from. Other images have no link: an answer
    does not depend on it, so an environment without a history is none.
    """
    if not result.images:
        return result
    wanted = sorted({text for one in result.images for text in (one.old, one.new)})
    with suppress(GitError), session(None, environ, deadline=deadline, echo=echo) as git:
        old, new = (_side(git, environment, wanted) for environment in environments)
        return result._replace(images=[one._replace(link=_link(one, old, new)) for one in result.images])
    return result


def _side(git: Git, environment: Environment, images: Sequence[str]) -> _Side:
    directory, rev = _place(environment)
    if not directory:
        return _Side({}, "")
    repository = Repository(git, directory)
    builds: dict[str, Build] = {}
    with suppress(GitError):  # it has no commit yet, or is not for this user to read
        trailers = [f"{IMAGE}: {image}" for image in images]
        for commit in history(repository, rev, trailers=trailers, most=_MOST):
            for image in commit.trailers.get(IMAGE, ()):
                builds.setdefault(image, build_of(commit.trailers))
    return _Side(builds, _server(environment.remote or _origin(repository)))


def _place(environment: Environment) -> tuple[str, str]:
    """Return the repository on this disk that an environment is in, "" if it is in none, and the revision."""
    if environment.remote:
        return environment.top, environment.commit
    if environment.commit:
        return os.getcwd(), environment.commit
    return top(os.path.dirname(os.path.abspath(environment.path))) or "", "HEAD"


def _origin(repository: Repository) -> Remote | None:
    arguments = ("config", "--get", "remote.origin.url")
    done = repository.git.attempt(*arguments, what="git cannot tell the origin", directory=repository.path)
    with suppress(UsageError):  # it may be a path, or have a password in it
        return Remote.parse(done.stdout.decode(errors="replace").strip())
    return None


def _server(remote: Remote | None) -> str:
    if not remote or not remote.host:
        return ""
    return remote.origin if remote.scheme in ("http", "https") else f"https://{remote.host}"


def _link(one: ImageDifference, old: _Side, new: _Side) -> str:
    before = old.builds.get(one.old) or new.builds.get(one.old)
    after = new.builds.get(one.new) or old.builds.get(one.new)
    if not (before and after) or before.repository != after.repository or before.commit == after.commit:
        return ""
    page = _page(after.repository, new.server or old.server)
    commits = before.commit, after.commit
    return f"{page}/compare/{commits[0]}...{commits[1]}" if page and all(map(_COMMIT.fullmatch, commits)) else ""


def _page(repository: str, server: str) -> str:
    """Return the address of a repository that is named by its URL, or as OWNER/NAME of a server."""
    if _SLUG.fullmatch(repository):
        return f"{server}/{repository}" if server else ""
    try:
        remote = Remote.parse(repository)
    except UsageError:
        return ""
    return f"{_server(remote)}/{remote.repository}" if _server(remote) else ""
