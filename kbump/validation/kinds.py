"""CustomKinds: the kinds that CustomResourceDefinitions define, and by which definition an object is judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kbump.resource import Resource
from kbump.validation.custom import KIND, custom_schema, is_deep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from kbump.yaml.nodes import Path

Kind = tuple[str, str, str]


class Place(NamedTuple):
    """Where a file is: the names of its directories, and the declared environment that it belongs to, or ""."""

    directories: Sequence[str]
    environment: str


class CustomKind(NamedTuple):
    """A version of a kind as a file defines it: its schema is JSON, which compares, keeps and travels well.

    The definition is a `document` or item of it, of an `api_version` and `name`; `number` is the index of the version
    in it. `given` says that the file is none of the run.
    """

    group: str
    version: str
    kind: str
    file: str
    schema: str
    document: int
    path: Path
    api_version: str
    name: str
    number: int
    given: bool = False

    @property
    def definition(self) -> Resource:
        """The CustomResourceDefinition without its data."""
        return Resource(self.document, self.path, {}, self.api_version, KIND, "", self.name)


class CustomKinds:
    """The kinds of a run. `place` says of a file where it is."""

    def __init__(self, kinds: Iterable[CustomKind], place: Callable[[str], Place]) -> None:
        self.all = sorted(kinds, key=order)
        self._place = place
        self._by_kind: dict[Kind, list[CustomKind]] = {}
        self._nearest: dict[tuple[Kind, str], Sequence[CustomKind]] = {}
        for one in self.all:
            self._by_kind.setdefault(one[:3], []).append(one)
        self._differing = {kind for kind, listed in self._by_kind.items() if len({one.schema for one in listed}) > 1}

    def of(self, kind: Kind, file: str) -> Sequence[CustomKind]:
        """Return by which an object of a file is judged: the nearest one, several that differ and are equally near."""
        listed = self._by_kind.get(kind, ())
        if kind not in self._differing:
            return listed[:1]
        if (kind, file) not in self._nearest:
            self._nearest[kind, file] = self._near(listed, self._place(file))
        return self._nearest[kind, file]

    def _near(self, listed: Sequence[CustomKind], here: Place) -> Sequence[CustomKind]:
        ranks = [(*_nearness(self._place(one.file), here), not one.given) for one in listed]
        near = [one for one, rank in zip(listed, ranks, strict=True) if rank == max(ranks)]
        return list({one.schema: one for one in reversed(near)}.values())[::-1]

    def differ(self, kind: Kind) -> bool:
        """Whether several files define a kind, and not all alike."""
        return kind in self._differing

    def versions(self, group: str, kind: str) -> list[str]:
        """Return the versions in which a kind is defined."""
        return sorted({one.version for one in self.all if (one.group, one.kind) == (group, kind)})

    def changed(self, kinds: Iterable[CustomKind]) -> set[tuple[str, str]]:
        """Return the (group, kind) of what is new among other kinds, or other than here."""
        known = {(one[:3], one.schema) for one in self.all}
        return {(one.group, one.kind) for one in kinds if (one[:3], one.schema) not in known}


def order(one: CustomKind) -> tuple[Any, ...]:
    """Return what a definition is sorted by, whatever came first."""
    return (one.file, one.document, list(map(str, one.path)), one.number, one.given)


def _nearness(there: Place, here: Place) -> tuple[int, int]:
    """Rank a place, the nearest highest: those of one's own environment, then those of none; then by directories."""
    own = 2 if there.environment == here.environment else 0 if there.environment else 1
    pairs = zip(there.directories, here.directories, strict=False)
    return own, next((count for count, (one, other) in enumerate(pairs) if one != other), _shorter(there, here))


def _shorter(one: Place, other: Place) -> int:
    return min(len(one.directories), len(other.directories))


def custom_kinds(resource: Resource, file: str, *, given: bool = False) -> Iterator[CustomKind]:
    """Yield what a CustomResourceDefinition defines: each version that is served and has a schema, not too deep a one.

    Of apiextensions.k8s.io/v1beta1 there is one schema for all versions, and unknown fields stay unless it says so.
    """
    from json import dumps

    spec = _mapping(resource.data.get("spec"))
    group, kind = str(spec.get("group", "")), str(_mapping(spec.get("names")).get("kind", ""))
    closed = spec.get("preserveUnknownFields", resource.version == "v1beta1") is not True
    common = _mapping(spec.get("validation")).get("openAPIV3Schema")
    for number, one in enumerate(_versions(spec)):
        schema = _mapping(_mapping(one).get("schema")).get("openAPIV3Schema", common)
        if type(one) is dict and one.get("served") is not False and type(schema) is dict and not is_deep(schema):
            text = dumps(custom_schema(schema, closed=closed), sort_keys=True)
            place = (resource.document, resource.path, resource.api_version, resource.name)
            yield CustomKind(group, str(one.get("name")), kind, file, text, *place, number, given)


def _versions(spec: dict[str, Any]) -> list[Any]:
    listed = spec.get("versions") or [{"name": spec.get("version"), "served": True}]
    return listed if type(listed) is list else []


def _mapping(value: Any) -> dict[str, Any]:
    return value if type(value) is dict else {}
