"""Near misses: places that name a requested repository and were not rewritten."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kbump.finding import Finding
from kbump.yaml.nodes import Mapping, Path, Scalar, path_text, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kbump.fields import ImageField
    from kbump.rewriting.request import Request
    from kbump.source import Source
    from kbump.yaml.nodes import Document

_MOST = 20
_DOCKER = "docker.io/"
_LIBRARY = "library/"


def near_misses(
    source: Source, documents: list[Document], fields: list[ImageField], requests: Iterable[Request]
) -> list[Finding]:
    """Return notes on up to 20 scalars that name a requested repository and are no field that a request asks for."""
    requests = list(requests)
    spans = [(node.start, node.end, field) for field in fields for node in field.nodes.values()]
    found: list[Finding] = []
    for name in sorted({name for request in requests for name in request.repositories}):
        if _all_wanted(source, fields, requests, name):
            continue
        for match in _pattern(name).finditer(source.text):
            field = next((field for start, end, field in spans if start <= match.start() < end), None)
            if not field:
                found += _described(source, documents, match, name)
            elif not any(request.wants(field) for request in requests):
                found.append(_unlike(source, field, match, name))
            if len(found) >= _MOST:
                return found
    return found


def _all_wanted(source: Source, fields: list[ImageField], requests: list[Request], name: str) -> bool:
    """Whether a count shows that all places with the name are wanted fields: it is much faster than the search."""
    path = name.partition("/")[2].removeprefix(_LIBRARY)
    values = [node.value for field in fields for node in field.nodes.values() if any(r.wants(field) for r in requests)]
    return source.text.count(path) <= sum(value.count(path) for value in values)


def _unlike(source: Source, field: ImageField, match: re.Match[str], repository: str) -> Finding:
    """Describe an image field that names the repository otherwise: templated, or on another registry."""
    what = field.problem or "is another image"
    message = f"`{field.raw}` {what}, left as it is"
    return Finding("near-miss", "note", source.location(match.start()), message, _fix(match, repository))


def _pattern(repository: str) -> re.Pattern[str]:
    """Match a repository as it may be spelled, also on another registry; one word alone needs a tag behind it."""
    path = repository.partition("/")[2]
    if repository.startswith(_DOCKER + _LIBRARY):
        path = path.removeprefix(_LIBRARY)
    behind = r"""(?=[:@\s"'`,;)\]}]|\Z)""" if "/" in path else r"(?=[:@][\w{$])"
    return re.compile(rf"(?<![\w./:@-])((?:[\w.-]+(?::\d+)?/)?(?:{_LIBRARY})?){re.escape(path)}{behind}")


def _described(source: Source, documents: list[Document], match: re.Match[str], repository: str) -> Iterator[Finding]:
    place = _place(documents, match.start())
    if place is None:
        return
    node, path, document = place
    message = f"`{match.group()}` {_kind_of_place(source, document, node, path, match)}, left as it is"
    yield Finding("near-miss", "note", source.location(match.start()), message, _fix(match, repository))


def _place(documents: list[Document], offset: int) -> tuple[Scalar, Path, Document] | None:
    for document in documents:
        for node, path in walk(document.root) if document.root else ():
            if type(node) is Scalar and node.start <= offset < node.end:
                return node, path, document
    return None


def _kind_of_place(source: Source, document: Document, node: Scalar, path: Path, match: re.Match[str]) -> str:
    at = f" at `{path_text(path)}`" if path else ""
    behind = source.text[match.end() : node.end]
    if re.match(r"[:@]?(?:\{\{|\$[{(])", behind):
        return f"is templated{at}"
    if node.style in ("|", ">") and node.value.count("\n") > 1:
        return f"is inside a block of text{at}"
    words = {str(key) for key in path}
    root = document.root
    if type(root) is Mapping and root.text("kind") in ("ConfigMap", "Secret"):
        return f"is in a {root.text('kind')}{at}"
    for word, name in _PLACES.items():
        if word in words:
            return f"is in {name}{at}"
    return f"is no image field that kbump knows{at}"


_PLACES = {
    "annotations": "an annotation",
    "labels": "a label",
    "args": "an argument",
    "command": "a command",
    "env": "an environment variable",
}


def _fix(match: re.Match[str], repository: str) -> str:
    registry = match.group(1).removesuffix(_LIBRARY).rstrip("/")
    expected = repository.partition("/")[0]
    if registry and registry not in (expected, "index.docker.io"):
        return f"the registry is `{registry}`, not `{expected}`"
    return "add `# kbump: image` behind it, or a path to `images` in .kbump.yaml, if it is one"
