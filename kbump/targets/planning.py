"""TargetPlan: the edits that give a target other images, for one commit."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kbump.rewriting.planning import Plan, plan
from kbump.rewriting.texts import change_of, looked_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbump.holds import Hold, Holds
    from kbump.rewriting.carrying import Carried
    from kbump.rewriting.result import Change
    from kbump.source import Edit, Source
    from kbump.targets.contents import Contents


class Held(NamedTuple):
    """A change that is not made, since its new reference is held back."""

    change: Change
    hold: Hold


class TargetPlan(NamedTuple):
    """The changes of one commit in order, the edits of each source, and what is held back."""

    changes: list[Change]
    edits: list[tuple[Source, list[Edit]]]
    held: list[Held]


def planned(carried: Sequence[Carried], target: Contents, holds: Holds) -> TargetPlan:
    """Plan what is carried; what is held back, and what an overlay decides, is not edited."""
    held: list[Held] = []
    kept: dict[str, list[Carried]] = {}
    for one in carried:
        hold = holds.of(one.reference) if one.field.reference != one.reference else None
        if hold:
            change = change_of(_nothing(one), str(one.source.location))
            held.append(Held(change._replace(status="refused", reason="is held back"), hold))
        else:
            reason = target.overridden.get(str(one.field.location), "")
            field = one.field._replace(problem=reason or one.field.problem)
            kept.setdefault(field.manifest.source.name, []).append(one._replace(field=field))
    found = [_of_source(group) for group in kept.values()]
    changes = [change for group in found for change in group[1]]
    return TargetPlan(changes, [(source, edits) for source, _, edits in found if edits], held)


def _nothing(one: Carried) -> Plan:
    return Plan(one.field, one.reference, [], {}, True)


def _of_source(group: Sequence[Carried]) -> tuple[Source, list[Change], list[Edit]]:
    source = group[0].field.manifest.source
    right = {id(one.field) for one in group if _is_right(one)}
    made = iter(looked_at(source, plan((one.field, one.reference) for one in group if id(one.field) not in right)))
    plans = [_nothing(one) if id(one.field) in right else next(made) for one in group]
    changes = [change_of(made, str(one.source.location)) for made, one in zip(plans, group, strict=True)]
    return source, changes, [edit for made in plans for edit in made.edits]


def _is_right(one: Carried) -> bool:
    """Whether a field that may not be edited need not be."""
    return bool(one.field.problem) and one.field.reference == one.reference
