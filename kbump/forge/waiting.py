"""How long to wait before a request may be sent again, and whether it may."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from kbump.forge.transport import Answer, Broken

if TYPE_CHECKING:
    from collections.abc import Mapping

_AT_A_FORGES_TROUBLE = {500, 502, 503, 504}
_FIRST_S = 0.5
_LONGEST_S = 20.0
# Gitea, if somebody else changed a pull request while it did what was asked, and so did nothing of it
# (models/issues/issue.go, ErrIssueAlreadyChanged).
_OVERTAKEN = "already changed"
# https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api: if no header says how long.
_LIMITED_S = 60.0


def is_limited(answer: Answer) -> bool:
    """Say whether a forge refused because of too many requests: nothing was done, asking later may help."""
    if answer.status == 429:
        return True
    if answer.status != 403:
        return False
    told = str(_message(answer.data)).lower()
    return (
        "retry-after" in answer.headers
        or answer.headers.get("x-ratelimit-remaining") == "0"
        or "rate limit" in told
        or "abuse detection" in told
    )


def is_unclear(outcome: Answer | Broken) -> bool:
    """Say whether the forge may have done what was asked, though it did not say so."""
    if isinstance(outcome, Broken):
        return outcome.sent
    return outcome.status in _AT_A_FORGES_TROUBLE


def pause_s(outcome: Answer | Broken, attempt: int, *, repeatable: bool, chance: float) -> float | None:
    """Return the seconds to wait before the next attempt, None if there may be none.

    `attempt` counts from 0; `repeatable` says that the request may be sent again though it may have been done;
    `chance` in [0, 1) spreads the waits of several processes.
    """
    backoff = min(_LONGEST_S, _FIRST_S * (1 << attempt)) * (0.5 + chance)
    if isinstance(outcome, Broken):
        return backoff if not outcome.final and (repeatable or not outcome.sent) else None
    if is_limited(outcome):
        return _told_s(outcome.headers, _LIMITED_S * (1 << attempt)) + chance
    if outcome.status == 409 and _OVERTAKEN in str(_message(outcome.data)):
        return backoff
    if outcome.status in _AT_A_FORGES_TROUBLE and repeatable:
        return max(backoff, _told_s(outcome.headers, 0.0))
    return None


def _told_s(headers: Mapping[str, str], otherwise: float) -> float:
    told = headers.get("retry-after", "")
    if told.isdecimal():
        return float(told)
    # The forge's own clock is compared with itself: a runner's may be wrong.
    now = _epoch(headers.get("date", ""))
    if now and (moment := _epoch(told)):
        return max(0.0, moment - now)
    reset = headers.get("x-ratelimit-reset", "")
    if now and reset.isdecimal() and headers.get("x-ratelimit-remaining") == "0":
        return max(0.0, float(reset) - now) + 1.0  # in whole seconds: one more to be beyond it
    return otherwise


def _epoch(date: str) -> float:
    try:
        return parsedate_to_datetime(date).timestamp()
    except ValueError:
        return 0.0


def _message(data: Any) -> Any:
    return data.get("message", "") if isinstance(data, dict) else ""
