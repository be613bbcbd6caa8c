"""Locator: the finding that a problem is, at its place in the source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.errors import SourceError
from kbump.finding import Finding
from kbump.validation.problem import RAW
from kbump.validation.rules import RULES
from kbump.validation.wording import placeholder_hint
from kbump.yaml.nodes import Mapping, Scalar, Sequence, is_merge, path_text
from kbump.yaml.scalars import resolve_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence as Places

    from kbump.resource import Resource
    from kbump.source import Source
    from kbump.validation.problem import Problem
    from kbump.yaml.nodes import Document, Node, Path


# What a placeholder is found to be, where what comes in its place would be right.
_OF_VALUES = ("invalid-value", "unknown-api", "unknown-field", "wrong-type")


class Locator:
    """Finds the places of problems in a source; what it looks up in a mapping it keeps, as there may be many."""

    def __init__(self, source: Source, documents: list[Document], version: str) -> None:
        self.source = source
        self.documents = documents
        self.version = version
        self._pairs: dict[int, dict[str, tuple[Node, Node]]] = {}
        self._read: dict[int, dict[str, tuple[Node, Node]]] = {}

    def finding(self, resource: Resource, problem: Problem) -> Finding:
        """Return the finding of a problem of a resource, at its value or key; where there is none, at what holds it."""
        path = (*resource.path, *problem.path)
        # A file that is empty has no document, nor has one that changed meanwhile.
        document = self.documents[resource.document] if self.documents else None
        root = document.root if document else None
        node = self._node(root, path, problem.at_key)
        start, length = (
            (node.start, _length(self.source, node)) if node else (document.span.start if document else 0, 1)
        )
        raw = self._raw(root, path)
        text = str(problem.path[-1]) if problem.rule == "unknown-field" else raw
        replaced = placeholder_hint(text, secret=problem.secret) if problem.rule in _OF_VALUES else ""
        return Finding(
            problem.rule,
            problem.severity or RULES[problem.rule].severity,
            self.source.location(start),
            _seen(problem.message, raw, problem.secret)
            + (f", as {problem.definer} defines it" if problem.definer else ""),
            replaced or problem.fix.replace(RAW, "…" if problem.secret else raw),
            length,
            path_text(problem.path),
            resource.subject,
            f"{resource.api_version}, Kubernetes {self.version}".removeprefix(", "),
            problem.secret,
        )

    def _node(self, root: Node | None, path: Path, at_key: bool) -> Node | None:
        """Return the node at a path, or its key; if it is not there, the nearest key above it."""
        ways = list(self._way(root, path))
        if len(ways) == len(path) and ways:
            key, value = ways[-1]
            return value if not at_key and type(value) is Scalar and value.start < value.end else key
        if ways:
            return ways[-1][0]
        # The whole object is meant, or something that it lacks.
        kind = self._lookup(root, "kind") if root else None
        return kind[1] if kind else root

    def _way(self, node: Node | None, path: Path) -> Iterator[tuple[Node, Node]]:
        """Yield key and value of each step of a path, as far as it leads; of items, the item twice."""
        for step in path:
            found = self._lookup(node, step)
            if found is None:
                return
            yield found
            node = found[1]

    def _lookup(self, node: Node | None, step: str | int) -> tuple[Node, Node] | None:
        if type(node) is Sequence and isinstance(step, int) and step < len(node.items):
            return node.items[step], node.items[step]
        if type(node) is not Mapping:
            return None
        if id(node) not in self._pairs:
            keys = {key.value: key for key, _ in node.pairs if type(key) is Scalar}
            # What a merge key brings in has no key here.
            self._pairs[id(node)] = {name: (keys.get(name, node), value) for name, value in node.items()}
        return self._pairs[id(node)].get(str(step)) or self._spelt(node, str(step))

    def _spelt(self, node: Mapping, name: str) -> tuple[Node, Node] | None:
        """Look up a key by what kubectl makes of it: `on` is "true"."""
        if id(node) not in self._read:
            plain = ((key, value) for key, value in node.pairs if type(key) is Scalar and not (key.style or key.tag))
            self._read[id(node)] = {resolve_key(key.value): (key, value) for key, value in plain if not is_merge(key)}
        return self._read[id(node)].get(name)

    def _raw(self, root: Node | None, path: Path) -> str:
        ways = list(self._way(root, path))
        node = ways[-1][1] if ways and len(ways) == len(path) else None
        if type(node) is Mapping and node.flow and len(node.pairs) == 1 and type(node.pairs[0][1]) is Scalar:
            # `{NAME}` is a mapping to YAML, and a placeholder to others.
            return self.source.text[node.start : node.end] if not node.pairs[0][1].value else ""
        return self.source.text[slice(*node.content(self.source.text))] if type(node) is Scalar else ""


def relocated(source: Source, places: Places[tuple[Resource, Problem]], version: str) -> list[Finding]:
    """Return the findings of problems of a source that is read again: only the documents that they are in.

    Of a source that is not the one any more that was checked, they are at its start.
    """
    from kbump.yaml.composer import compose_documents

    try:
        documents = compose_documents(source, {one.document for one, _ in places})
    except SourceError:
        documents = {}
    locators = {number: Locator(source, [one], version) for number, one in documents.items()}
    gone = Locator(source, [], version)
    return [locators.get(one.document, gone).finding(one._replace(document=0), problem) for one, problem in places]


def _length(source: Source, node: Node) -> int:
    """Return how many characters of the node are on its first line; of a mapping or list, those of its first key."""
    first = node
    while type(first) is not Scalar:
        below = first.pairs[0][0] if type(first) is Mapping and first.pairs else None
        if below is None or below.start != first.start:
            return 1
        first = below
    line = source.text[first.start : first.end].splitlines()
    return max(1, len(line[0]) if line else 1)


def _seen(message: str, raw: str, hides: bool) -> str:
    """Say what the file has where kubectl reads something else: `yes` is true."""
    _, sign, value = message.rpartition(", found the ")
    kind, _, value = value.partition(" ")
    if not sign or hides or kind == "string" or not raw or raw == value:
        return message
    return f"{message} (written `{raw}`)"
