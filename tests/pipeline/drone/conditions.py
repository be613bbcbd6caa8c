"""Condition: what `trigger:` of a pipeline and `when:` of a step say, and whether an event meets it.

https://docs.drone.io/pipeline/triggers/ and https://docs.drone.io/pipeline/docker/syntax/conditions/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

KEYS = ("action", "branch", "cron", "event", "instance", "ref", "repo", "status", "target")


class Globs(NamedTuple):
    """What is included, which is everything if it is empty, less what is excluded."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    @classmethod
    def of(cls, data: Any) -> Globs:
        """Read one name, a list, or `include` and `exclude`."""
        if isinstance(data, dict):
            unknown = set(data) - {"include", "exclude"}
            if unknown:
                raise ValueError(f"a condition has `include` and `exclude`, not `{min(unknown)}`")
            return cls(_names(data.get("include")), _names(data.get("exclude")))
        return cls(_names(data))

    def match(self, value: str) -> bool:
        """Whether a value is included, and not excluded."""
        return not _any(self.exclude, value) and (not self.include or _any(self.include, value))


class Condition(NamedTuple):
    """The globs of each key; all keys must be met."""

    keys: Mapping[str, Globs]

    @classmethod
    def of(cls, data: Any) -> Condition:
        """Read a mapping; a key that Drone does not know would be no condition at all, and is an error."""
        for key in data or {}:
            if key not in KEYS:
                raise ValueError(f"there is no condition `{key}`: it would always be met")
        return cls({key: Globs.of(value) for key, value in (data or {}).items()})

    def unmet(self, facts: Mapping[str, str], *, but: Iterable[str] = ("status",)) -> str:
        """Return the first key that is not met, or nothing."""
        keys = (key for key in self.keys if key not in but)
        return next((key for key in keys if not self.keys[key].match(facts.get(key, ""))), "")

    def runs_after(self, status: str) -> bool:
        """Whether it goes on after `success` or `failure`; without a word on it, after success only."""
        return self.keys["status"].match(status) if "status" in self.keys else status == "success"


def glob(pattern: str, value: str) -> bool:
    """Whether a glob matches: `*` stops at a slash, `**` does not."""
    parts = (_PARTS.get(part, part if part.startswith("[") else re.escape(part)) for part in _split(pattern))
    return re.fullmatch("".join(parts), value) is not None


_PARTS = {"**": ".*", "*": "[^/]*", "?": "[^/]"}


def _split(pattern: str) -> list[str]:
    return re.findall(r"\*\*|\*|\?|\[[^\]]+\]|.", pattern)


def _any(patterns: tuple[str, ...], value: str) -> bool:
    return any(glob(pattern, value) for pattern in patterns)


def _names(data: Any) -> tuple[str, ...]:
    found = data if isinstance(data, list) else [] if data is None else [data]
    return tuple(str(one) for one in found)
