"""post(): the one comment of a command on the pull request of a work tree or of a CI build, kept up to date."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from kbump.config import ForgeChoice
from kbump.errors import GitError, UsageError
from kbump.forge.settings import TIMING
from kbump.forge.upkeep import upsert_comment
from kbump.provenance import Occasion
from kbump.reaching import forge_of
from kbump.remote import Remote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kbump.forge import Comment, Forge
    from kbump.forge.settings import Timing
    from kbump.marker import Marker

TIMEOUT_S = 60.0
# The last line of a comment, see _text().
_COMMIT = re.compile(r"\n_Commit `([0-9A-Za-z]{1,12})`[^\n]*\s*\Z")
_NOWHERE = "no variables of a CI system and no remote `origin` say which repository to comment in"


class Posted(NamedTuple):
    """The comments that were written, by the number of the pull request; none if the commit has none.

    `newer` are comments of the tip of a pull request that were left, for this run is of a commit before it.
    """

    remote: Remote
    commit: str
    comments: dict[int, Comment]
    newer: dict[int, Comment]


class _Tree(NamedTuple):
    """What git knows of a work tree; empty where it does not."""

    origin: Remote | None = None
    commit: str = ""


def post(
    page: Callable[..., str],
    marker: Marker,
    path: str,
    occasion: Occasion,
    *,
    environ: Mapping[str, str],
    said: ForgeChoice,
    number: int = 0,
    timeout_s: float = TIMEOUT_S,
    timing: Timing = TIMING,
) -> Posted:
    """Write what `page` makes of its `limit` of characters as a comment, or replace what it said before.

    The repository is that of the remote `origin` of the work tree around `path`; if the build was started for the
    same one, or there is no `origin`, it is the build's. The pull request is `number`, else the build's, else each
    open one of the commit, else the one that was merged as it. `said` is what the .kbump.yaml of the work tree says
    of the forge: if the work tree may hold what a stranger proposes, or is a clone that the build made, an API on
    another host does not count.
    Raises UsageError, GitError and ForgeError.
    """
    tree, built = _work_tree(path, environ), _built(occasion)
    ours = built is not None and (tree.origin is None or _same(built, tree.origin))
    remote = built if ours else tree.origin
    if remote is None:
        raise UsageError(_NOWHERE, hint="run it in a clone, or in CI")
    foreign = (occasion.pull_request or not ours) if built else environ.get("CI")
    caller = ForgeChoice(allow_http=said.allow_http) if foreign else said
    deadline = timing.clock() + timeout_s
    forge = forge_of(remote, environ, deadline=deadline, caller=caller, target=said, timing=timing)
    about = occasion if ours else Occasion(commit=tree.commit)
    text = _text(page, forge.limits.body - len(str(marker)) - 1, about)
    posted = Posted(remote, about.commit, {}, {})
    for one in _numbers(forge, number, about):
        stays = partial(_is_newer, forge, one, about.commit)
        written = upsert_comment(forge, one, str(marker), text, stays=stays)
        (posted.newer if _other(written, about.commit) else posted.comments)[one] = written
    return posted


def _is_newer(forge: Forge, number: int, commit: str, there: Comment) -> bool:
    """Whether a comment is of the tip of a pull request, and this run is not: it began earlier and ends later."""
    other = _other(there, commit)
    return bool(other) and forge.pull_request(number).head_sha.startswith(other)


def _other(comment: Comment, commit: str) -> str:
    """Return the commit that a comment is of, if it is another one than this, else ""."""
    said = _COMMIT.search(comment.body)
    return said[1] if said and not commit.startswith(said[1]) else ""


def _numbers(forge: Forge, number: int, about: Occasion) -> list[int]:
    if number:
        # An issue takes comments, too.
        return [forge.pull_request(number).number]
    if about.pull_request:
        return [about.pull_request]
    found = forge.find_by_commit(about.commit) if about.commit else []
    # A build of what was merged tells the pull request that it came by how it went.
    states = ("open", "merged")
    return next(filter(None, ([one.number for one in found if one.state == state] for state in states)), [])


def _text(page: Callable[..., str], limit: int, about: Occasion) -> str:
    plain = re.fullmatch(r"https?://[\w.:/?&=%~+#-]+", about.link)
    by = f", [checked by this build]({about.link})" if plain else ""
    end = f"\n_Commit `{about.commit[:12]}`{by}_\n" if about.commit.isalnum() else ""
    return page(limit=limit - len(end)) + end


def _built(occasion: Occasion) -> Remote | None:
    try:
        return Remote.parse(occasion.url) if occasion.url else None
    except UsageError:
        return None


def _same(one: Remote, other: Remote) -> bool:
    """Whether two remotes are one repository, as far as names tell: CI systems know hosts by names of their own."""
    names = [(remote.owner.rpartition("/")[2].casefold(), remote.name.casefold()) for remote in (one, other)]
    return names[0] == names[1]


def _work_tree(path: str, environ: Mapping[str, str]) -> _Tree:
    from kbump.files.listing import top
    from kbump.git import Repository, session

    root = top(path)
    if not root:
        return _Tree()
    try:
        with session(None, environ) as git:
            repository = Repository(git, root)
            return _Tree(repository.origin(), repository.resolve("HEAD"))
    except GitError:
        # Git is missing, does not trust the owner of the work tree, or there is no commit yet.
        return _Tree()
