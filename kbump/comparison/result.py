"""PromotionDiff: what differs between two environments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from kbump.errors import Location
    from kbump.versions import Change

Kind = Literal["added", "changed", "order", "removed"]


class Object(NamedTuple):
    """An object of one side: `role` is `manifest`, `kustomization` or `values`; the location is of its document.

    The name of a kustomization and of Helm values is that of their file, below the root of their side.
    """

    role: str
    api_version: str
    kind: str
    namespace: str
    name: str
    location: Location

    @property
    def subject(self) -> str:
        """The object as people name it: `Deployment shop/web`; of other files, the name."""
        full = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {full}".strip() if self.role == "manifest" else self.name


class ImageDifference(NamedTuple):
    """An image that is not the same on both sides, with the class of the change from the old one to the new one.

    `old` and `new` are the references as written, put together where they are split. `link` is the address of what
    changed in the image, or empty.
    """

    old_object: Object
    new_object: Object
    container: str
    path: str
    old: str
    new: str
    change: Change
    old_location: Location
    new_location: Location
    link: str = ""


class Difference(NamedTuple):
    """A place of an object that differs: it is `added` or `removed` on the new side, `changed`, or in another `order`.

    `old` and `new` are plain data, None where there is nothing; of an order they are the names of the items.
    A `secret` has no values here. `expected` is the rule that expects the difference, or empty.
    """

    old_object: Object
    new_object: Object
    path: str
    kind: Kind
    old: Any
    new: Any
    expected: str = ""
    secret: bool = False


class Note(NamedTuple):
    """Something that could not be compared, or not in full; `side` is the name of one, or empty.

    The kinds: `unreadable` (a file, or its text), `unparsable` (a file is no YAML), `deep` (nested too deep), `empty`
    (a side has nothing to compare), which are errors; `skipped` (a path was left out), `template`, `other` (no
    manifest), `sources` (an overlay that was not built), `encrypted` (only ciphertext was compared), `repeated` (an
    object is there twice), `unused` (a rule that expects nothing that there is).
    """

    kind: Literal[
        "deep", "empty", "encrypted", "other", "repeated", "skipped", "sources", "template", "unparsable", "unreadable",
        "unused",
    ]  # fmt: skip
    side: str
    message: str
    location: Location | None = None
    hint: str = ""

    @property
    def is_error(self) -> bool:
        """Whether something could not be compared that should have been."""
        return self.kind in ("deep", "empty", "unparsable", "unreadable")


class PromotionDiff(NamedTuple):
    """What differs between two sides; `old` and `new` are their names, `equal` counts the objects that do not differ.

    Images are in `images` only, not in `differences`. The commits are those that the sides come from, empty for files
    that are on this disk.
    """

    old: str
    new: str
    images: list[ImageDifference]
    differences: list[Difference]
    only_old: list[Object]
    only_new: list[Object]
    equal: int
    notes: list[Note]
    old_commit: str = ""
    new_commit: str = ""

    @property
    def errors(self) -> list[Note]:
        """What could not be compared although it should have been."""
        return [note for note in self.notes if note.is_error]

    @property
    def exit_code(self) -> int:
        """0, or 2 if something could not be compared."""
        return 2 if self.errors else 0

    @property
    def unexpected(self) -> list[Difference]:
        """The differences that no rule expects."""
        return [one for one in self.differences if not one.expected]

    @property
    def expected(self) -> dict[str, int]:
        """How many differences each rule expects, the most first."""
        counts: dict[str, int] = {}
        for one in self.differences:
            if one.expected:
                counts[one.expected] = counts.get(one.expected, 0) + 1
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    @property
    def same(self) -> bool:
        """Whether nothing differs but what is expected to."""
        return not (self.images or self.unexpected or self.only_old or self.only_new)
