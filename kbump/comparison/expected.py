"""Rules of what may differ between environments: `Deployment:spec.replicas`, `spec.rules[*].host`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from kbump.comparison.places import Key, place_text
from kbump.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kbump.comparison.places import Place, Step
    from kbump.comparison.result import Difference

_KEY = r"[^.\[\]\s:\"']+"
_INNER = r"""\[(?:\*|\d+|[^\[\]"'\s]+|"[^"]*"|'[^']*')\]"""
# As kbump writes paths: keys, `[web]` for an item by its name, `[0]` by its place, `["a.b/c"]` for any key; `*` stands
# for every key, `[*]` for every item.
RULE = re.compile(
    rf"(?:(?:(?P<group>[a-z0-9.-]+)/)?(?P<kind>[A-Z][A-Za-z0-9]*):)?(?P<path>(?:{_KEY}|{_INNER})(?:\.{_KEY}|{_INNER})*)"
)
_STEP = re.compile(rf"{_INNER}|{_KEY}")


class Rule(NamedTuple):
    """A rule as it was written, and what it says: the kind, empty for each, and the steps of the path."""

    text: str
    group: str | None
    kind: str
    steps: tuple[str, ...]

    def covers(self, one: Difference, place: Place) -> bool:
        """Whether the rule expects a difference at a place: it covers all that is below its path."""
        steps = self.steps
        return self._is_about(one) and len(steps) <= len(place) and all(map(_matches, steps, place))

    def reaches(self, one: Difference, place: Place) -> bool:
        """Whether the rule is about something below a place."""
        return self._is_about(one) and len(self.steps) > len(place) and all(map(_matches, self.steps, place))

    def _is_about(self, one: Difference) -> bool:
        if self.group is not None and one.new_object.api_version.rpartition("/")[0] != self.group:
            return False
        return not self.kind or self.kind == one.new_object.kind


def read_rules(texts: Iterable[str]) -> list[Rule]:
    """Read the rules; raise UsageError for a text that is none."""
    return [_read(text) for text in dict.fromkeys(texts)]


def _read(text: str) -> Rule:
    match = RULE.fullmatch(text)
    if match is None:
        hint = 'write it as `spec.replicas`, `Ingress:spec.rules[*].host` or `metadata.annotations["example.com/team"]`'
        raise UsageError(f"`{text}` is no path of what may differ", hint=hint)
    return Rule(text, match["group"], match["kind"] or "", tuple(_STEP.findall(match["path"])))


def classified(found: Iterable[tuple[Difference, Place]], rules: list[Rule]) -> Iterator[Difference]:
    """Yield the differences with the first rule that expects each; what is expected only in part is taken apart."""
    for one, place in found:
        yield from _classified(one, place, rules)


def _classified(one: Difference, place: Place, rules: list[Rule]) -> Iterator[Difference]:
    rule = next((rule.text for rule in rules if rule.covers(one, place)), "")
    value = one.new if one.kind == "added" else one.old if one.kind == "removed" else None
    if rule or not (type(value) in (dict, list) and value and any(rule.reaches(one, place) for rule in rules)):
        yield one._replace(expected=rule)
        return
    parts = value.items() if type(value) is dict else enumerate(value)
    for step, below in parts:
        if below is not None:
            yield from _classified(_part(one, (*place, step), below), (*place, step), rules)


def _part(one: Difference, place: Place, value: Any) -> Difference:
    path = place_text(place)
    return one._replace(path=path, new=value) if one.kind == "added" else one._replace(path=path, old=value)


def _matches(pattern: str, step: Step) -> bool:
    inner = pattern[1:-1] if pattern.startswith("[") else ""
    if not inner:
        return type(step) is str and pattern in ("*", step)
    if inner == "*":
        return type(step) is not str
    if inner[0] in "\"'":
        return inner[1:-1] == (step.text if isinstance(step, Key) else step)
    return inner == (step.text if isinstance(step, Key) else str(step) if type(step) is int else None)
