"""The laws that every run of set-image over one file keeps, but for those that need a folder."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from kbump import Change, SourceError
from kbump.source import Source, Span, apply_edits
from kbump.yaml.composer import compose
from kbump.yaml.constructor import construct
from kbump.yaml.nodes import Document, Mapping, Node, path_text, walk
from tests.laws.runs import Run, read

ABSENT = object()
# What an entry of a kustomization gains or loses, with its line.
PART = re.compile(r"[^\r\n]*(?:newName|newTag|digest|\\x)[^\r\n]*[\r\n]*")
# Blank lines and comments around an entry are in it where a part stood that goes.
BELOW = re.compile(r"(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))*")
ABOVE = re.compile(rf"(?<=[-\r\n]){BELOW.pattern}[ \t]*\Z")
COMMENT = re.compile(r"(?:(?<=\s)|\A)#[^\r\n]*")


def lossless(run: Run) -> None:
    """Outside the scalars and entries that change there are the same bytes; in entries there are the same comments."""
    if run.error or not run.changed:
        assert run.after == run.before
        return
    before, after = (Source.from_bytes(run.name, data) for data in (run.before, run.after))
    assert before.to_bytes() == run.before
    assert apply_edits(before.text, []) == before.text
    assert before.bom == after.bom
    documents = compose(before)
    places = {(number(before, documents, change), change.path, change.role) for change in run.changed}
    (outside, inside), (outside_after, inside_after) = (parted(source, places) for source in (before, after))
    assert outside == outside_after
    for piece, piece_after in zip(inside, inside_after, strict=True):
        there, there_after = Counter(COMMENT.findall(piece)), Counter(COMMENT.findall(piece_after))
        # A part of an entry takes its line with it.
        assert there - Counter(COMMENT.findall("".join(PART.findall(piece)))) <= there_after <= there


def number(source: Source, documents: list[Document], change: Change) -> int:
    offset = source.line_starts[change.location.line - 1] + change.location.column - 1
    return max(document.number for document in documents if document.span.start <= offset)


def parted(source: Source, places: set[tuple[int, str, str]]) -> tuple[list[str], list[str]]:
    """Return what is outside the nodes at some places, and what is inside."""
    spans: set[Span] = set()
    for document in compose(source):
        nodes = {path_text(path): node for node, path in walk(document.root)} if document.root else {}
        for path, role in ((path, role) for at, path, role in places if at == document.number):
            spans |= set(spans_of(source, nodes[path], role))
    ends = [0]
    for start, end in sorted(spans):
        if start >= ends[-1]:
            ends += [start, end]
    pieces = [source.text[start:end] for start, end in zip(ends, [*ends[1:], None], strict=True)]
    return pieces[::2], pieces[1::2]


def spans_of(source: Source, node: Node, role: str) -> Iterator[Span]:
    """Return what may change: a scalar, those of values with several, an entry of a kustomization with its lines."""
    if type(node) is not Mapping:
        yield with_gap(source, node)
    elif role == "values":
        yield from (with_gap(source, value) for _, value in node.pairs)
    elif node.flow:
        yield Span(node.start, node.end)
    else:
        above = ABOVE.search(source.text, 0, node.start)
        below = BELOW.match(source.text, source.line_span(node.end - 1).end)
        yield Span(above.start() if above else node.start, below.end() if below else node.end)


def with_gap(source: Source, node: Node) -> Span:
    """Return the span of a scalar and of the space before it: a space is put before what was empty."""
    return Span(len(source.text[: node.start].rstrip(" \t")), node.end)


def same_object(run: Run) -> None:
    """What kubectl reads differs in the changed fields, and there is what was asked for."""
    try:
        before, after = (construct(Source.from_bytes(run.name, data)) for data in (run.before, run.after))
    except SourceError:
        assert read(run.before) is read(run.after) is None
        return
    found = dict(differences(before, after))
    whole = Counter(change.path for change in run.changed if change.role not in ("kustomization", "values"))
    parts = {change.path for change in run.changed if change.role in ("kustomization", "values")}
    seen: Counter[str] = Counter()
    for path, value in found.items():
        text = path_text(path[1:])
        entry = text if text in parts else path_text(path[1:-1])
        if entry in parts:
            seen[entry] = 1
        else:
            seen[text] += 1
            assert value in {change.new for change in run.changed if change.path == text}
    assert seen == whole + Counter(dict.fromkeys(parts, 1))


def differences(before: Any, after: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[Any, Any]]:
    """Yield (path, value afterwards) of all that differs."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in {**before, **after}:
            yield from differences(before.get(key, ABSENT), after.get(key, ABSENT), (*path, key))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from differences(old, new, (*path, index))
    elif type(before) is not type(after) or before != after:
        yield path, after


def located(run: Run) -> None:
    """What is refused says why and where; a file that is refused stays as it is."""
    count = len(Source.from_bytes(run.name, run.before).line_starts) if run.changes else 0
    for change in run.changes:
        assert change.status in ("changed", "unchanged", "refused", "overridden")
        assert bool(change.reason) == (change.status in ("refused", "overridden"))
        assert 1 <= change.location.line <= count
        assert change.location.column >= 1
    if run.error:
        assert run.error.location
        assert run.after == run.before


def idempotent(run: Run) -> None:
    """The second run changes nothing, and selects what the first one did."""
    assert run.again == run.after
    assert not [change for change in run.second if change.status == "changed"]
    status = {"changed": "unchanged"}
    assert Counter((change.path, status.get(change.status, change.status)) for change in run.changes) == Counter(
        (change.path, change.status) for change in run.second
    )


def nothing_hidden(run: Run) -> None:
    """Every container with an image of a requested repository is among the changes; dot-files are not looked at."""
    if not re.search(r"(?:\A|/)[^./][^/]*\.(?:yaml|yml|json)\Z", run.name):
        return
    wanted = {repository(name) for request in run.requests for name in request.split("=")} - {""}
    images = [image for data in read(run.before) or [] for image in containers(data)]
    sought = Counter(image for image in images if repository(image) in wanted)
    assert run.error or not sought - Counter(change.old for change in run.changes)


def containers(data: Any) -> Iterator[str]:
    """The images of all containers of a manifest, found anew."""
    if not isinstance(data, dict) or not all(isinstance(data.get(key), str) for key in ("apiVersion", "kind")):
        return
    if data["kind"].endswith("List") and isinstance(data.get("items"), list):
        for item in data["items"]:
            yield from containers(item)
    elif data["kind"] != "CustomResourceDefinition" and "kustomize" not in data["apiVersion"]:
        yield from _containers(data)


def _containers(data: Any) -> Iterator[str]:
    below = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in below:
        if key in ("containers", "initContainers", "ephemeralContainers") and isinstance(value, list):
            found = (item.get("image") for item in value if isinstance(item, dict))
            yield from (image for image in found if isinstance(image, str))
        yield from _containers(value)


def repository(image: str) -> str:
    """A normalised repository, as far as the fixtures need it; empty for what is no reference."""
    match = re.fullmatch(r"((?:[A-Za-z0-9.-]+(?::\d+)?/)?[a-z0-9][a-z0-9._/-]*)(:[\w.-]+)?(@sha256:\w+)?", image)
    if not match:
        return ""
    first, slash, rest = match[1].partition("/")
    if not slash or not re.search(r"[.:A-Z]|\Alocalhost\Z", first):
        first, rest = "docker.io", match[1]
    first = "docker.io" if first == "index.docker.io" else first
    return f"{first}/library/{rest}" if first == "docker.io" and "/" not in rest else f"{first}/{rest}"


LAWS = [lossless, same_object, located, idempotent, nothing_hidden]
