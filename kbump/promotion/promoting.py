"""promote(): what differs -> gates -> edits of the target's sources -> one pull request for each group."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from kbump.comparison import PromotionDiff
from kbump.config import NO_CONFIG
from kbump.delivery.checkout import Access, checkout
from kbump.environment import open_environment
from kbump.errors import UsageError
from kbump.forge.settings import TIMING
from kbump.promotion.past import past
from kbump.promotion.promoter import Promoter
from kbump.promotion.result import PromoteResult
from kbump.promotion.wishes import Wishes
from kbump.reaching import forge_of
from kbump.remote import Remote, check_ref
from kbump.source import STANDARD_INPUT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kbump.config import Config
    from kbump.environment import Environment
    from kbump.forge import Forge
    from kbump.forge.settings import Timing

TIMEOUT_S = 120.0


def promote(
    target: str = "",
    source: str = ".",
    *,
    environ: Mapping[str, str],
    caller: Config = NO_CONFIG,
    branch: str = "",
    rollback: str | None = None,
    require_tip: bool = False,
    timeout_s: float = TIMEOUT_S,
    echo: Callable[[str], None] | None = None,
    timing: Timing = TIMING,
    **wishes: Any,
) -> PromoteResult:
    """Make the images of a target match those of a source, by one pull request for each group of images.

    `target` is the URL of a repository (`URL//DIRECTORY?ref=BRANCH`), else what the source's .kbump.yaml names (of a
    source that is fetched only one on the same server);
    `source` is a path, REV:PATH or a URL. The target keeps the names of its repositories, unless
    `promotion.repositories` maps them. Its own .kbump.yaml beats the `gates` that are wished for, which beat the
    source's. Wishes are `only` (repositories, or globs), `gates`, `build` (what the commit comes from), `style` (of the
    commit), `labels`, `reviewers`, `assignees`, `draft`, `reopen` (what a person closed), `write` (False: only plan),
    `release` (references that are not to be held back any more).

    With `rollback`, the target gets the images that it had at that commit of its own, at "" before they last changed,
    and what it loses is held back: no promotion brings exactly that again.

    With `require_tip`, a source that is checked out and is not the tip of its remote branch any more promotes nothing:
    whatever made it is not the newest, and what is newer promotes itself.

    `environ` holds the credentials and what git is to see; all ends `timeout_s` seconds from now. Raises UsageError,
    ConfigError, SourceError, GitError and ForgeError; what a gate or a field refuses is in the result.
    """
    if source == STANDARD_INPUT:
        raise UsageError("images are not promoted from standard input", hint="name a path, REV:PATH or a URL")
    deadline = timing.clock() + timeout_s
    given = Wishes(**wishes)
    late = _behind(source, environ, deadline, caller, given) if require_tip else ""
    if late:
        unseen = PromotionDiff(target, source, [], [], [], [], 0, [])
        return PromoteResult(source, target, "", "", [], unseen, [late], [])
    access = Access(environ, deadline, caller.forge.allow_http, echo)
    host = Remote.parse(target).host if target else ""
    with open_environment(source, environ, deadline=deadline, caller=caller, token_host=host, echo=echo) as origin:
        remote = Remote.parse(target) if target else _offered(origin, caller, source)
        with checkout(remote, check_ref(branch) if branch else "", access) as found:
            choice = found.config().forge

            def connect() -> Forge:
                return forge_of(remote, environ, deadline=deadline, caller=caller.forge, target=choice, timing=timing)

            if rollback is None:
                return Promoter(_named(origin, given), found, given, access).promote(connect)
            with past(found, rollback, given) as before:
                return Promoter(before, found, given, access, back=before.commit).promote(connect)


def _behind(source: str, environ: Mapping[str, str], deadline: float, caller: Config, wishes: Wishes) -> str:
    """Return what to say of a source that is not the tip of the branch that is built, or checked out, any more."""
    from kbump.rollouts.tip import behind

    if not os.path.exists(source):
        raise UsageError(f"`{source}` is not checked out, so it is no tip", hint="leave out `--require-tip`")
    allowed = caller.forge.allow_http
    branch = wishes.build.branch
    return behind(source, environ, branch=branch, deadline=deadline, allow_http=allowed, token_last=True)


def _named(origin: Environment, wishes: Wishes) -> Environment:
    """Call a directory of this machine by what it is: the repository that is built, or its own name."""
    if origin.top:
        return origin
    return origin._replace(name=wishes.build.repository or os.path.basename(os.path.realpath(origin.path)))


def _offered(origin: Environment, caller: Config, source: str) -> Remote:
    """Return the target that the source names; of a source that was fetched, it must be on the server of its own.

    Who may write to what is fetched must not be able to send the token elsewhere. A revision's own server is where the
    caller's file, which is checked out, has its target.
    """
    named = Remote.parse(origin.config.promotion.target or _no_target(source))
    if not origin.top:
        return named
    own = origin.remote or (Remote.parse(caller.promotion.target) if caller.promotion.target else None)
    if not own or not _same_server(named, own):
        hint = "name it by `--to`: where a token goes is not for something fetched to say"
        raise UsageError(f"the .kbump.yaml of {origin.name} names {named.display}, on another server", hint=hint)
    return named


def _same_server(one: Remote, other: Remote) -> bool:
    """Whether two remotes are on one server; SSH has a port of its own."""
    return one.host == other.host and (one.port == other.port or "ssh" in (one.scheme, other.scheme))


def _no_target(source: str) -> str:
    hint = "name it by `--to`, or under `promotion: target:` in .kbump.yaml"
    raise UsageError(f"there is no target that `{source}` is promoted to", hint=hint)
