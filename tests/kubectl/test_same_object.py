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

from kbump import Change
from kbump.yaml.nodes import path_text
from tests.laws.runs import FIXTURES, Run, differences, runs

_READABLE = (".yaml", ".yml", ".json")


class Readings(NamedTuple):
    """What kubectl reads of each file, and the files that it does not read (wholly)."""

    objects: dict[str, list[Any]]
    errors: dict[str, str]


def reading(folder: Path, files: dict[str, bytes]) -> Readings:
    """Let kubectl read all files at once; what it prints follows the files in the order of their names."""
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
        # Says where the objects of a file end.
        (folder / f"{name}.end.yaml").write_text(
            f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: 'end of {name}'}}\n"
        )
    command = ["kubectl", "label", "--local", "--dry-run=client", "-o", "json", "-f", str(folder), "read=by-kubectl"]
    ran = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    objects: dict[str, list[Any]] = {}
    found: list[Any] = []
    for one in stream(ran.stdout):
        name = one.get("metadata", {}).get("name", "")
        if isinstance(name, str) and name.startswith("end of "):
            objects[name.removeprefix("end of ")], found = found, []
        else:
            found.append(one)
    errors = {
        match[1]: line for line in ran.stderr.splitlines() for match in re.finditer(r"([\w-]+\.(?:yaml|json))\b", line)
    }
    return Readings(objects, errors)


def stream(text: str) -> list[Any]:
    decoder, found, at = json.JSONDecoder(), [], 0
    while match := re.compile(r"\s*(?=\{)").match(text, at):
        one, at = decoder.raw_decode(text, match.end())
        found.append(one)
    return found
