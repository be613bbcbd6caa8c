"""Holds: image references that a rollback took away, and that no promotion brings back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from kbump.errors import ImageReferenceError, SourceError, UsageError
from kbump.image import ImageReference

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kbump.source import Source

FILE_NAME = ".kbump-holds.json"
_VERSION = 1
_KEYS = {"image", "reason", "commit"}


class Hold(NamedTuple):
    """One reference, in its normal spelling; why, and the commit that had it last."""

    image: str
    reason: str = ""
    commit: str = ""

    def covers(self, reference: ImageReference) -> bool:
        """Whether a reference is this image: has its digest, or its tag if there are not two digests to compare."""
        held = ImageReference.parse(self.image)
        if held.repository != reference.repository:
            return False
        if held.digest and reference.digest:
            return held.digest == reference.digest
        return held.tag == reference.tag


class Holds(NamedTuple):
    """The holds of one environment, in order of their images."""

    holds: tuple[Hold, ...] = ()

    def of(self, reference: ImageReference) -> Hold | None:
        """Return what holds a reference back, None if nothing does."""
        return next((one for one in self.holds if one.covers(reference)), None)

    def holding(self, holds: Iterable[Hold]) -> Holds:
        """Return these and others; what is held already stays as it is."""
        known = {one.image: one for one in (*holds, *self.holds)}
        return Holds(tuple(known[image] for image in sorted(known)))

    def released(self, image: str) -> Holds:
        """Return these without what holds an image reference back; raise UsageError if nothing does, or it is none."""
        try:
            wanted = ImageReference.parse(image)
        except ImageReferenceError as error:
            raise UsageError(error.message, hint=error.hint) from None
        left = tuple(one for one in self.holds if not one.covers(wanted))
        if len(left) == len(self.holds):
            listed = ", ".join(f"`{one.image}`" for one in self.holds) or "nothing"
            raise UsageError(f"`{image}` is not held", hint=f"held is {listed}")
        return Holds(left)

    def text(self) -> str:
        """Return the file that says so, "" if there is nothing to say."""
        if not self.holds:
            return ""
        rows = [{key: value for key, value in one._asdict().items() if value} for one in self.holds]
        return json.dumps({"version": _VERSION, "holds": rows}, indent=2, ensure_ascii=False) + "\n"


def normal(reference: ImageReference) -> str:
    """Spell a reference as holds do: with the registry, and all of the path."""
    return str(reference._replace(name=reference.repository))


def read_holds(source: Source) -> Holds:
    """Read the file; raise SourceError, located, for anything that is not in schemas/holds.schema.json."""
    try:
        data = json.loads(source.text)
    except ValueError as error:
        place = source.location(min(getattr(error, "pos", 0), len(source.text)))
        raise SourceError(f"is not JSON: {error}", location=place, hint=_HINT) from None
    rows = data.get("holds") if isinstance(data, dict) and data.get("version") == _VERSION else None
    if not isinstance(rows, list) or not all(_is_hold(row) for row in rows) or set(data) != {"version", "holds"}:
        words = f"does not hold holds of version {_VERSION}, as kbump writes them"
        raise SourceError(words, location=source.location(0), hint=_HINT)
    return Holds().holding(Hold(**row) for row in rows)


_HINT = "kbump writes this file: `git checkout` it, or delete it to hold nothing back"


def _is_hold(row: Any) -> bool:
    if not isinstance(row, dict) or not row.get("image") or not set(row) <= _KEYS:
        return False
    if not all(isinstance(value, str) for value in row.values()):
        return False
    try:
        return str(row["image"]) == normal(ImageReference.parse(row["image"]))
    except ImageReferenceError:
        return False
