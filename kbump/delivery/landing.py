"""land(): a commit comes onto the branch of the remote, made anew on each tip that somebody else was faster with."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from kbump.errors import GitError
from kbump.git import Pushed, Refused, push

if TYPE_CHECKING:
    from collections.abc import Callable

    from kbump.delivery.checkout import Checkout
    from kbump.forge.settings import Timing

# Of twenty that push at the same time one succeeds in a round; who waits longer than a round takes loses his turn.
_FIRST_S = 0.1
_LONGEST_S = 2.0


class Landed(NamedTuple):
    """The commit that is on the branch now, "" if there was nothing to commit, and how often it was tried."""

    commit: str
    attempts: int


def land(checkout: Checkout, make: Callable[[], str | None], deadline: float, timing: Timing) -> Landed:
    """Push the commit that `make` makes of the files; if the branch moved, make it again on the new tip.

    `make` finds the files as they are at the tip and returns its commit, None if there is nothing to do. Raises
    GitError if a hook or a protection refuses, and at the `deadline`, a moment of the clock.
    """
    tip = checkout.repository.tip()
    for attempt in count(1):
        made = make()
        if made is None:
            return Landed("", attempt)
        outcome = push(checkout.repository, made, checkout.branch, tip, sleep=timing.sleep)
        if isinstance(outcome, Pushed):
            return Landed(made, attempt)
        if isinstance(outcome, Refused):
            raise refusal(checkout, outcome)
        pause_s = timing.chance() * min(_LONGEST_S, _FIRST_S * (1 << min(attempt, 10)))
        if timing.clock() + pause_s >= deadline:
            raise GitError(
                f"`{checkout.branch}` of {checkout.remote.url} moved {attempt} times while kbump tried to push",
                hint="run it again, or give more time by `--timeout`",
            )
        timing.sleep(pause_s)
        tip = checkout.renew()
    raise AssertionError  # count() has no end


def refusal(checkout: Checkout, outcome: Refused, head: str = "") -> GitError:
    """Return the error that quotes why the server did not take a push; `head` is the branch of a pull request."""
    reason = f" ({outcome.reason})" if outcome.reason else ""
    words = "".join(f"\n  {line}" for line in outcome.words.splitlines())
    message = (
        f"{checkout.remote.url} refused the push to `{head or checkout.branch}`{reason}{':' if words else ''}{words}"
    )
    hint = "if the branch is protected, use `--pull-request`, or let the token's user push to it"
    if head:
        hint = "pull requests need branches that begin with `kbump/`: let the token's user make and force-push them"
    return GitError(message, hint=hint)
