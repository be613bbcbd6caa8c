"""What the real kubectl reads of every fixture before and after its images are set: it differs in them alone."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from kbump.yaml.nodes import path_text
from tests.laws.laws import differences
from tests.laws.runs import FIXTURES, Run, runs

pytestmark = pytest.mark.once

# Comes behind the file of its number, and says where the objects of that end.
END = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: the-end}\n"
END_NAME = "the-end"


class Reading(NamedTuple):
    """The objects that kubectl reads of a file, items of lists one by one, and what it says of the rest."""

    objects: list[Any]
    errors: list[str]


def read_by_kubectl(folder: Path, files: list[tuple[str, bytes]]) -> list[Reading]:
    """Let kubectl read all files at once; it takes them in the order of their names, and goes on after errors."""
    folder.mkdir()
    for number, (suffix, data) in enumerate(files):
        (folder / f"{number:05}{suffix}").write_bytes(data)
        (folder / f"{number:05}.z.yaml").write_text(END)
    command = ["kubectl", "label", "--local", "--dry-run=client", "-o", "json", "-f", str(folder), "read=by-kubectl"]
    ran = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    found = [Reading([], []) for _ in range(len(files) + 1)]
    number = 0
    for one in printed(ran.stdout):
        if (one.get("metadata") or {}).get("name") == END_NAME:
            number += 1
        else:
            found[number].objects.append(one)
    assert number == len(files)
    for line in ran.stderr.splitlines():
        match = re.search(r"/(\d{5})\.\w+\"?: (.*)", line)
        if match:
            complain(found[int(match[1])], match[2])
    return found


def complain(reading: Reading, error: str) -> None:
    """Note an error; it has all of what is no Kubernetes object: values of charts, kustomizations without a kind."""
    message, mark, data = error.partition(" is missing in '")
    if mark:
        reading.objects.append(json.loads(data.removesuffix("'")))
    reading.errors.append(re.sub(r"line \d+", "line", message))


def printed(text: str) -> list[Any]:
    decoder, found, at = json.JSONDecoder(), [], 0
    while (at := text.find("{", at)) >= 0:
        one, at = decoder.raw_decode(text, at)
        found.append(one)
    return found


@pytest.fixture(scope="module")
def readings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Run, Reading, Reading]]]:
    if shutil.which("kubectl") is None:
        pytest.skip("needs kubectl on PATH")
    readable = (".yaml", ".yml", ".json")
    found = [(name, run) for name in FIXTURES for run in runs(name) if run.name.endswith(readable)]
    folder = tmp_path_factory.mktemp("read")
    before, after = (
        read_by_kubectl(folder / when, [(Path(run.name).suffix, getattr(run, when)) for _, run in found])
        for when in ("before", "after")
    )
    by_fixture: dict[str, list[tuple[Run, Reading, Reading]]] = {name: [] for name in FIXTURES}
    for number, (name, run) in enumerate(found):
        by_fixture[name].append((run, before[number], after[number]))
    return by_fixture


@pytest.mark.parametrize("fixture", FIXTURES)
def test_what_kubectl_reads_differs_in_the_selected_fields(
    fixture: str, readings: dict[str, list[tuple[Run, Reading, Reading]]]
) -> None:
    for run, before, after in readings[fixture]:
        assert after.errors == before.errors
        assert len(after.objects) == len(before.objects)
        assert_same_but_for_images(run, before, after)


def assert_same_but_for_images(run: Run, before: Reading, after: Reading) -> None:
    new: dict[str, set[str]] = {}
    for change in run.changed:
        new.setdefault(below_list(change.path), set()).add(change.new)
    found: Counter[str] = Counter()
    for old, now in zip(before.objects, after.objects, strict=True):
        for path, value in differences(old, now):
            entry = path_text(path[:-1])
            found[entry if entry in new else path_text(path)] += 1
            assert entry in new or value in new[path_text(path)]
    # Of a file with other errors kubectl reads a part, of a list in a list nothing.
    if before.objects and all(error.startswith("Object '") for error in before.errors):
        assert set(found) == set(new)
        assert all(found[path] >= count for path, count in Counter(below_list(one.path) for one in run.changed).items())


def below_list(path: str) -> str:
    """A path as it is in an item of a list: kubectl reads them one by one."""
    return re.sub(r"\A(?:items\[\d+\]\.)+(?=\w+\b)", "", path)


def test_kubectl_reads_most_of_the_fixtures(readings: dict[str, list[tuple[Run, Reading, Reading]]]) -> None:
    files = [row for rows in readings.values() for row in rows]
    assert sum(bool(before.objects) and bool(run.changed) for run, before, _ in files) > 100
