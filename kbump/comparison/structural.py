"""Walk: what differs between two objects, place by place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kbump.comparison.defaults import default
from kbump.comparison.images import Images, change_of, same_image
from kbump.comparison.keys import keys_of, order_matters
from kbump.comparison.noise import ignored
from kbump.comparison.places import Key, place_text
from kbump.comparison.result import Difference, ImageDifference
from kbump.comparison.secrets import Hidden, hidden, seen
from kbump.comparison.shapes import UNKNOWN, Shape, pod_spec, shape_of
from kbump.comparison.values import same_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kbump.comparison.documents import Item
    from kbump.comparison.images import Image
    from kbump.comparison.places import Place, Step
    from kbump.comparison.result import Kind
    from kbump.comparison.side import Side
    from kbump.yaml.nodes import Path

# Their keys come and go one by one: some are not compared.
_OPEN = frozenset(("annotations", "labels", "metadata"))
_AMOUNTS = frozenset(("limits", "requests"))


class Context(NamedTuple):
    """What the objects of a run are compared by.

    `names` are the names that an object has on the old and on the new side, where they differ; `images` has more
    paths of images; `kubernetes` is the version of the schemas.
    """

    names: frozenset[tuple[str, str]]
    sides: tuple[Side, Side]
    images: Mapping[str, Sequence[str]]
    kubernetes: str


class At(NamedTuple):
    """A place in two objects: its name, its paths in both, its shape."""

    place: Place
    old: Path
    new: Path
    shape: Shape

    def below(self, step: Step, old: str | int, new: str | int, shape: Shape) -> At:
        """Return a place below."""
        return At((*self.place, step), (*self.old, old), (*self.new, new), shape)


class Walk:
    """One walk over two objects; it fills `differences`, with their places, and `images`."""

    def __init__(self, old: Item, new: Item, context: Context) -> None:
        self.old = old
        self.new = new
        self.context = context
        self.manifest = new.object.role == "manifest"
        self.old_images = Images(old, context.images)
        self.new_images = Images(new, context.images)
        self.differences: list[tuple[Difference, Place]] = []
        self.images: list[ImageDifference] = []
        self._quiet = False
        self._found = False

    def run(self) -> None:
        """Compare the objects as what they are, of the new side if the versions differ."""
        shape = self._shape(self.new)
        at = At((), (), (), shape if shape.schema else self._shape(self.old))
        ours, theirs = (hidden(one.resource, one.object.role) for one in (self.old, self.new))
        self._mapping(ours, theirs, at)

    def _shape(self, item: Item) -> Shape:
        one = item.resource
        return shape_of(one.group, one.version, one.kind, self.context.kubernetes) if self.manifest else UNKNOWN

    def _value(self, old: Any, new: Any, at: At) -> None:
        # Most of an object is the same, to the letter: the texts tell true from 1.
        if old == new and repr(old) == repr(new):
            return
        if type(old) is dict and type(new) is dict:
            self._mapping(old, new, at)
        elif type(old) is list and type(new) is list:
            self._sequence(old, new, at)
        elif not self._same_scalar(old, new, at):
            self._differs(old, new, at)

    def _mapping(self, old: dict[str, Any], new: dict[str, Any], at: At) -> None:
        if self.manifest and not at.shape.schema and _runs(old) and _runs(new):
            at = at._replace(shape=pod_spec(self.context.kubernetes))
        skipped = self._skipped(at)
        for key in (*old, *(key for key in new if key not in old)):
            ours, theirs = old.get(key), new.get(key)
            if ours is theirs or (type(ours) is str and type(theirs) is str and ours == theirs) or key in skipped:
                continue
            below = at.below(key, key, key, at.shape.below(key))
            if ours is not None and theirs is not None:
                self._value(ours, theirs, below)
            elif self.manifest and key in _OPEN and dict in (type(ours), type(theirs)):
                self._value(ours or {}, theirs or {}, below)
            elif not self._is_default(key, old if ours is None else new, theirs if ours is None else ours, at):
                self._differs(ours, theirs, below)

    def _skipped(self, at: At) -> frozenset[str]:
        """Return the keys that are not compared: noise, and the parts of an image, which is compared as one."""
        if self.manifest:
            mapped = at.place == ("metadata",) and self._is_mapped(self.old.object.namespace, self.new.object.namespace)
            return ignored(at.place) | {"namespace"} if mapped else ignored(at.place)
        if self._quiet or self.old.resource.encrypted or self.new.resource.encrypted:
            return frozenset()
        ours, theirs = self.old_images.find(at.old), self.new_images.find(at.new)
        if not (ours and theirs and ours.keys and theirs.keys):
            return frozenset()
        if not same_image(ours.raw, theirs.raw, implied=False):
            self._image(ours, theirs, at)
        return ours.keys | theirs.keys

    def _is_default(self, key: str, lacking: dict[str, Any], value: Any, at: At) -> bool:
        """Whether a value is what the API server makes of its absence; `lacking` is the mapping without it."""
        below = at.shape.below(key)
        if value in ([], {}) and (value == [] or below.mapping) and below.schema:
            # The server stores its own kinds as protobuf, which does not know an empty list or map.
            return not at.shape.name.startswith("apiextensions.")
        meant = default(at.shape.name, key, lacking)
        return meant is not None and self._same(meant, value, below)

    def _same(self, old: Any, new: Any, shape: Shape) -> bool:
        """Whether two values of one place do not differ: a walk that only looks whether there is something."""
        before = self._quiet, self._found
        self._quiet, self._found = True, False
        self._value(old, new, At(("",), ("",), ("",), shape))
        found = self._found
        self._quiet, self._found = before
        return not found

    def _same_scalar(self, old: Any, new: Any, at: At) -> bool:
        if same_value(old, new, quantity=at.shape.quantity or _is_amount(at)):
            return True
        key = at.place[-1]
        if not self.manifest or type(key) is not str or type(old) is not str or type(new) is not str:
            return False
        if key == "namespace" and self._is_mapped(old, new):
            return True
        return key.lower().endswith("name") and (old, new) in self.context.names

    def _is_mapped(self, old: str, new: str) -> bool:
        """Whether two namespaces are the same but for the sides' own."""
        ours, theirs = self.context.sides
        return ours.plain_namespace(old) == theirs.plain_namespace(new)

    def _sequence(self, old: list[Any], new: list[Any], at: At) -> None:
        keys = keys_of(at.shape, old, new)
        if keys is None:
            self._positional(old, new, at)
            return
        ours, theirs = keys[0], self._renamed(*keys)
        places = {key: number for number, key in enumerate(theirs)}
        shape = at.shape.item
        for number, (key, item) in enumerate(zip(ours, old, strict=True)):
            other = places.get(key)
            if other is None:
                self._differs(item, None, at.below(key, number, number, shape))
            else:
                self._value(item, new[other], at.below(key, number, other, shape))
        known = set(ours)
        for number, (key, item) in enumerate(zip(theirs, new, strict=True)):
            if key not in known:
                self._differs(None, item, at.below(key, number, number, shape))
        self._order(ours, theirs, (old, new), at)

    def _renamed(self, old: list[Key], new: list[Key]) -> list[Key]:
        """Return the keys of the new side, where an object's name is one as the old side has it."""
        if not self.context.names:
            return new
        names = {theirs: ours for ours, theirs in self.context.names}
        both = [Key(names.get(key.text, key.text)) for key in new]
        return [other if other in old and other not in new else key for key, other in zip(new, both, strict=True)]

    def _order(self, old: list[Key], new: list[Key], items: tuple[list[Any], list[Any]], at: At) -> None:
        common = set(old) & set(new)
        ours, theirs = ([key.text for key in keys if key in common] for keys in (old, new))
        if ours != theirs and order_matters(at.shape, *items):
            self._found = True
            if not self._quiet:
                self._add("order", ours, theirs, at.place)

    def _positional(self, old: list[Any], new: list[Any], at: At) -> None:
        """Compare items by their places, once those are left out that are the same at both ends."""
        shape = at.shape.item
        length = 0 if self._quiet else min(len(old), len(new))
        start = next((n for n in range(length) if not self._same(old[n], new[n], shape)), length)
        length -= start
        end = next((n for n in range(length) if not self._same(old[-1 - n], new[-1 - n], shape)), length)
        ours, theirs = old[start : len(old) - end], new[start : len(new) - end]
        for number in range(max(len(ours), len(theirs))):
            below = at.below(start + number, start + number, start + number, shape)
            if number < len(ours) and number < len(theirs):
                self._value(ours[number], theirs[number], below)
            elif number < len(ours):
                self._differs(ours[number], None, below, "removed")
            else:
                self._differs(None, theirs[number], below, "added")

    def _differs(self, old: Any, new: Any, at: At, kind: Kind | None = None) -> None:
        """Add a difference; without its kind, None is what is not there, and not an item of a list that is null."""
        if self._quiet:
            self._found = True
            return
        if type(old) is str and type(new) is str:
            ours, theirs = self.old_images.find(at.old), self.new_images.find(at.new)
            if ours and theirs:
                if not same_image(old, new, implied=self.manifest):
                    self._image(ours, theirs, at)
                return
        self._add(kind or ("added" if old is None else "removed" if new is None else "changed"), old, new, at.place)

    def _image(self, old: Image, new: Image, at: At) -> None:
        before, after = self.old_images.location(at.old, old.raw), self.new_images.location(at.new, new.raw)
        kind, path = change_of(old.raw, new.raw), place_text(at.place)
        both = self.old.object, self.new.object
        self.images.append(ImageDifference(*both, new.container, path, old.raw, new.raw, kind, before, after))

    def _add(self, kind: Kind, old: Any, new: Any, place: Place) -> None:
        secret = type(old) is Hidden or type(new) is Hidden
        ours, theirs = (None, None) if secret else (seen(old), seen(new))
        both = self.old.object, self.new.object
        self.differences.append((Difference(*both, place_text(place), kind, ours, theirs, "", secret), place))


def _runs(data: dict[str, Any]) -> bool:
    """Whether this is what a Pod runs, by what it has: custom resources have it, too."""
    containers = data.get("containers")
    return type(containers) is list and all(type(one) is dict for one in containers)


def _is_amount(at: At) -> bool:
    """Whether an unknown place is an amount of a resource, as in custom resources and Helm values."""
    place = at.place
    return at.shape is UNKNOWN and len(place) > 2 and place[-3] == "resources" and place[-2] in _AMOUNTS
