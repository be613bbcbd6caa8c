"""compare(): what differs between two environments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.catalog import parse_version
from kbump.comparison.documents import different, items, parts
from kbump.comparison.expected import classified, read_rules
from kbump.comparison.pairing import paired, repetitions
from kbump.comparison.places import place_order
from kbump.comparison.result import Note, PromotionDiff
from kbump.comparison.structural import Context, Walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kbump.comparison.expected import Rule
    from kbump.comparison.pairing import Pairs
    from kbump.comparison.result import Difference, ImageDifference, Object
    from kbump.comparison.side import Side


def compare(
    old: Side,
    new: Side,
    *,
    expected: Iterable[str] = (),
    images: Mapping[str, Sequence[str]] | None = None,
    kubernetes_version: str = "",
) -> PromotionDiff:
    """Return what differs between two sides, by meaning: what the cluster would make of it, not how it is written.

    `expected` are rules of what may differ, such as `Deployment:spec.replicas` or `spec.rules[*].host`; `images` has
    more paths of images in custom resources, as image_fields() takes them. The schemas are those of
    `kubernetes_version`, or of the newest that is known.

    Raises UsageError for a rule that is none, or an unknown version; a text that cannot be read is in the notes.
    """
    rules = read_rules(expected)
    equal, *rest = different(list(parts(old)), list(parts(new)))
    (ours, notes), (theirs, more) = items(old, rest[0]), items(new, rest[1])
    found = paired((old, ours), (new, theirs))
    walks = list(_walks(found, (old, new), images or {}, kubernetes_version))
    differences = [one for walk in walks for one in classified(walk.differences, rules)]
    notes = [*_once(notes), *_once(more), *repetitions(old, ours), *repetitions(new, theirs)]
    return PromotionDiff(
        old.name,
        new.name,
        sorted((image for walk in walks for image in walk.images), key=_order),
        sorted(differences, key=_order),
        sorted((item.object for item in found.only_old), key=_name),
        sorted((item.object for item in found.only_new), key=_name),
        equal + sum(not (walk.differences or walk.images) for walk in walks),
        [*notes, *_unused(rules, differences)],
    )


def _walks(found: Pairs, sides: tuple[Side, Side], images: Mapping[str, Sequence[str]], version: str) -> Iterable[Walk]:
    named = ((old.object.name, new.object.name) for old, new in found.pairs)
    names = frozenset((old, new) for old, new in named if old != new)
    context = Context(names, sides, images, parse_version(version))
    for old, new in found.pairs:
        walk = Walk(old, new, context)
        walk.run()
        yield walk


def _once(notes: list[Note]) -> list[Note]:
    """Return each thing once for a file."""
    found: dict[tuple[str, str, str], Note] = {}
    for note in notes:
        file = note.location.file if note.location else ""
        found.setdefault((note.kind, file, note.message), note)
    return list(found.values())


def _unused(rules: list[Rule], differences: list[Difference]) -> list[Note]:
    used = {one.expected for one in differences}
    return [
        Note("unused", "", f"`{rule.text}` expects nothing that differs") for rule in rules if rule.text not in used
    ]


def _order(one: Difference | ImageDifference) -> tuple[tuple[str, str, str], str]:
    return _name(one.new_object), place_order(one.path)


def _name(one: Object) -> tuple[str, str, str]:
    return one.namespace, one.kind, one.name
