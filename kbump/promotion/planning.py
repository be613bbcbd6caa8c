"""PromotionPlan: the edits that give a target the images of a source, for one pull request."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from kbump.errors import ImageReferenceError, UsageError
from kbump.image import ImageReference
from kbump.promotion.result import Held
from kbump.rewriting.carrying import Carried
from kbump.rewriting.planning import plan
from kbump.rewriting.texts import change_of, looked_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kbump.holds import Holds
    from kbump.promotion.contents import Contents
    from kbump.rewriting.planning import Plan
    from kbump.rewriting.result import Change
    from kbump.source import Edit, Source


class PromotionPlan(NamedTuple):
    """The changes of one pull request in order, the edits of each source, and what is held back."""

    changes: list[Change]
    edits: list[tuple[Source, list[Edit]]]
    held: list[Held]


def planned(carried: Sequence[Carried], target: Contents, holds: Holds) -> PromotionPlan:
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
    return PromotionPlan(changes, [(source, edits) for source, _, edits in found if edits], held)


def _nothing(one: Carried) -> Plan:
    from kbump.rewriting.planning import Plan

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


def grouped(carried: Iterable[Carried], groups: Mapping[str, Sequence[str]]) -> dict[str, list[Carried]]:
    """Split what is carried by the globs of each group, the first that fits; the rest is the group "".

    Every group is there, also one that nothing is carried for.
    """
    found: dict[str, list[Carried]] = {name: [] for name in (*groups, "")}
    for one in carried:
        found[group_of(_names(one), groups)].append(one)
    return found


def group_of(texts: Iterable[str], groups: Mapping[str, Sequence[str]]) -> str:
    """Return the first group with a glob that fits one of the texts, "" if there is none."""
    known = list(texts)
    fits = (name for name, globs in groups.items() if any(fnmatchcase(text, glob) for text in known for glob in globs))
    return next(fits, "")


def only(carried: Iterable[Carried], images: Sequence[str]) -> list[Carried]:
    """Return what is carried of given repositories, or globs of them, all if none are given.

    Raises UsageError for a text that is neither, or that nothing fits.
    """
    found = list(carried)
    for text in images:
        if not any(fits(one, text) for one in found):
            raise UsageError(f"no image that is promoted has the repository `{text}`", hint="check the name")
    return [one for one in found if not images or any(fits(one, text) for text in images)]


def is_glob(text: str) -> bool:
    """Whether a text means several repositories."""
    return any(sign in text for sign in "*?[")


def fits(one: Carried, text: str) -> bool:
    """Whether what is carried has a repository, or one that fits a glob; UsageError for a text that is neither."""
    return means(text, filter(None, (one.reference, one.source.reference, one.field.reference)))


def means(text: str, references: Iterable[ImageReference]) -> bool:
    """Whether a repository, or a glob of several, means one of the references; raise UsageError for neither."""
    known = [name for reference in references for name in names(reference)]
    if is_glob(text):
        return any(fnmatchcase(name, text) for name in known)
    try:
        return ImageReference.parse(text).repository in known
    except ImageReferenceError as error:
        raise UsageError(error.message, hint=error.hint) from None


def _names(one: Carried) -> set[str]:
    found = (one.reference, one.source.reference, one.field.reference)
    return {text for reference in found if reference for text in names(reference)}


def names(reference: ImageReference) -> set[str]:
    """Return the repository that a glob may mean, as it is written and in its normal spelling."""
    return {reference.name, reference.repository}
