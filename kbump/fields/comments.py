"""Comments that make a scalar an image field or protect it: `# kbump: image`, `# kbump: ignore`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kbump.fields.field import ImageField, whole
from kbump.yaml.comments import real_comments
from kbump.yaml.nodes import Mapping, Scalar, Sequence, path_text, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbump.manifest import Manifest
    from kbump.source import Source
    from kbump.yaml.nodes import Node, Path

PROTECTED = "is protected by `# kbump: ignore`"
# `# kbump: ignore[rule]` is about a rule of validation, not about images.
_COMMENT = re.compile(r"(?:(?<=[ \t\r\n])|\A)#[ \t]*kbump:[ \t]*(image|ignore)\b(?!\[)")


class _Place(NamedTuple):
    """A scalar at one of its paths, and the lines on which a comment is about it."""

    node: Scalar
    path: Path
    lines: frozenset[int]


def apply_comments(manifest: Manifest, fields: list[ImageField]) -> list[ImageField]:
    """Return the fields with those that comments add, and with a problem on those that comments protect.

    A comment is about what stands on its line, or begins with a key there; `image` is about the last scalar of these.
    """
    source, node = manifest.source, manifest.node
    if "kbump:" not in source.text:
        return fields
    end = source.line_span(node.end).end
    found = list(_COMMENT.finditer(source.text, node.start, end))
    if not found:
        return fields
    places = list(_places(source, node))
    words = _words(source, found, [place.node for place in places])
    known = {id(one) for field in fields for one in field.nodes.values()}
    for line in (line for line, word in words.items() if word == "image"):
        about = [place for place in places if line in place.lines and place.node.value]
        last = max(about, key=lambda place: place.node.start, default=None)
        if last and id(last.node) not in known:
            path = (*manifest.path, *last.path)
            fields.append(whole(manifest, path_text(path), path, last.node))
    ignored = {line for line, word in words.items() if word == "ignore"}
    protected = {id(place.node) for place in places if place.lines & ignored}
    return [_protected(field, protected) for field in fields]


def protects(comment: str) -> bool:
    """Whether the text of a comment protects what stands before it."""
    match = _COMMENT.search(comment)
    return match is not None and match.group(1) == "ignore"


def _places(source: Source, root: Node) -> Iterator[_Place]:
    if type(root) is Scalar:
        yield _place(source, root, root, ())
    for node, path in walk(root):
        if type(node) is Mapping:
            written = [(key, value) for key, value in node.pairs if type(key) is Scalar and type(value) is Scalar]
            yield from (_place(source, key, value, (*path, key.value)) for key, value in written)
        elif type(node) is Sequence:
            items = [(index, item) for index, item in enumerate(node.items) if type(item) is Scalar]
            yield from (_place(source, item, item, (*path, index)) for index, item in items)


def _place(source: Source, key: Scalar, node: Scalar, path: Path) -> _Place:
    """Return the lines from a scalar's key to its end; where it is an alias, those of its key and of its anchor."""
    named, begins, ends = (source.location(at).line for at in (key.start, node.start, max(node.start, node.end - 1)))
    return _Place(node, path, frozenset({named, *range(named if key.start < node.start else begins, ends + 1)}))


def _words(source: Source, found: list[re.Match[str]], scalars: list[Scalar]) -> dict[int, str]:
    """Return line -> word of the comments."""
    return {source.location(one.start()).line: one.group(1) for one in real_comments(source, found, scalars)}


def _protected(field: ImageField, protected: set[int]) -> ImageField:
    if any(id(node) in protected for node in field.nodes.values()):
        return field._replace(problem=PROTECTED)
    return field
