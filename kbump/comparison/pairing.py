"""paired(): which object of one side is which of the other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kbump.comparison.result import Note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kbump.comparison.documents import Item
    from kbump.comparison.side import Side

    Identity = tuple[str, ...] | None

# kustomize ends the names of generated objects with ten characters of a hash in an alphabet of its own
# (https://github.com/kubernetes-sigs/kustomize/blob/master/api/hasher/hasher.go).
_HASH = re.compile(r"-[2456789bcdfghkmt]{10}\Z")
_GENERATED = ("ConfigMap", "Secret")


class Pairs(NamedTuple):
    """Two objects each that are one, and those that are on one side only."""

    pairs: list[tuple[Item, Item]]
    only_old: list[Item]
    only_new: list[Item]


class _Named(NamedTuple):
    """An item with its name and namespace without what is only its side's.

    `stem` is the name of a generated object without its hash, `bare` that without all that kustomizations add.
    """

    item: Item
    namespace: str
    name: str
    stem: str
    bare: str


def paired(old: tuple[Side, list[Item]], new: tuple[Side, list[Item]]) -> Pairs:
    """Pair objects by group, kind, namespace and name, then what is left by less, where that leaves no doubt.

    Objects that are there twice are paired by their files, and then in order.
    """
    left_old, left_new = [_named(*old), _named(*new)]
    pairs: list[tuple[Item, Item]] = []
    for identity, sure in _IDENTITIES:
        ours, theirs = _groups(left_old, identity), _groups(left_new, identity)
        matched = [
            (one, other)
            for key, group in ours.items()
            if not sure or len(group) == len(theirs.get(key, ())) == 1
            for one, other in zip(group, theirs.get(key, ()), strict=False)
        ]
        pairs += [(one.item, other.item) for one, other in matched]
        gone = {id(one) for pair in matched for one in pair}
        left_old, left_new = ([one for one in left if id(one) not in gone] for left in (left_old, left_new))
    return Pairs(pairs, [one.item for one in left_old], [one.item for one in left_new])


def repetitions(side: Side, items: Sequence[Item]) -> Iterator[Note]:
    """Say which objects are there more than once."""
    for group in _groups(_named(side, items), _exact).values():
        if len(group) > 1:
            places = ", ".join(str(one.item.object.location) for one in group)
            message = f"{group[0].item.object.subject} is there {len(group)} times: {places}"
            yield Note("repeated", side.name, message, group[0].item.object.location)


def _named(side: Side, items: Sequence[Item]) -> list[_Named]:
    found = []
    for item in items:
        role, _, kind, namespace, name, _ = item.object
        # The hash comes after the suffix of the side.
        stem = bare = _HASH.sub("", name) if kind in _GENERATED else name
        if role == "manifest":
            name, stem, bare = side.plain_name(kind, name), side.plain_name(kind, stem), side.bare_name(kind, stem)
        found.append(_Named(item, side.plain_namespace(namespace), name, stem, bare))
    return found


def _groups(items: list[_Named], identity: Callable[[_Named], Identity]) -> dict[Identity, list[_Named]]:
    found: dict[Identity, list[_Named]] = {}
    for one in items:
        key = identity(one)
        if key is not None:
            found.setdefault(key, []).append(one)
    return found


def _exact(one: _Named) -> Identity:
    role, _, kind, *_ = one.item.object
    return role, one.item.resource.group, kind, one.namespace, one.name


def _in_file(one: _Named) -> Identity:
    return *(_exact(one) or ()), one.item.part.file


def _less(*parts: str) -> Callable[[_Named], Identity]:
    """Return an identity of some parts beside the kind; what has no name, or is a file, has none."""

    def identity(one: _Named) -> Identity:
        if one.item.object.role != "manifest" or not one.item.object.name:
            return None
        values = {**one._asdict(), "group": one.item.resource.group}
        return one.item.object.kind, *(values[part] for part in parts)

    return identity


def _in_directory(one: _Named) -> Identity:
    """Return the directory of a file that is an object of its own: `values-qa.yaml` and `values-live.yaml` are one."""
    role, file = one.item.object.role, one.item.part.file
    return (role, file.rpartition("/")[0]) if role != "manifest" else None


# The identities in their order, and whether an object must be the only one that has it.
_IDENTITIES: tuple[tuple[Callable[[_Named], Identity], bool], ...] = (
    (_in_file, False),
    (_exact, False),
    (_less("namespace", "name"), True),  # the group has changed: extensions, networking.k8s.io
    (_less("group", "name"), True),
    (_less("group", "namespace", "stem"), True),
    (_less("group", "stem"), True),
    (_less("group", "namespace", "bare"), True),
    (_less("group", "bare"), True),
    (_in_directory, True),
)
