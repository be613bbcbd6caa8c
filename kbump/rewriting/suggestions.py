"""closest(): the names that a request which matched nothing may have meant."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kbump.rewriting.request import Request

_MOST = 3


def closest(request: Request, found: Iterable[tuple[str, str]]) -> list[str]:
    """Return up to three names like the one that is looked for, from pairs of an image's name and its container.

    Names of the same last part come first: `web` may stand for `ghcr.io/acme/web`.
    """
    if request.container:
        return get_close_matches(request.sought, sorted({container for _, container in found}), _MOST)
    names = sorted({name for name, _ in found})
    last = "/" + request.sought.rpartition("/")[2]
    alike = [name for name in names if f"/{name}".endswith(last)]
    return list(dict.fromkeys(alike + get_close_matches(request.sought, names, _MOST)))[:_MOST]
