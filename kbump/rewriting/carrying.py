"""carry(): which reference each image field of one environment is to hold, so that it matches another environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kbump.fields.comments import PROTECTED
from kbump.image import ImageReference
from kbump.rewriting.partners import Partners

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kbump.fields import ImageField
    from kbump.rewriting.partners import Found, Placed

    Choice = tuple[ImageReference | None, str]

ALONE = "has no counterpart where the images come from"
"""Why a field is left that has no partner."""


class Carried(NamedTuple):
    """A field of the target, the reference that it is to hold, and the source's field that says so.

    A field that may not hold it has a problem, which says why.
    """

    field: ImageField
    reference: ImageReference
    source: ImageField


class Left(NamedTuple):
    """A field that is left as it is, and why."""

    field: ImageField
    reason: str

    def __str__(self) -> str:
        return f"{self.field.location}: `{self.field.raw}` {self.reason}"


class Carriage(NamedTuple):
    """What is carried, in the order of the target's fields, what of the target is left, and what only the source has.

    `lost` are fields of the source that the target has no counterpart of.
    """

    carried: list[Carried]
    left: list[Left]
    lost: list[ImageField]


def carry(source: Sequence[Placed], target: Sequence[Placed], repositories: Mapping[str, str]) -> Carriage:
    """Pair the fields of two environments and give those of the target the tags and digests of the source.

    The target keeps its names, unless `repositories` gives the source's repository another one. Digests are carried
    only where the repository is the same, or given. What pairs with no field, with an image of another name, or with
    fields that disagree, is left; Partners says what pairs.
    """
    known = _normal(repositories)
    names = {old: ImageReference.parse(new).repository for old, new in known.items()}
    return _carried(Partners(source, target, names), lambda new, current: promoted(new, current, known))


def restore(source: Sequence[Placed], target: Sequence[Placed]) -> Carriage:
    """Pair the fields of an environment with those that it had before, and give each the reference it had."""
    return _carried(Partners(source, target), _as_it_was)


def _as_it_was(old: Placed, current: Placed) -> Choice:
    return old.field.reference, "" if old.field.reference else f"that {old.field.problem}"


def promoted(source: Placed, target: Placed, repositories: Mapping[str, str]) -> Choice:
    """Return the reference that a field gets from another one and why it may not hold it; None for one that is left."""
    new, current = source.reference, target.reference
    if new is None:
        return None, f"that {source.field.problem}"
    if current is None:
        return new, target.field.problem
    if not (new.tag or new.digest):
        if current._replace(name=current.repository) == ImageReference(new.repository):
            return target.field.reference, ""
        return None, f"`{new.name}` there has neither tag nor digest"
    given = repositories.get(new.repository)
    if given or new.repository == current.repository:
        wanted = ImageReference.parse(given) if given else current
        name = current.name if wanted.repository == current.repository else wanted.name
        return _written(_pinned(ImageReference(name, new.tag, new.digest), current), target)
    return _written(_renamed(new, current), target)


def _renamed(new: ImageReference, current: ImageReference) -> Choice:
    """Carry between repositories that nobody says to be the same: only a tag, and only if their last parts are."""
    if new.path.rpartition("/")[2] != current.path.rpartition("/")[2]:
        return None, f"`{new.name}` there is another image (`promotion.repositories` can say that it is the same)"
    if new.tag:
        return _pinned(ImageReference(current.name, new.tag), current)
    if new.digest == current.digest:
        return current, ""
    words = f"would need the digest of `{new.name}`, another repository: say it under `promotion.repositories`"
    return ImageReference(current.name, digest=new.digest), words


def _pinned(wanted: ImageReference, current: ImageReference) -> Choice:
    """Refuse to lose a digest, but for a tag that is there already; the tag beside the same digest may stay."""
    if current.digest and not wanted.digest:
        same = wanted._replace(digest=current.digest) == current
        return (current, "") if same else (wanted, "is pinned by digest, and there is no digest to take")
    if not wanted.tag and wanted._replace(tag=current.tag) == current:
        return current, ""
    return wanted, ""


def _written(choice: Choice, target: Placed) -> Choice:
    """Return a reference as it is written where an overlay renames it."""
    reference, problem = choice
    raw = target.field.reference
    if not (reference and raw and target.renamed):
        return choice
    if reference.name != target.renamed:
        return reference, f"is renamed by an overlay to `{target.renamed}`, not to `{reference.name}`: change that"
    return reference._replace(name=raw.name), problem


def _normal(repositories: Mapping[str, str]) -> dict[str, str]:
    return {ImageReference.parse(old).repository: new for old, new in repositories.items()}


def _carried(partners: Partners, choose: Callable[[Placed, Placed], Choice]) -> Carriage:
    carried: list[Carried] = []
    left: list[Left] = []
    for one in partners.target:
        made = _of(one, partners.of(one), choose)
        if isinstance(made, Left):
            left.append(made)
        else:
            carried.append(made)
    return Carriage(carried, left, [one.field for one in partners.missing()])


def _of(one: Placed, found: Found, choose: Callable[[Placed, Placed], Choice]) -> Carried | Left:
    """Return what one field of the target gets, or why it is left."""
    field = one.field
    if found.taken and found.by:
        taken, by = found.taken.field, found.by.field.location
        return Left(field, f"could follow only {taken.location} (`{taken.raw}`), which is the partner of {by}")
    if not found.alike:
        return Left(field, ALONE)
    if field.problem == PROTECTED:
        return Left(field, PROTECTED)
    if len({str(other.reference or other.field.raw) for other in found.alike}) > 1:
        places = " and ".join(f"{other.field.location} (`{other.field.raw}`)" for other in found.alike[:2])
        return Left(field, f"could follow {places}, which differ: it is left")
    other = found.alike[0]
    reference, problem = choose(other, one)
    if reference is None:
        return Left(field, f"cannot follow {other.field.location}: {problem}")
    return Carried(field._replace(problem=field.problem or problem), reference, other.field)
