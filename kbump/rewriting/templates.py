"""Image fields of templates that are no YAML: literal `image:` lines, found as text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kbump.fields.comments import PROTECTED, protects
from kbump.fields.field import ImageField, whole
from kbump.manifest import Manifest
from kbump.source import Span
from kbump.yaml.nodes import Document, Scalar

if TYPE_CHECKING:
    from kbump.source import Source

_LINE = re.compile(
    r"""(?:(?<=[\r\n])|\A)[ \t]*(?:-[ \t]+)?image:[ \t]+"""
    r"""(?P<quote>["']?)(?P<value>[\w./:@-]+)(?P=quote)(?=(?P<comment>[ \t]*(?:[ \t]\#[^\r\n]*)?)(?:[\r\n]|\Z))"""
)


def template_fields(source: Source) -> list[ImageField]:
    """Return the fields of lines such as `- image: nginx:1.27  # comment`; values with `{{` in them are none."""
    found = []
    root = Scalar("", 0, 0, "", None, None)
    document = Document(0, None, Span(0, len(source.text)), [], [])
    for match in _LINE.finditer(source.text):
        quote = match["quote"]
        start, end = match.start("value") - len(quote), match.end("value") + len(quote)
        node = Scalar(match["value"], start, end, quote, None, None)
        manifest = Manifest(source, document, root, (), "template", "", "", "", "", "")
        field = whole(manifest, "", ("image",), node)
        found.append(field._replace(problem=PROTECTED) if protects(match["comment"]) else field)
    return found
