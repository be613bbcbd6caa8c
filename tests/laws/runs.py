"""Runs of set-image over fixtures and over texts, and the laws that each of them keeps."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from kbump import Change, KbumpError, SourceError, images, set_image
from kbump.rewriting.request import Needles, select_images
from kbump.rewriting.texts import Dialect, plan_source
from kbump.source import Source, apply_edits
from kbump.yaml.constructor import construct
from tests.conftest import CASES, ROOT
from tests.laws.strategies import Example

DIGEST = f"sha256:{'9' * 64}"


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


def read(data: bytes) -> list[Any] | None:
    try:
        return construct(Source.from_bytes("", data))
    except SourceError:
        return None
