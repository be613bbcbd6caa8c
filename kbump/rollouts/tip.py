"""behind(): whether a checkout is still the tip of its branch: an older build must not undo what a newer one did."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kbump.errors import GitError, UsageError
from kbump.git import NOBODY, Repository, credentials, head, session

if TYPE_CHECKING:
    from collections.abc import Mapping


# No host is called that, so KBUMP_TOKEN is for none.
_NO_HOST = "-"


def behind(
    path: str,
    environ: Mapping[str, str],
    *,
    branch: str,
    deadline: float,
    allow_http: bool = False,
    token_last: bool = False,
) -> str:
    """Return what to say of a checkout around a path that is not the tip of its remote branch, "" if it is.

    The branch is the one that is checked out, if none is given. With `token_last`, KBUMP_TOKEN is meant for another
    repository, and read with only if CI and ~/.netrc have nothing for this one's host. Raises UsageError and GitError
    if that cannot be told.
    """
    with session(None, environ, deadline=deadline) as git:
        here = Repository(git, path if os.path.isdir(path) else os.path.dirname(path) or ".")
        commit, remote = here.tip(), here.origin()
        name = branch or here.checked_out()
    if not name:
        words = "no branch is checked out, and no variables of CI name one"
        raise UsageError(words, hint="`git switch` to the branch")
    if remote is None:
        raise UsageError("the checkout has no remote `origin`, whose tip it could be", hint="leave out `--require-tip`")
    others = credentials(remote, environ, token_host=_NO_HOST, allow_http=allow_http) if token_last else NOBODY
    given = others if others.secret else credentials(remote, environ, allow_http=allow_http)
    with session(remote, environ, credentials=given, deadline=deadline) as git:
        tip = head(git, name)
    if not tip:
        raise GitError(f"{remote.url} has no branch `{name}` any more", hint="is it merged, or renamed?")
    return "" if tip == commit else f"the checkout is {commit[:12]}, and `{name}` is at {tip[:12]} by now"
