"""located(): the finding that a problem is, at its place in the source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.finding import Finding
from kbump.validation.problem import RAW
from kbump.validation.rules import RULES
from kbump.yaml.nodes import Mapping, Scalar, follow, path_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbump.resource import Resource
    from kbump.source import Source
    from kbump.validation.problem import Problem
    from kbump.yaml.nodes import Document, Node, Path


def located(
    source: Source, documents: Sequence[Document], resource: Resource, problem: Problem, context: str
) -> Finding:
    """Return the finding of a problem of a resource, at its value or key; where there is none, at what holds it."""
    root = documents[resource.document].root
    path = (*resource.path, *problem.path)
    node = _node(root, path, problem.at_key)
    start, length = (node.start, _length(source, node)) if node else (documents[resource.document].span.start, 1)
    raw = _raw(source, follow(root, path) if root else None)
    hides = problem.secret
    return Finding(
        problem.rule,
        problem.severity or RULES[problem.rule].severity,
        source.location(start),
        _seen(problem.message, raw, hides),
        problem.fix.replace(RAW, "…" if hides else raw),
        length,
        path_text(problem.path),
        resource.subject,
        context,
        hides,
    )


def named_at(source: Source, document: int, path: Path, version: str) -> Finding:
    """Return the finding that the object at a path is there twice, at its name."""
    from kbump.resource import resources
    from kbump.validation.problem import Problem
    from kbump.yaml.composer import compose
    from kbump.yaml.constructor import construct

    found = next(one for one in resources(construct(source)) if (one.document, one.path) == (document, path))
    problem = Problem("duplicate-resource", ("metadata", "name"), "", "rename one, or remove one")
    return located(source, compose(source), found, problem, context_of(found, version))


def context_of(resource: Resource, version: str) -> str:
    """Say what an object was read as: `apps/v1, Kubernetes 1.31`."""
    return f"{resource.api_version}, Kubernetes {version}" if resource.api_version else f"Kubernetes {version}"


def _node(root: Node | None, path: Path, at_key: bool) -> Node | None:
    """Return the node at a path, or its key; if it is not there, the nearest key above it."""
    if root is None:
        return None
    at = follow(root, path)
    if at is not None and not at_key and type(at) is Scalar and at.start < at.end:
        return at
    for depth in range(len(path), 0, -1):
        holder = follow(root, path[: depth - 1])
        if type(holder) is Mapping and holder.get(str(path[depth - 1])) is not None:
            return _key(holder, str(path[depth - 1])) or holder
        if isinstance(path[depth - 1], int) and (item := follow(root, path[:depth])):
            return item
    kind = root.get("kind") if type(root) is Mapping else None
    return kind or root


def _key(mapping: Mapping, name: str) -> Scalar | None:
    return next((key for key, _ in mapping.pairs if type(key) is Scalar and key.value == name), None)


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


def _raw(source: Source, node: Node | None) -> str:
    return source.text[slice(*node.content(source.text))] if type(node) is Scalar else ""


def _seen(message: str, raw: str, hides: bool) -> str:
    """Say what the file has where kubectl reads something else: `yes` is true."""
    _, sign, value = message.rpartition(", found the ")
    kind, _, value = value.partition(" ")
    if not sign or hides or kind == "string" or not raw or raw == value:
        return message
    return f"{message} (written `{raw}`)"
