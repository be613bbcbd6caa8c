"""init(): writes the first .kbump.yaml of a repo, after a look at it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Literal, NamedTuple

from kbump import files
from kbump.catalog import schemas_folder, versions
from kbump.config import FILE_NAME, read_config
from kbump.discovery import Discovery, discover
from kbump.errors import UsageError
from kbump.report.discovery import init_yaml
from kbump.source import Source

if TYPE_CHECKING:
    from collections.abc import Mapping


class InitResult(NamedTuple):
    """What came of it: the path and text of the file, and what was found.

    `above` is another .kbump.yaml, which does not count here any more. `status`: `written`; `planned`, if it was not to
    be written; `there`, if there was a file, which stays as it is.
    """

    status: Literal["written", "planned", "there"]
    path: str
    text: str
    found: Discovery
    above: str = ""


def init(directory: str, environ: Mapping[str, str], *, force: bool = False, write: bool = True) -> InitResult:
    """Look at a directory and write its .kbump.yaml; one that is there is replaced only with `force`.

    Raises UsageError if it is no directory, SourceError and WriteError.
    """
    if not os.path.isdir(directory):
        raise UsageError(f"`{directory}` is no directory", hint="name the directory of the repo")
    path = os.path.normpath(os.path.join(directory, FILE_NAME))
    found = discover(directory, environ)
    with open(os.path.join(schemas_folder(), "kbump.schema.json"), encoding="utf-8") as file:
        text = init_yaml(found, json.load(file), versions())
    # Checked before it is written: names of directories may be anything.
    read_config(Source(path, text), directory)
    result = InitResult("planned", path, text, found, _above(directory))
    if not write:
        return result
    return result._replace(status="written" if _write(path, text.encode(), force=force) else "there")


def _write(path: str, data: bytes, *, force: bool) -> bool:
    if files.create(path, data):
        return True
    if force:
        files.replace(path, data, files.read(path)[1])
    return force


def _above(directory: str) -> str:
    """Return the nearest .kbump.yaml above a directory, not beyond the top of its git work tree."""
    here = os.path.realpath(directory)
    while not os.path.exists(os.path.join(here, ".git")) and os.path.dirname(here) != here:
        here = os.path.dirname(here)
        if os.path.isfile(os.path.join(here, FILE_NAME)):
            return os.path.relpath(os.path.join(here, FILE_NAME))
    return ""
