"""The second look at an edit: what kubectl reads afterwards differs in the planned places and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kbump.errors import SourceError
from kbump.rewriting.planning import ABSENT
from kbump.source import Source, apply_edits
from kbump.yaml.constructor import construct
from kbump.yaml.nodes import path_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kbump.rewriting.planning import Plan
    from kbump.yaml.nodes import Path


def checked(source: Source, plans: list[Plan]) -> list[Plan]:
    """Return the plans, those refused that would do what they should not.

    One bad edit does not take the good ones of the file with it: each is looked at alone, with what shares its edits.
    """
    trouble = check(source, plans)
    if not trouble:
        return plans
    alone = [(one, check(source, _sharing(one, plans)) if one.edits else "") for one in plans]
    kept = [one._replace(edits=[], expected={}, refusal=reason) if reason else one for one, reason in alone]
    if not check(source, kept):
        return kept
    return [one._replace(edits=[], expected={}, refusal=one.refusal or trouble) for one in plans]


def _sharing(one: Plan, plans: list[Plan]) -> list[Plan]:
    return [other for other in plans if not set(one.edits).isdisjoint(other.edits)]


def check(source: Source, plans: Sequence[Plan]) -> str:
    """Return what would be wrong with the text after the edits of the plans, or the empty string."""
    edits = [edit for one in plans for edit in one.edits]
    expected = {
        (one.field.manifest.document.number, *path): text for one in plans for path, text in one.expected.items()
    }
    try:
        text = apply_edits(source.text, edits)
        before, after = construct(source), construct(Source(source.name, text))
    except (SourceError, ValueError) as error:
        return f"would not be readable afterwards ({error})"
    differing = dict(differences(before, after))
    for path, value in expected.items():
        if path not in differing or differing.pop(path) != value:
            return f"would not read as planned at `{path_text(path[1:])}`"
    return f"would change `{path_text(next(iter(differing))[1:])}` too" if differing else ""


def differences(before: Any, after: Any) -> Iterator[tuple[Path, Any]]:
    """Yield (path, value afterwards) of everything that differs between two plain data; ABSENT for what is gone."""
    stack: list[tuple[Path, Any, Any]] = [((), before, after)]
    while stack:
        path, old, new = stack.pop()
        if isinstance(old, dict) and isinstance(new, dict):
            stack += [((*path, key), old.get(key, ABSENT), new.get(key, ABSENT)) for key in {**old, **new}]
        elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
            stack += [((*path, index), one, other) for index, (one, other) in enumerate(zip(old, new, strict=True))]
        elif type(old) is not type(new) or old != new:
            yield path, new
