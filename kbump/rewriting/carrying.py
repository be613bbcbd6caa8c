"""carry(): which reference each image field of one environment is to hold, so that it matches another environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kbump.errors import ImageReferenceError
from kbump.fields.comments import PROTECTED
from kbump.image import ImageReference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from kbump.fields import ImageField

    Key = tuple[str, ...]
    Choice = tuple[ImageReference | None, str]


class Placed(NamedTuple):
    """An image field, and the file that it is in as named from the root of its environment."""

    field: ImageField
    file: str


class Carried(NamedTuple):
    """A field of the target, the reference that it is to hold, and the source's field that says so.

    A field that may not hold it has a problem, which says why.
    """

    field: ImageField
    reference: ImageReference
    source: ImageField


class Carriage(NamedTuple):
    """What is carried, in the order of the target's fields, and what is left, in words."""

    carried: list[Carried]
    left: list[str]


def carry(source: Sequence[Placed], target: Sequence[Placed], repositories: Mapping[str, str]) -> Carriage:
    """Pair the fields of two environments and give those of the target the tags and digests of the source.

    Fields of objects pair by kind, name and container (of other shapes, by path), whatever the namespace; if there are
    several, by the namespace, too. Entries of kustomizations and Helm values pair by file and entry. An entry, or an
    image beside which only an entry is there, pairs with the source's fields of the same repository if they agree.

    The target keeps its names, unless `repositories` gives the source's repository another one. Digests are carried
    only where the repository is the same, or given. What pairs with no field, with an image of another name, or with
    fields that disagree, is left.
    """
    known = _normal(repositories)
    return _carried(_Fields(source), target, lambda new, current: promoted(new, current, known))


def restore(source: Sequence[Placed], target: Sequence[Placed]) -> Carriage:
    """Pair the fields of an environment with those that it had before, and give each the reference it had."""
    return _carried(_Fields(source), target, _as_it_was)


def _as_it_was(old: ImageField, current: ImageField) -> Choice:
    return old.reference, "" if old.reference else f"that {old.problem}"


def promoted(source: ImageField, target: ImageField, repositories: Mapping[str, str]) -> Choice:
    """Return the reference that a field gets from another one and why it may not hold it; None for one that is left."""
    new, current = source.reference, target.reference
    if new is None:
        return None, f"that {source.problem}"
    if current is None:
        return new, target.problem
    if not (new.tag or new.digest):
        return None, f"`{new.name}` there has neither tag nor digest"
    given = repositories.get(new.repository)
    if given or new.repository == current.repository:
        wanted = ImageReference.parse(given) if given else current
        name = current.name if wanted.repository == current.repository else wanted.name
        return _pinned(ImageReference(name, new.tag, new.digest), current)
    return _renamed(new, current)


def _renamed(new: ImageReference, current: ImageReference) -> Choice:
    """Carry between repositories that nobody says to be the same: only a tag, and only if their last parts are."""
    if new.path.rpartition("/")[2] != current.path.rpartition("/")[2]:
        return None, f"`{new.name}` there is another image (`promotion.repositories` can say that it is the same)"
    if not new.tag:
        words = f"would need the digest of `{new.name}`, another repository: say it under `promotion.repositories`"
        return current, words
    return _pinned(ImageReference(current.name, new.tag), current)


def _pinned(wanted: ImageReference, current: ImageReference) -> Choice:
    if current.digest and not wanted.digest:
        return wanted, "is pinned by digest, and there is no digest to take"
    return wanted, ""


def _normal(repositories: Mapping[str, str]) -> dict[str, str]:
    return {ImageReference.parse(old).repository: new for old, new in repositories.items()}


class _Fields:
    """The fields of the source, by all that they may pair by."""

    def __init__(self, placed: Iterable[Placed]) -> None:
        self.by_key: dict[Key, list[ImageField]] = {}
        self.by_repository: dict[str, list[ImageField]] = {}
        self.entries: dict[str, list[ImageField]] = {}
        for one in placed:
            self.by_key.setdefault(_key(one), []).append(one.field)
            for name in _repositories(one.field):
                self.by_repository.setdefault(name, []).append(one.field)
                if one.field.entry is not None:
                    self.entries.setdefault(name, []).append(one.field)

    def of(self, one: Placed) -> list[ImageField]:
        """Return the fields that one of the target could follow."""
        found = self.by_key.get(_key(one), [])
        if len(found) > 1:
            namespace = one.field.manifest.namespace
            found = [field for field in found if field.manifest.namespace == namespace] or found
        if found:
            return found
        table = self.by_repository if one.field.entry is not None else self.entries
        return next((table[name] for name in _repositories(one.field) if name in table), [])


def _key(one: Placed) -> Key:
    field, manifest = one.field, one.field.manifest
    if manifest.role == "manifest":
        part = field.container or field.path_text
        return ("manifest", manifest.kind, manifest.name, part)
    if field.role == "kustomization":
        return ("kustomization", one.file, field.nodes["name"].value)
    return (manifest.role, one.file, field.path_text)


def _repositories(field: ImageField) -> list[str]:
    """Return the normalised repositories of a field: of an entry of a kustomization, first the one that it replaces."""
    names = [field.nodes["name"].value] if field.role == "kustomization" else []
    names += [field.reference.name] if field.reference else []
    found = []
    for name in names:
        try:
            found.append(ImageReference.parse(name).repository)
        except ImageReferenceError:
            continue
    return found


def _carried(source: _Fields, target: Sequence[Placed], choose: Callable[[ImageField, ImageField], Choice]) -> Carriage:
    carried: list[Carried] = []
    left: list[str] = []
    for one in target:
        found = source.of(one)
        if found and one.field.problem == PROTECTED:
            left.append(f"{one.field.location}: `{one.field.raw}` {PROTECTED}")
        elif len({str(field.reference or field.raw) for field in found}) > 1:
            places = " and ".join(f"{field.location} (`{field.raw}`)" for field in found[:2])
            left.append(f"{one.field.location}: `{one.field.raw}` could follow {places}, which differ: it is left")
        elif found:
            reference, problem = choose(found[0], one.field)
            if reference is None:
                left.append(f"{one.field.location}: `{one.field.raw}` cannot follow {found[0].location}: {problem}")
            else:
                field = one.field._replace(problem=one.field.problem or problem)
                carried.append(Carried(field, reference, found[0]))
    return Carriage(carried, left)
