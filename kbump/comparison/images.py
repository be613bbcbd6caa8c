"""Images: where an object has them in its data and in its text, and whether two of them are the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from kbump.fields.objects import CONTAINER_LISTS
from kbump.fields.paths import IMAGE_PATHS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kbump.comparison.documents import Item
    from kbump.errors import Location
    from kbump.fields import ImageField
    from kbump.image import ImageReference
    from kbump.versions import Change
    from kbump.yaml.nodes import Path

_STEP = re.compile(r"\[\*\]|[^.\[\]]+")
_NO_IMAGES = ("apiextensions.k8s.io", "CustomResourceDefinition")


class Image(NamedTuple):
    """An image of an object: its container, its text, put together if it is split, and the keys that hold the parts."""

    container: str
    raw: str
    keys: frozenset[str] = frozenset()


class Images:
    """Finds the images of one object by their paths from its root; `extra` adds paths as image_fields() has them.

    Where images are follows from the path alone but in kustomizations, Helm values and documents with comments about
    images: only these are composed, as that takes more time than all the rest.
    """

    def __init__(self, item: Item, extra: Mapping[str, Sequence[str]]) -> None:
        self.item = item
        self.extra = extra
        self.data = item.resource.data
        kind = f"{item.resource.group}/{item.object.kind}" if item.resource.group else item.object.kind
        patterns = (*IMAGE_PATHS.get(kind, ()), *extra.get(kind, ()))
        self.patterns = [_STEP.findall(pattern) for pattern in patterns]
        self.none = (item.resource.group, item.object.kind) == _NO_IMAGES
        self.composed = item.object.role != "manifest" or "kbump:" in item.part.text
        self._fields: dict[Path, ImageField] | None = None

    def find(self, path: Path) -> Image | None:
        """Return the image at a path, None if there is none."""
        if self.composed:
            field = self.fields().get(path)
            return field and _image(field)
        if self.none or not (_is_container(path) or self._is_volume(path) or self._is_listed(path)):
            return None
        raw = _follow(self.data, path)
        return Image(self._name(path), raw) if raw and type(raw) is str else None

    def location(self, path: Path, raw: str) -> Location:
        """Return where the text of the image at a path is."""
        place = None if self.composed else self._only(str(path[-1]), raw)
        if place is not None:
            return self.item.part.source.location(place)
        field = self.fields().get(path)
        return field.location if field else self.item.part.location

    def fields(self) -> dict[Path, ImageField]:
        """Return the fields by their paths from the object's root."""
        if self._fields is None:
            from kbump.fields import image_fields
            from kbump.manifest import manifests
            from kbump.yaml.composer import compose_span

            part, number, above = self.item.part, self.item.resource.document, self.item.resource.path
            documents = compose_span(part.source, part.span, part.number)
            found = [one for one in manifests(part.source, documents, values=part.values) if one.path == above]
            mine = [one for one in found if one.document.number == part.number + number]
            fields = [field for one in mine for field in image_fields(one, self.extra)]
            self._fields = {field.path[len(above) :]: field for field in fields}
        return self._fields

    def _only(self, key: str, raw: str) -> int | None:
        """Return where a text is that is there once, and is the value of its key on one line."""
        text = self.item.part.text
        place = text.find(raw)
        if place < 0 or text.find(raw, place + 1) >= 0:
            return None
        line = text[text.rfind("\n", 0, place) + 1 : place]
        match = re.search(rf"""(?:^|[\s{{,"'-]){re.escape(key)}["']?:[ \t]+(["']?)\Z""", line)
        return None if match is None or "#" in line else self.item.part.span.start + place - len(match[1])

    def _is_volume(self, path: Path) -> bool:
        if len(path) < 4 or path[-4] != "volumes" or path[-2:] != ("image", "reference"):
            return False
        around = _follow(self.data, path[:-4])
        return any(type(around.get(name)) is list for name in CONTAINER_LISTS)

    def _is_listed(self, path: Path) -> bool:
        return any(len(path) == len(steps) and all(map(_matches, path, steps)) for steps in self.patterns)

    def _name(self, path: Path) -> str:
        """Return the name of the nearest mapping around an image that has one, or else its key."""
        for end in range(len(path) - 1, 0, -1):
            around = _follow(self.data, path[:end])
            if type(around) is dict and type(around.get("name")) is str:
                return str(around["name"])
            if _is_container(path):
                return ""
        words = [step for step in path if type(step) is str]
        return words[-2] if words[-1] == "image" and len(words) > 1 else words[-1]


def same_image(old: str, new: str, *, implied: bool) -> bool:
    """Whether two texts name the same image; `implied` says that no tag is the tag `latest`."""
    from kbump.fields.field import read_reference

    both = [read_reference(raw)[0] for raw in (old, new)]
    if not (both[0] and both[1]):
        return old == new
    ours, theirs = (_normal(one, implied) for one in both if one)
    return ours == theirs


def change_of(old: str, new: str) -> Change:
    """Return the class of the change from one text to another, `unknown` if one is no reference."""
    from kbump.fields.field import read_reference
    from kbump.versions import change

    before, after = (read_reference(raw)[0] for raw in (old, new))
    return change(before, after) if before and after else "unknown"


def _normal(reference: ImageReference, implied: bool) -> tuple[str, str, str]:
    tag = reference.tag or ("latest" if implied and not reference.digest else "")
    return reference.repository, tag, reference.digest


def _image(field: ImageField) -> Image:
    nodes = list(map(id, field.nodes.values()))
    keys = frozenset(key for key, node in field.entry.items() if id(node) in nodes) if field.entry else frozenset()
    return Image(field.container, field.raw, keys)


def _is_container(path: Path) -> bool:
    return len(path) > 2 and path[-1] == "image" and path[-3] in CONTAINER_LISTS and type(path[-2]) is int


def _matches(step: str | int, pattern: str) -> bool:
    return pattern == "[*]" if type(step) is int else pattern in (step, "*")


def _follow(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data
