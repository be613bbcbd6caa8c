"""Partners: which image fields of one environment each of another one could follow."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from kbump.errors import ImageReferenceError
from kbump.image import ImageReference

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kbump.fields import ImageField

    Key = tuple[str, ...]
    Likeness = tuple[int, ...]

_NOTHING: Mapping[str, str] = {}


class Placed(NamedTuple):
    """An image field, and the file that it is in as named from the root of its environment.

    `renamed` is the name that an overlay gives the image, which takes the version from the field; else it is empty.
    """

    field: ImageField
    file: str
    renamed: str = ""

    @property
    def reference(self) -> ImageReference | None:
        """The image that runs, None for a field that names none."""
        found = self.field.reference
        return found._replace(name=self.renamed) if found and self.renamed else found


class Found(NamedTuple):
    """The fields of the source that one of the target is most like.

    If there is none but those of others: `taken` is one of them, and `by` the field of the target whose it is.
    """

    alike: list[Placed]
    taken: Placed | None = None
    by: Placed | None = None


class Partners:
    """Pairs the fields of two environments.

    Fields of objects pair by kind, name and container (of other shapes, by path); entries of kustomizations and Helm
    values by file and entry. An entry that has no partner so, or an image that only an entry of the source names, pairs
    by repository; `repositories` says how the target calls those of the source. Of several the most alike is taken: by
    namespace, place in the tree, file, repository, order. What is nearer to another field of the target, by namespace
    or place, is the partner of that one alone.
    """

    def __init__(
        self, source: Iterable[Placed], target: Iterable[Placed], repositories: Mapping[str, str] = _NOTHING
    ) -> None:
        self.source, self.target, self._names = list(source), list(target), repositories
        self._by_key: dict[Key, list[Placed]] = {}
        self._by_repository: dict[str, list[Placed]] = {}
        for one in self.source:
            self._by_key.setdefault(_key(one), []).append(one)
            for name in self._repositories(one):
                self._by_repository.setdefault(name, []).append(one)
        self._order = {**_order(self.source), **_order(self.target)}
        self._candidates = {id(one.field): self._all(one) for one in self.target}
        self._nearest = self._claims()

    def of(self, one: Placed) -> Found:
        """Return the fields that one of the target could follow."""
        candidates = self._candidates[id(one.field)]
        free = [other for other in candidates if self._may(one, other)]
        if candidates and not free:
            return Found([], candidates[0], self._nearest[id(candidates[0].field)][1])
        most = max((self._likeness(one, other) for other in free), default=())
        return Found([other for other in free if self._likeness(one, other) == most])

    def missing(self) -> list[Placed]:
        """Return the fields of the source that the target has no counterpart of."""
        known = {id(other.field) for found in self._candidates.values() for other in found}
        names = {name for one in self.target for name in self._repositories(one)}
        left = [one for one in self.source if id(one.field) not in known]
        return [one for one in left if one.field.entry is None or names.isdisjoint(self._repositories(one))]

    def _all(self, one: Placed) -> list[Placed]:
        """Return what a field of the target could follow if there were no other."""
        found = self._by_key.get(_key(one), [])
        if found:
            return found
        tables = (self._by_repository.get(name, []) for name in self._repositories(one))
        same = next((table for table in tables if table), [])
        return same if one.field.entry is not None else [other for other in same if other.field.entry is not None]

    def _repositories(self, one: Placed) -> list[str]:
        """Return the repositories of a field, those of the source as the target calls them."""
        return [self._names.get(name, name) for name in _repositories(one)]

    def _claims(self) -> dict[int, tuple[Likeness, Placed]]:
        """Return, for each field of the source, the nearest of the target in the same role, and how near it is."""
        found: dict[int, tuple[Likeness, Placed]] = {}
        for one in self.target:
            for other in self._candidates[id(one.field)]:
                if other.field.role == one.field.role:
                    near = _near(one, other)
                    best = found.get(id(other.field))
                    if best is None or near > best[0]:
                        found[id(other.field)] = (near, one)
        return found

    def _may(self, one: Placed, other: Placed) -> bool:
        """Whether no other field of the target is nearer to one of the source, but for another text of the object."""
        best = self._nearest.get(id(other.field))
        if best is None or one.field.role != other.field.role or _near(one, other) >= best[0]:
            return True
        namespace = one.field.manifest.namespace
        return namespace != "" and namespace == best[1].field.manifest.namespace

    def _likeness(self, one: Placed, other: Placed) -> Likeness:
        """Return how much two fields are alike, what counts most first."""
        ours, theirs = one.field, other.field
        names = (set(self._repositories(each)) for each in (one, other))
        return (
            ours.role == theirs.role,
            _namespaces(one, other),
            *_places(one.file, other.file),
            _part(one) == _part(other),
            posixpath.basename(one.file) == posixpath.basename(other.file),
            not set.isdisjoint(*names),
            ours.manifest.group == theirs.manifest.group,
            self._order[id(ours)] == self._order[id(theirs)],
        )


def _key(one: Placed) -> Key:
    manifest = one.field.manifest
    if manifest.role == "manifest":
        return ("manifest", manifest.kind, manifest.name, _part(one))
    return (manifest.role, one.file, _part(one))


def _part(one: Placed) -> str:
    """Return what of its object or file a field is the image of."""
    field = one.field
    if field.role == "kustomization":
        return field.nodes["name"].value
    return field.container or field.path_text if field.manifest.role == "manifest" else field.path_text


def _near(one: Placed, other: Placed) -> Likeness:
    """Return how near two fields are that could be one; the same namespace, if it is said, is all of it."""
    directories = posixpath.dirname(one.file) == posixpath.dirname(other.file)
    if one.field.manifest.role != "manifest":
        return (directories, one.file == other.file)
    namespaces = _namespaces(one, other)
    return (namespaces, namespaces == _SAME or directories)


def _namespaces(one: Placed, other: Placed) -> int:
    ours, theirs = one.field.manifest.namespace, other.field.manifest.namespace
    if ours == theirs:
        return _SAME if ours else 2
    return 0 if ours and theirs else 1


_SAME = 3


def _places(one: str, other: str) -> tuple[int, int]:
    """Return whether two files are in the same directory, and how many steps to them are the same, from both ends."""
    ours, theirs = (posixpath.dirname(file).split("/") for file in (one, other))
    if ours == theirs:
        return 1, 0
    first = next(n for n in range(len(ours) + 1) if ours[: n + 1] != theirs[: n + 1])
    last = next(n for n in range(len(ours) + 1) if ours[-n - 1 :] != theirs[-n - 1 :])
    return 0, min(first + last, len(ours), len(theirs))


def _order(placed: Iterable[Placed]) -> dict[int, int]:
    """Return of each field how many of the same name are before it in its file."""
    counts: dict[Key, int] = {}
    found = {}
    for one in placed:
        key = (*_key(one), one.file)
        found[id(one.field)] = counts[key] = counts.get(key, -1) + 1
    return found


def _repositories(one: Placed) -> list[str]:
    """Return the normalised repositories of a field: of an entry of a kustomization, first the one that it replaces."""
    field = one.field
    names = [field.nodes["name"].value] if field.role == "kustomization" else []
    names += [one.reference.name] if one.reference else []
    found = []
    for name in names:
        try:
            found.append(ImageReference.parse(name).repository)
        except ImageReferenceError:
            continue
    return found
