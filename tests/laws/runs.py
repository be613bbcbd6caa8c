"""Runs of set-image over fixtures and over texts, and the laws that each of them keeps."""

from __future__ import annotations

import difflib
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from kbump import Change, KbumpError, SourceError, images, set_image
from kbump.rewriting.request import Needles, select_images
from kbump.rewriting.texts import Dialect, plan_source
from kbump.source import Source, apply_edits
from kbump.yaml.constructor import construct
from kbump.yaml.nodes import path_text
from tests.conftest import CASES, ROOT
from tests.laws.strategies import Example

DIGEST = f"sha256:{'9' * 64}"
ABSENT = object()
# What a reference and its quotes are made of, and what breaks a long one in two.
REFERENCE = re.compile(r"""[\w.:/@+~\-"'\\\s]+""")
# What an entry of a kustomization gains or loses, with its line.
PART = re.compile(r"""[ \t]*["']?(newName|newTag|digest)["']?[ \t]*:""")
COMMENT = re.compile(r"(?:(?<=\s)|\A)#[^\r\n]*")


class Run(NamedTuple):
    """One file of a run: its bytes before and after, what was found, and what a second run found."""

    name: str
    before: bytes
    after: bytes
    requests: tuple[str, ...]
    changes: list[Change]
    error: KbumpError | None
    again: bytes
    second: list[Change]

    @property
    def changed(self) -> list[Change]:
        return [change for change in self.changes if change.status == "changed"]


def fixtures() -> dict[str, Path]:
    """Every input of the cases, and every example, by a name that says where it is."""
    found = {}
    for verb in ("set_image", "images"):
        for case in sorted((CASES / verb).iterdir()):
            for path in sorted(case.glob("input*")):
                found[f"{verb} {case.name.replace('-', ' ')}"] = path
    for folder in (CASES / "seed", ROOT / "examples"):
        found |= {f"{folder.name} {path.name}": path for path in sorted(folder.iterdir()) if path.is_dir()}
    return found


FIXTURES = fixtures()


@cache
def runs(fixture: str) -> list[Run]:
    """Set all images of a fixture to a new tag, and in another copy to a new tag and digest."""
    found = []
    for digest in ("", f"@{DIGEST}"):
        with tempfile.TemporaryDirectory() as folder:
            copy(fixture, Path(folder))
            requests = tuple(f"{name}:9.9.9{digest}" for name in names(folder))
            found += _runs(Path(folder), requests) if requests else []
    return found


def copy(fixture: str, folder: Path) -> None:
    path = FIXTURES[fixture]
    if path.is_dir():
        shutil.copytree(path, folder, dirs_exist_ok=True, symlinks=True)
    else:
        shutil.copy(path, folder)


def names(folder: str) -> list[str]:
    """One name for each repository that the files of a folder name."""
    try:
        found = images(folder).images
    except KbumpError:  # of .kbump.yaml
        return []
    return sorted({image.repository: image.name for image in found if image.name}.values())


def _runs(folder: Path, requests: tuple[str, ...]) -> list[Run]:
    before = contents(folder)
    first = set_image(requests, str(folder), keep_going=True, require=0)
    after = contents(folder)
    second = set_image(requests, str(folder), keep_going=True, require=0)
    again = contents(folder)
    errors = {error.location.file: error for error in first.errors if error.location}
    return [
        Run(
            name,
            before[name],
            after[name],
            requests,
            [change for change in first.changes if change.location.file == name],
            errors.get(name),
            again[name],
            [change for change in second.changes if change.location.file == name],
        )
        for name in before
    ]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def run_text(example: Example, requests: tuple[str, ...], *, drop_digest: bool) -> Run:
    """Run over one text, and again over what it made of it."""
    first, changes, error = _planned(example.name, example.data, requests, drop_digest)
    again, second, _ = _planned(example.name, first, requests, drop_digest)
    return Run(example.name, example.data, first, requests, changes, error, again, second)


def _planned(
    name: str, data: bytes, requests: tuple[str, ...], drop_digest: bool
) -> tuple[bytes, list[Change], KbumpError | None]:
    source = Source.from_bytes(name, data)
    selection = select_images(
        requests, containers=(), kinds=(), names=(), namespaces=(), no_downgrade=False, drop_digest=drop_digest
    )
    # As files are: most of them are not parsed.
    if not Needles(selection.requests).search(data):
        return data, [], None
    plan = plan_source(source, selection, Dialect(), values=name == "values.yaml")
    edited = Source(name, apply_edits(source.text, plan.edits), bom=source.bom)
    return edited.to_bytes(), plan.changes, plan.error


def lossless(run: Run) -> None:
    """What is not a reference stays: bytes outside the lines of changes, on them all but the reference."""
    if run.error or not run.changed:
        assert run.after == run.before
        return
    source = Source.from_bytes(run.name, run.before)
    assert source.to_bytes() == run.before
    assert apply_edits(source.text, []) == source.text
    before, after = (lines(data) for data in (run.before, run.after))
    known = re.compile("|".join(re.escape(text) for change in run.changed for text in (change.new, change.old)))
    for kind, old, end, new, stop in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "equal":
            pieces = before[old:end], after[new:stop]
            # A part of an entry comes and goes with its line.
            moved = len({str(parts(piece)) for piece in pieces}) > 1
            assert remains(pieces[0], known, moved) == remains(pieces[1], known, moved)


def parts(changed: list[str]) -> list[str]:
    return [match[1] for line in changed if (match := PART.match(line))]


def remains(changed: list[str], known: re.Pattern[str], moved: bool) -> list[str]:
    """What is left of changed lines without references, and of the lines of moved parts the brackets."""
    text = "".join(re.sub(r"[^][{}]", "", line) if moved and PART.match(line) else line for line in changed)
    text = known.sub("", text)
    return [REFERENCE.sub("", COMMENT.sub("", text)).replace(",", ""), *COMMENT.findall(text)]


def lines(data: bytes) -> list[str]:
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n|\Z)", data.decode())


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


def read(data: bytes) -> list[Any] | None:
    try:
        return construct(Source.from_bytes("", data))
    except SourceError:
        return None


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
    count = len(lines(run.before)) if not run.error else 0
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
