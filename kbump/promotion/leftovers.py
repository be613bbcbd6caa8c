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
    from kbump.promotion.contents import Contents
    from kbump.rewriting.carrying import Carriage, Carried


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
        texts += [str(one) for one in left if one.reason == ALONE]
        return texts + ([] if back else list(self._lost()))

    def _is_meant(self, *references: ImageReference | None) -> bool:
        return not self.only or any(means(text, filter(None, references)) for text in self.only)

    def _uncovered(self) -> list[str]:
        """Say of images that differ, and that nothing of the target's own sets, where that could be done."""
        where = self._kustomization()
        hint = f"and {where} has no entry for it" if where else "and nothing that it is paired with says so"
        return [
            f"{one.old_object.subject}, {one.container}: `{one.old}` is `{one.new}` in {self.source.name}, {hint}"
            for one in self.diff.images
            if self._is_meant(read_reference(one.old)[0], read_reference(one.new)[0]) and not self._is_told(one)
        ]

    def _is_told(self, image: ImageDifference) -> bool:
        """Whether an image is changed, refused, left or rightly the same by what is carried."""
        left = [one.field for one in self.found.left]
        if any(_is_in(image, field, self._reference(field)) for field in left):
            return True
        return any(
            _is_in(image, one.field, self._reference(one.field)) and (self._changes(one) or _follows(one, image))
            for one in self.found.carried
        )

    def _changes(self, one: Carried) -> bool:
        return bool(one.field.problem) or one.reference != one.field.reference

    def _reference(self, field: ImageField) -> ImageReference | None:
        placed = next((one for one in self.contents.placed if one.field.main is field.main), None)
        return placed.reference if placed else field.reference

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


def _is_in(image: ImageDifference, field: ImageField, reference: ImageReference | None) -> bool:
    """Whether the image of an object, maybe a built one, is set by a field."""
    old = read_reference(image.old)[0]
    if old is None or reference is None:
        return image.old == field.raw
    manifest, built = field.manifest, image.old_object
    same = manifest.role != "manifest" or (manifest.kind == built.kind and manifest.name in built.name)
    # What is not built has the name that an overlay will change.
    return same and old.repository in {one.repository for one in (reference, field.reference) if one}


def _follows(one: Carried, image: ImageDifference) -> bool:
    """Whether a field that is right already has what the other side of a difference has."""
    new, source = read_reference(image.new)[0], one.source.reference
    return new is not None and source is not None and (new.tag, new.digest) == (source.tag, source.digest)
