"""Near misses: places that name a requested repository and were not rewritten."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from kbump.fields.field import read_reference
from kbump.finding import Finding
from kbump.yaml.nodes import Node, Path, Scalar, path_text, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kbump.fields import ImageField
    from kbump.manifest import Manifest
    from kbump.rewriting.request import Request
    from kbump.source import Source

_MOST = 20
_LONGEST = 100
_DOCKER = "docker.io/"
_LIBRARY = "library/"
_PLACEHOLDER = re.compile(r"[:@]?(?:\{\{|\$[{(])")


class _Place(NamedTuple):
    """A scalar that is no image field and names a requested repository."""

    manifest: Manifest
    node: Scalar
    path: Path
    match: re.Match[str]

    @property
    def templated(self) -> bool:
        """Whether a placeholder follows the name."""
        return bool(_PLACEHOLDER.match(self.match.string, self.match.end(), self.node.end))


def near_misses(
    source: Source, manifests: Sequence[Manifest], fields: Sequence[ImageField], requests: Iterable[Request]
) -> list[Finding]:
    """Return notes on the first 20 places that name a requested repository and are no field that a request asks for.

    `manifests` are those of the source; without any, it is a template, of which the text alone is known.
    """
    requests = list(requests)
    names = sorted({name for request in requests for name in request.repositories})
    sought = [name for name in names if not _all_wanted(source, fields, requests, name)]
    # Two names that differ in the registry alone are found at the same place.
    matches = {match.start(): match for name in sought for match in _pattern(name).finditer(source.text)}
    spans = sorted({(node.start, node.end): field for field in fields for node in field.nodes.values()}.items())
    found: list[Finding] = []
    for at, match in sorted(matches.items()):
        before = bisect_right(spans, at, key=lambda item: item[0][0])
        (_, end), field = spans[before - 1] if before else ((0, 0), None)
        message, fix = _judged(manifests, field if at < end else None, requests, match)
        if not message:
            continue
        if len(found) == _MOST:
            message = f"`{match.group()}` is left as it is, and so are all below, which are not listed"
            return [*found, Finding("near-miss", "note", source.location(at), message)]
        found.append(Finding("near-miss", "note", source.location(at), f"{message}, left as it is", fix))
    return found


def _judged(
    manifests: Sequence[Manifest], field: ImageField | None, requests: list[Request], match: re.Match[str]
) -> tuple[str, str]:
    """Return what there is to say of a place, and to do; nothing for a field that is asked for, and for a comment."""
    if field:
        return ("", "") if any(request.wants(field) for request in requests) else _of_field(field, requests)
    if not manifests:
        return _of_template(match)
    place = _place(manifests, match)
    return _of_place(place) if place else ("", "")


def _all_wanted(source: Source, fields: Sequence[ImageField], requests: list[Request], name: str) -> bool:
    """Whether a count shows that all places with the name are wanted fields: it is much faster than the search."""
    path = _path(name)
    values = [node.value for field in fields for node in field.nodes.values() if any(r.wants(field) for r in requests)]
    return source.text.count(path) <= sum(value.count(path) for value in values)


def _pattern(repository: str) -> re.Pattern[str]:
    """Match a repository as it may be spelled, also on another registry; one word alone needs a tag behind it."""
    path = _path(repository) if repository.startswith(_DOCKER) else repository.partition("/")[2]
    behind = r"""(?=[:@\s"'`,;)\]}]|\Z)""" if "/" in path else r"(?=[:@][\w{$])"
    return re.compile(rf"(?<![\w./:@-])((?:[\w.-]+(?::\d+)?/)?(?:{_LIBRARY})?){re.escape(path)}{behind}")


def _path(repository: str) -> str:
    return repository.partition("/")[2].removeprefix(_LIBRARY)


def _place(manifests: Iterable[Manifest], match: re.Match[str]) -> _Place | None:
    for manifest in manifests:
        for node, path in _scalars(manifest.node):
            if node.start <= match.start() < node.end:
                return _Place(manifest, node, (*manifest.path, *path), match)
    return None


def _scalars(root: Node) -> Iterator[tuple[Scalar, Path]]:
    yield from ((node, path) for node, path in walk(root) if type(node) is Scalar)


def _of_field(field: ImageField, requests: Iterable[Request]) -> tuple[str, str]:
    """Describe an image field that names the repository otherwise: templated, or on another registry."""
    if field.reference is None:
        return f"`{_shown(field.raw)}` {field.problem}", ""
    path, domain = _path(f"{field.reference.domain}/{field.reference.path}"), field.reference.domain
    names = sorted({name for request in requests for name in request.repositories})
    registries = [name.partition("/")[0] for name in names if _path(name) == path]
    if not registries:
        return "", ""
    return f"`{field.raw}` is another image, from `{domain}` instead of `{'` or `'.join(registries)}`", ""


def _of_place(place: _Place) -> tuple[str, str]:
    where = f" at `{path_text(place.path)}`" if place.path else ""
    message = f"`{place.match.group()}`{where} {_kind_of_place(place)}"
    return message, "" if place.templated or not read_reference(place.node.value)[0] else _remedy(place)


def _kind_of_place(place: _Place) -> str:
    if place.templated:
        return "is templated"
    if place.node.style in ("|", ">"):
        return "is inside a block of text"
    if place.manifest.kind in ("ConfigMap", "CustomResourceDefinition", "Secret"):
        return f"is in a {place.manifest.kind}"
    word = next((word for word in map(str, place.path) if word in _PLACES), "")
    if word:
        return f"is in {_PLACES[word]}"
    if place.manifest.role == "other":
        return "is in a document that is no manifest"
    return "is no field that kbump takes for an image"


_PLACES = {
    "annotations": "an annotation",
    "labels": "a label",
    "args": "an argument",
    "command": "a command",
    "env": "an environment variable",
}


_IN_CONFIG = {
    "manifest": ["add its path to `images` in .kbump.yaml"],
    "other": ["list the file under `values` in .kbump.yaml"],
}


def _remedy(place: _Place) -> str:
    """Say how a whole scalar could become an image field; JSON has no comments."""
    ways = [] if place.manifest.source.text.lstrip()[:1] in ("{", "[") else ["add `# kbump: image` behind it"]
    if place.manifest.kind != "CustomResourceDefinition":
        ways += _IN_CONFIG.get(place.manifest.role, [])
    return f"if it is an image: {', or '.join(ways)}" if ways else ""


def _of_template(match: re.Match[str]) -> tuple[str, str]:
    """Describe a place in a template by what is around it on its line."""
    text = match.string
    before = re.search(r"[^\r\n]*\Z", text[: match.start()])
    if before and re.search(r"(?:\s|\A)#", before[0]):
        return "", ""
    templated = _PLACEHOLDER.match(text, match.end()) or (before and "}}" in before[0])
    return f"`{match.group()}` {'is templated' if templated else 'is not alone behind `image:` on its line'}", ""


def _shown(text: str) -> str:
    """Write a text for a message: on one line, and not all of it if it is long."""
    short = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    return short if short.isprintable() else short.encode("unicode_escape").decode()
