"""Nodes of a YAML document, as the text has them: identity, span, style; aliases share their anchor's node."""

from __future__ import annotations

import re
from bisect import bisect_right
from sys import maxsize
from typing import TYPE_CHECKING, NamedTuple

from kbump.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

_MERGE_TAGS = ("!", "tag:yaml.org,2002:merge")
# Anchor and tag, in any order, may stand on lines of their own with comments between (YAML 1.2.2, section 6.9).
_PROPERTIES = "(?:[&!][^ \t\r\n\x85\u2028\u2029]*(?:[ \t\r\n\x85\u2028\u2029]+(?:#[^\r\n\x85\u2028\u2029]*)?)*)+"


class Scalar:
    """A scalar: `value` is decoded; `style` is "" (plain), one of ' " | >; the span holds anchor, tag and quotes."""

    __slots__ = ("anchor", "end", "start", "style", "tag", "value")

    def __init__(self, value: str, start: int, end: int, style: str, tag: str | None, anchor: str | None) -> None:
        self.value = value
        self.start = start
        self.end = end
        self.style = style
        self.tag = tag
        self.anchor = anchor

    @property
    def null(self) -> bool:
        """Whether this is a plain null, which stands for an empty text where an image's part is expected."""
        return not self.style and self.value in ("", "~", "null", "Null", "NULL")

    @property
    def part(self) -> str:
        """The text, empty for null."""
        return "" if self.null else self.value

    def content(self, text: str) -> Span:
        """Return the span in the source's text without anchor and tag: quotes and block headers belong to it."""
        if not (self.anchor or self.tag):
            return Span(self.start, self.end)
        match = re.compile(_PROPERTIES).match(text, self.start, self.end)
        return Span(match.end() if match else self.start, self.end)


class Sequence:
    """A sequence; the span of a block sequence ends with its last item, of a flow sequence with its bracket."""

    __slots__ = ("anchor", "end", "flow", "items", "start", "tag")

    def __init__(
        self, items: list[Node], start: int, end: int, flow: bool, tag: str | None, anchor: str | None
    ) -> None:
        self.items = items
        self.start = start
        self.end = end
        self.flow = flow
        self.tag = tag
        self.anchor = anchor


class Mapping:
    """A mapping: `pairs` as written; `merges` counts how deep its merge keys reach, 0 if it has none."""

    __slots__ = ("anchor", "end", "flow", "merges", "pairs", "start", "tag")

    def __init__(
        self,
        pairs: list[tuple[Node, Node]],
        start: int,
        end: int,
        flow: bool,
        tag: str | None,
        anchor: str | None,
        merges: int,
    ) -> None:
        self.pairs = pairs
        self.start = start
        self.end = end
        self.flow = flow
        self.tag = tag
        self.anchor = anchor
        self.merges = merges

    def items(self) -> list[tuple[str, Node]]:
        """Return keys and values as kubectl reads them: merge keys are followed, in the order of the text.

        go-yaml v2, which kubectl uses, lets whatever comes later win, also a merge key over a key before it
        (https://github.com/kubernetes-sigs/yaml/blob/master/goyaml.v2/decode.go, func mapping).
        """
        if not self.merges:
            return [(key.value, value) for key, value in self.pairs if type(key) is Scalar]
        found: dict[str, Node] = {}
        for key, value in self.pairs:
            if type(key) is Scalar:
                found.update(_merged(value) if is_merge(key) else {key.value: value})
        return list(found.items())

    def collections(self) -> list[tuple[str, Node]]:
        """Return the keys whose values are collections; most values of most mappings are scalars."""
        if self.merges:
            return [(key, value) for key, value in self.items() if type(value) is not Scalar]
        return [(key.value, value) for key, value in self.pairs if type(value) is not Scalar and type(key) is Scalar]

    def get(self, name: str) -> Node | None:
        """Return the value of a key, or None."""
        if self.merges:
            return dict(self.items()).get(name)
        for key, value in self.pairs:
            if type(key) is Scalar and key.value == name:
                return value
        return None

    def text(self, name: str) -> str:
        """Return the value of a key if it is a scalar and not null, else the empty string."""
        node = self.get(name)
        return node.part if type(node) is Scalar else ""


Node = Scalar | Sequence | Mapping
Path = tuple[str | int, ...]


class Document(NamedTuple):
    """One document of a stream: its root (None if empty), its aliases as (span, node), its outermost flow collections.

    Aliases and flow collections are in the order of the text.
    """

    number: int
    root: Node | None
    span: Span
    aliases: list[tuple[Span, Node]]
    flows: list[Span]

    def in_flow(self, offset: int) -> bool:
        """Whether a place is inside a flow collection, where plain scalars may hold less."""
        before = bisect_right(self.flows, (offset, maxsize))
        return before > 0 and offset < self.flows[before - 1].end


def is_merge(key: Node) -> bool:
    """Whether a key is the merge key `<<`."""
    return type(key) is Scalar and key.value == "<<" and is_merge_key(key.style, key.tag)


def is_merge_key(style: str | None, tag: str | None) -> bool:
    """Whether a key `<<` merges: a quoted one, or one with the tag of a string, is an ordinary key."""
    return tag in _MERGE_TAGS if tag else not style


def _merged(node: Node) -> dict[str, Node]:
    """Return what a merge key brings in; of several mappings the first one wins (https://yaml.org/type/merge.html)."""
    if type(node) is Mapping:
        return dict(node.items())
    found: dict[str, Node] = {}
    for item in reversed(node.items) if type(node) is Sequence else ():
        found.update(item.items() if type(item) is Mapping else ())
    return found


def walk(root: Node) -> Iterator[tuple[Node, Path]]:
    """Yield every node that is reached from a root, once for each path that reaches it, parents first.

    Bounded by the reader's limit on what aliases repeat; without recursion, as documents may be 1,000 deep.
    """
    yield root, ()
    # Paths are made one at a time: all of them at once would take the square of the text's size.
    stack: list[tuple[Path, Iterator[tuple[str | int, Node]]]] = [((), _below(root))]
    while stack:
        above, below = stack[-1]
        for key, node in below:
            path = (*above, key)
            yield node, path
            if type(node) is not Scalar:
                stack.append((path, _below(node)))
                break
        else:
            stack.pop()


def _below(node: Node) -> Iterator[tuple[str | int, Node]]:
    if type(node) is Mapping:
        return iter(node.items())
    return enumerate(node.items) if type(node) is Sequence else iter(())


def follow(root: Node, path: Path) -> Node | None:
    """Return the node at a path, or None."""
    node: Node | None = root
    for key in path:
        if type(node) is Mapping:
            node = node.get(str(key))
        elif type(node) is Sequence and isinstance(key, int) and key < len(node.items):
            node = node.items[key]
        else:
            return None
    return node


def path_text(path: Path) -> str:
    """Write a path as people do: `spec.containers[0].image`; keys that are no plain words are quoted."""
    text = ""
    for key in path:
        if isinstance(key, int):
            text += f"[{key}]"
        elif key and not set(key) & set(".[]\"' "):
            text += f".{key}" if text else key
        else:
            text += f'["{key}"]'
    return text
