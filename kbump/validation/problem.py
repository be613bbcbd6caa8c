"""Problem: one thing that is wrong with a resource, at a path; locating.py makes a Finding of it.

Applied: the findings of a file after its comments were heeded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbump.finding import Finding
    from kbump.yaml.nodes import Path


class Problem(NamedTuple):
    """What is wrong at a path below the resource's own; at its key, or else at its value.

    `severity` is empty for the rule's own. In `message` and `fix`, RAW stands for the text of the value in the file.
    `definer` is the file of the definition that says so, where others say otherwise.
    """

    rule: str
    path: Path
    message: str
    fix: str = ""
    at_key: bool = False
    severity: str = ""
    secret: bool = False
    definer: str = ""


class Applied(NamedTuple):
    """What comments leave of findings, how many they ignore, and those that wait for findings of the whole run.

    Of these, the line that they are about, and the finding that they ignore nothing.
    """

    findings: list[Finding]
    ignored: int = 0
    waiting: Sequence[tuple[int, Finding]] = ()


RAW = "\0raw\0"
