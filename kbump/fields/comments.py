"""Comments that make a scalar an image field or protect it: `# kbump: image`, `# kbump: ignore`."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from kbump.fields.field import ImageField, whole
from kbump.yaml.nodes import Scalar, walk

if TYPE_CHECKING:
    from kbump.manifest import Manifest

# `# kbump: ignore[rule]` is about a rule of validation, not about images.
_COMMENT = re.compile(r"(?:(?<=[ \t\r\n])|\A)#[ \t]*kbump:[ \t]*(image|ignore)\b(?!\[)")


def apply_comments(manifest: Manifest, fields: list[ImageField]) -> list[ImageField]:
    """Return the fields with those that comments add, and with a problem on those that comments protect."""
    source, node = manifest.source, manifest.node
    end = source.line_span(node.end).end
    found = list(_COMMENT.finditer(source.text, node.start, end))
    if not found:
        return fields
    scalars = [(one, path) for one, path in walk(node) if type(one) is Scalar]
    lines = _marked_lines(manifest, found, [one for one, _ in scalars])
    known = {id(one) for field in fields for one in field.nodes.values()}
    for one, path in scalars:
        at = source.location(one.content(source.text).start)
        if lines.get(at.line) == "image" and id(one) not in known and one.value:
            fields.append(whole(manifest, str(path[-1]), (*manifest.path, *path), one))
    return [_protected(field, lines) for field in fields]


def _marked_lines(manifest: Manifest, found: list[re.Match[str]], scalars: list[Scalar]) -> dict[int, str]:
    """Return line -> word of the comments; a `#` inside a scalar begins none."""
    spans = sorted((scalar.start, scalar.end) for scalar in scalars)
    lines = {}
    for match in found:
        before = bisect_right(spans, (match.start(), len(manifest.source.text)))
        if not before or match.start() >= spans[before - 1][1]:
            lines[manifest.source.location(match.start()).line] = match.group(1)
    return lines


def _protected(field: ImageField, lines: dict[int, str]) -> ImageField:
    source = field.manifest.source
    at = [source.location(node.content(source.text).start).line for node in field.nodes.values()]
    if any(lines.get(line) == "ignore" for line in at):
        return field._replace(problem="is protected by `# kbump: ignore`")
    return field
