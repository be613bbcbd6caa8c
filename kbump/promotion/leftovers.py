"""Leftovers: what a promotion leaves as it is though it is not the same on both sides, in words."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from kbump.fields.field import read_reference
from kbump.manifest import KUSTOMIZATION_NAMES
from kbump.promotion.planning import means
from kbump.rewriting.carrying import ALONE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kbump.comparison import ImageDifference, PromotionDiff
    from kbump.environment import Environment
    from kbump.fields import ImageField
    from kbump.image import ImageReference
    from kbump.rewriting.carrying import Carriage, Carried
    from kbump.targets.contents import Contents

_NEW = "was not there then"


class Leftovers(NamedTuple):
    """What is known of a promotion: what is carried, the sides, what differs, and the images that it is about."""

    found: Carriage
    contents: Contents
    source: Environment
    target: Environment
    diff: PromotionDiff
    only: Sequence[str] = ()

    def words(self, *, back: bool) -> list[str]:
        """Return a line for each image, what has no counterpart last; `back`: the source is only what was before."""
        decided = [one for one in self.found.left if str(one.field.location) not in self.contents.overridden]
        left = [one for one in decided if self._is_meant(one.field.reference)]
        texts = [str(one) for one in left if one.reason != ALONE]
        texts += [] if back else self._uncovered()
        texts += [str(one._replace(reason=_NEW) if back else one) for one in left if one.reason == ALONE]
        return texts + ([] if back else list(self._lost()))

    def _is_meant(self, *references: ImageReference | None) -> bool:
        return not self.only or any(means(text, filter(None, references)) for text in self.only)

    def _uncovered(self) -> list[str]:
        """Say of images that differ, and that nothing of the target's own sets, where that could be done."""
        where = self._kustomization()
        hint = f"and {where} has no entry for it" if where else "and nothing that it is paired with says so"
        known = self._by_image()
        return [
            f"{one.old_object.subject}, {one.container}: `{one.old}` is `{one.new}` in {self.source.name}, {hint}"
            for one in self.diff.images
            if self._is_meant(read_reference(one.old)[0], read_reference(one.new)[0])
            and not any(_tells(field, carried, one) for field, carried in known.get(_name(one.old), ()))
        ]

    def _by_image(self) -> dict[str, list[tuple[ImageField, Carried | None]]]:
        """Return the fields of the target with what is carried to them, by their names, as renamed, too."""
        names = {id(one.field.main): one.reference for one in self.contents.placed}
        pairs: list[tuple[ImageField, Carried | None]] = [(one.field, None) for one in self.found.left]
        pairs += [(one.field, one) for one in self.found.carried]
        found: dict[str, list[tuple[ImageField, Carried | None]]] = {}
        for field, carried in pairs:
            renamed = names.get(id(field.main))
            for name in {_name(field.raw), renamed.repository if renamed else ""}:
                found.setdefault(name, []).append((field, carried))
        return found

    def _kustomization(self) -> str:
        """Return the name of the target's own kustomization, "" if it has none."""
        names = (os.path.join(self.target.path, name) for name in KUSTOMIZATION_NAMES)
        path = next(filter(os.path.isfile, names), "")
        return self.target.shown(path) if path else ""

    def _lost(self) -> Iterator[str]:
        """Say what only the source has: a promotion adds nothing."""
        added = [one.new_object for one in self.diff.differences if one.kind == "added"]
        objects = [(one.kind, one.name) for one in (*self.diff.only_new, *added)]
        for field in self.found.lost:
            kind, name = field.manifest.kind, field.manifest.name
            there = any(kind == other and name in full for other, full in objects) if field.entry is None else objects
            if there and self._is_meant(field.reference):
                yield f"{field.location}: `{field.raw}` is only in {self.source.name}, and promoting adds nothing"


def _name(raw: str) -> str:
    """Return the repository of a text, or the text if it is no reference."""
    reference = read_reference(raw)[0]
    return reference.repository if reference else raw


def _tells(field: ImageField, carried: Carried | None, image: ImageDifference) -> bool:
    """Whether it is told of a field, or need not be, that an image of its name differs in an object, maybe a built one.

    It is of those that are left, refused and changed, and need not be if what differs is the name alone.
    """
    manifest, built = field.manifest, image.old_object
    if manifest.role == "manifest" and not (manifest.kind == built.kind and manifest.name in built.name):
        return False
    return carried is None or bool(field.problem) or carried.reference != field.reference or _follows(carried, image)


def _follows(one: Carried, image: ImageDifference) -> bool:
    """Whether a field that is right already has what the other side of a difference has."""
    new, source = read_reference(image.new)[0], one.source.reference
    return new is not None and source is not None and (new.tag, new.digest) == (source.tag, source.digest)
