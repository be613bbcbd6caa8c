"""ask(): reviewers, assignees and labels of a pull request, each asked for once.

What was asked for is a hidden line at the end of the page: whom or what a person takes off again is not asked for
a second time, and what is wanted later is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kbump.forge import Forge, PullRequest

# So many characters of a page are left for it.
ROOM = 1_000
_LINE = re.compile(r"\n?<!-- kbump:asked((?: [^\s>]+)+) -->\s*\Z")


class Wanted(NamedTuple):
    """Whom and what to ask for."""

    labels: Sequence[str] = ()
    reviewers: Sequence[str] = ()
    assignees: Sequence[str] = ()


def asked(body: str) -> frozenset[str]:
    """Return what a page says was asked for, `label:NAME`, `reviewer:NAME` or `assignee:NAME`."""
    match = _LINE.search(body)
    return frozenset(unquote(word) for word in match[1].split()) if match else frozenset()


def with_asked(body: str, names: frozenset[str]) -> str:
    """Return a page that says what was asked for; one with no room for all says nothing."""
    line = "".join(f" {quote(name, safe=':/').replace('--', '-%2D')}" for name in sorted(names))
    text = f"\n<!-- kbump:asked{line} -->" if names else ""
    return body.rstrip() + text if len(text) <= ROOM else body


def ask(forge: Forge, pull: PullRequest, wanted: Wanted) -> tuple[frozenset[str], tuple[str, ...]]:
    """Ask for what was not asked for yet; return all that was by now, and a warning for each that was refused."""
    done = asked(pull.body) | {f"label:{name}" for name in pull.labels if name in wanted.labels}
    forge.add_labels(pull.number, _missing("label", wanted.labels, done))
    done |= {f"label:{name}" for name in wanted.labels}
    notes: tuple[str, ...] = ()
    for role, names, request in (
        ("reviewer", wanted.reviewers, forge.request_reviewers),
        ("assignee", wanted.assignees, forge.assign),
    ):
        refused, done = _asked_for(role, pull.number, _missing(role, names, done), request, done)
        notes += refused
    return done, notes


def _missing(role: str, names: Sequence[str], done: frozenset[str]) -> list[str]:
    return [name for name in names if f"{role}:{name}" not in done]


def _asked_for(
    role: str,
    number: int,
    names: Sequence[str],
    request: Callable[[int, Sequence[str]], tuple[str, ...]],
    done: frozenset[str],
) -> tuple[tuple[str, ...], frozenset[str]]:
    refused = request(number, names) if names else ()
    taken = (name for name in names if not any(words.startswith(f"`{name}` ") for words in refused))
    return refused, done | {f"{role}:{name}" for name in taken}
