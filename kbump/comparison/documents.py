"""The documents of both sides: those with the same text are the same, and only the others are parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kbump.comparison.result import Note, Object
from kbump.errors import Location, SourceError
from kbump.manifest import is_kustomization
from kbump.resource import Resource, resources
from kbump.source import Source, Span
from kbump.yaml.events import split

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbump.comparison.side import Side

_KUSTOMIZE = "kustomize.config.k8s.io"
# So deep are no manifests; what comes after the parser may be recursive.
_MAX_DEPTH = 200


class Part(NamedTuple):
    """The text of one document, or of a stream that cannot be split; `file` is the name below the root of its side."""

    source: Source
    number: int
    span: Span
    text: str
    file: str
    values: bool

    @property
    def location(self) -> Location:
        """Where the document begins, behind its `---`."""
        start = self.span.start
        bare = self.text.removeprefix("---").lstrip()
        return self.source.location(start + len(self.text) - len(bare) if bare else start)


class Item(NamedTuple):
    """One object of a side that is not known to be on the other one."""

    part: Part
    resource: Resource
    object: Object


def parts(side: Side) -> Iterator[Part]:
    """Yield the documents of a side without parsing them."""
    for source in side.sources:
        file, values = side.relative(source.name), source.name in side.values
        for number, span in split(source.text):
            yield Part(source, number, span, source.text[span.start : span.end], file, values)


def different(old: list[Part], new: list[Part]) -> tuple[int, list[Part], list[Part]]:
    """Return how many objects have the same text on both sides, and the other documents of each side.

    Values and kustomizations are not the same if they are of different files.
    """
    waiting: dict[tuple[str, str], list[Part]] = {}
    for part in old:
        waiting.setdefault(_text(part), []).append(part)
    equal, rest = 0, []
    for part in new:
        same = waiting.get(_text(part))
        if not same:
            rest.append(part)
            continue
        same.pop(0)
        equal += part.values or ("kind" in part.text and "apiVersion" in part.text)
    left = {id(part) for same in waiting.values() for part in same}
    return equal, [part for part in old if id(part) in left], rest


def _text(part: Part) -> tuple[str, str]:
    # The first document of a stream may leave its `---` out.
    return (part.file if _is_file(part) else ""), part.text.removeprefix("---\n")


def _is_file(part: Part) -> bool:
    return part.values or is_kustomization(part.file)


def items(side: Side, rest: list[Part]) -> tuple[list[Item], list[Note]]:
    """Parse documents of a side; return their objects, and what cannot be compared."""
    found: list[Item] = []
    notes: list[Note] = []
    for part in rest:
        try:
            documents = _construct(part)
        except SourceError as error:
            notes.append(_unreadable(side, part, error))
            continue
        if _too_deep(documents):
            message = f"is nested deeper than {_MAX_DEPTH}"
            notes.append(Note("deep", side.name, message, part.location))
            continue
        for item in _items(part, documents):
            found += [item] if item.object.role != "other" else []
            notes += _said(side, item)
    return found, notes


def _construct(part: Part) -> list[Any]:
    from kbump.yaml.constructor import construct

    try:
        return list(construct(Source(part.source.name, part.text)))
    except SourceError as error:
        raise _moved(part, error) from None


def _moved(part: Part, error: SourceError) -> SourceError:
    """Return an error in a document as one in its file; documents begin at the beginning of a line."""
    above = part.source.location(part.span.start).line - 1
    place = error.location and error.location._replace(line=above + error.location.line)
    return SourceError(error.message, location=place, hint=error.hint)


def _unreadable(side: Side, part: Part, error: SourceError) -> Note:
    if "{{" in part.text:
        return Note("template", side.name, "is a template", part.location)
    if part.file.endswith(".json") and "apiVersion" not in part.text:
        # JSON with comments, of an editor.
        return Note("other", side.name, "is neither JSON nor a manifest", part.location)
    return Note("unparsable", side.name, error.message, error.location, error.hint or "")


def _too_deep(documents: list[Any]) -> bool:
    level = [one for one in documents if type(one) in (dict, list)]
    for _ in range(_MAX_DEPTH):
        if not level:
            return False
        below = [value for one in level for value in (one.values() if type(one) is dict else one)]
        level = [value for value in below if type(value) in (dict, list)]
    return True


def _items(part: Part, documents: list[Any]) -> Iterator[Item]:
    if not part.values:
        for resource in resources(documents):
            yield Item(part, resource, _object(part, resource))
        plain = [number for number, data in enumerate(documents) if type(data) not in (dict, type(None))]
        for number in plain:
            yield Item(part, Resource(number, (), {}, "", "", "", ""), _file(part, "other"))
        return
    for number, data in enumerate(documents):
        if type(data) is dict:
            yield Item(part, Resource(number, (), data, "", "", "", ""), _file(part, "values"))


def _object(part: Part, resource: Resource) -> Object:
    if resource.group == _KUSTOMIZE or _is_file(part):
        kind = resource.kind or "Kustomization"
        return Object("kustomization", resource.api_version, kind, "", part.file, part.location)
    if not (resource.api_version and resource.kind):
        return _file(part, "other")
    identity = (resource.api_version, resource.kind, resource.namespace, resource.name)
    return Object("manifest", *identity, part.location)


def _file(part: Part, role: str) -> Object:
    return Object(role, "", "", "", part.file, part.location)


def _said(side: Side, item: Item) -> list[Note]:
    if item.object.role == "other":
        return [Note("other", side.name, "is no manifest", item.object.location)]
    if item.resource.encrypted:
        message = f"{item.object.subject}: of encrypted values only the ciphertexts were compared"
        return [Note("encrypted", side.name, message, item.object.location)]
    return []
