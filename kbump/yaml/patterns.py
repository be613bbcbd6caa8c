"""Patterns of paths: `spec.jobs[*].image`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kbump.yaml.nodes import Mapping, Node, Path, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

# `spec.jobs[*].image`: keys, `*` for every key, `[*]` for every element of a list.
PATTERN = re.compile(r"[^.\[\]\s]+(?:\[\*\])*(?:\.[^.\[\]\s]+(?:\[\*\])*)*")
_STEP = re.compile(r"\[\*\]|[^.\[\]]+")


def matches(node: Node, path: Path, pattern: str) -> Iterator[tuple[Path, Node]]:
    """Yield (path, node) for what a pattern such as `spec.jobs[*].image` reaches; `*` is every key of a mapping."""
    found: list[tuple[Path, Node]] = [(path, node)]
    for step in _STEP.findall(pattern):
        found = [below for at, one in found for below in _below(at, one, step)]
    yield from found


def _below(path: Path, node: Node, step: str) -> Iterator[tuple[Path, Node]]:
    if type(node) is Sequence and step == "[*]":
        yield from (((*path, index), item) for index, item in enumerate(node.items))
    elif type(node) is Mapping:
        yield from (((*path, key), value) for key, value in node.items() if step in (key, "*"))
