"""discover(): looks at every file of a repo once, and at its remote."""

from __future__ import annotations

import itertools
import os
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from kbump import files
from kbump.config import NO_CONFIG
from kbump.discovery.environments import Layout, environments, is_production
from kbump.discovery.grouping import directories_of, globs_of
from kbump.discovery.hints import hints_beside, hints_of
from kbump.discovery.result import Discovery, Hint
from kbump.errors import GitError, SourceError
from kbump.manifest import KUSTOMIZATION_NAMES
from kbump.resource import resources
from kbump.source import Source
from kbump.validation.custom import is_definition
from kbump.workspace import Workspace, is_template

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kbump.remote import Remote

_MANIFEST = re.compile(rb"^[ \t{\"'-]*apiVersion[\"']?[ \t]*:|[{,][ \t\"']*apiVersion[\"']?[ \t]*:", re.MULTILINE)
_DEFINITION = re.compile(rb"kind[\"']?[ \t]*:[ \t]*[\"']?CustomResourceDefinition\b")
_SOPS = re.compile(rb"^(?:[ \t{,]*\"sops\"|sops)[ \t]*:", re.MULTILINE)
_SIGNED = re.compile(rb"\b(?:mac|lastmodified)[\"']?[ \t]*:")
_VALUES = re.compile(r"(?:.*/)?(?:[^/]*[-_.])?values(?:[-_.][^/]*)?\.ya?ml|(?:.*/)?values/[^/]+\.ya?ml")
# What is in these is no part of what a repo deploys.
_PASSED_OVER = {"tests", "testdata", "fixtures", "node_modules", "vendor", "third_party"}
_FOLDERS = {".gitea": "gitea", ".forgejo": "forgejo"}


class _Files(NamedTuple):
    """The files of a repo by what they are, in paths below its root.

    `all` are all that were read; of Helm values, `charted` are those of charts, `values` the others.
    """

    all: list[str]
    manifests: list[str]
    kustomizations: dict[str, dict[str, Any]]
    definitions: list[str]
    values: list[str]
    charted: list[str]
    encrypted: list[str]
    charts: list[str]
    hints: list[Hint]
    unread: list[str]


def discover(root: str, environ: Mapping[str, str]) -> Discovery:
    """Look at a directory, as git sees it, and at the remote of its repository, without a network.

    `environ` are the variables that git is run with. Raises SourceError if the directory cannot be read.
    """
    found = _look(root)
    origin = _origin(root, environ)
    named = environments(_layout(found))
    name = origin.name if origin else os.path.basename(os.path.realpath(root))
    defining = {*found.definitions, *found.kustomizations}
    values = set(found.values)
    return Discovery(
        named,
        [*hints_beside(root), *found.hints],
        directories_of(found.definitions, [*(one for one in found.all if one not in defining), *found.unread]),
        globs_of(found.values, [one for one in found.all if one not in values]),
        found.encrypted,
        os.path.isfile(os.path.join(root, ".sops.yaml")),
        origin,
        _forge(origin),
        next((kind for folder, kind in _FOLDERS.items() if os.path.isdir(os.path.join(root, folder))), ""),
        next((one for one in [*named.values(), name] if is_production(one)), ""),
        found.unread,
    )


def _look(root: str) -> _Files:
    found = _Files([], [], {}, [], [], [], [], [], [], [])
    workspace = Workspace(NO_CONFIG, [], [], [])
    for path in files.find([root]).files:
        relative = os.path.relpath(path, root)
        if _PASSED_OVER.intersection(relative.split("/")[:-1]):
            continue
        try:
            data, _ = files.read(path)
            relative.encode()
        except (SourceError, UnicodeEncodeError):
            found.unread.append(relative)
            continue
        found.all.append(relative)
        if not is_template(path):
            _sort(found, relative, path, data, chart=workspace.is_values(path))
    return found


def _sort(found: _Files, relative: str, path: str, data: bytes, *, chart: bool) -> None:
    """Put a file where it belongs."""
    name = os.path.basename(path)
    found.hints.extend(hints_of(relative, data) if name != "Chart.yaml" else ())
    if name in KUSTOMIZATION_NAMES:
        found.kustomizations[relative] = _mapping(path, data)
    elif name == "Chart.yaml":
        found.charts.append(os.path.dirname(relative))
    elif _MANIFEST.search(data):
        found.manifests.append(relative)
    elif _VALUES.fullmatch(relative):
        (found.charted if chart else found.values).append(relative)
    if _DEFINITION.search(data) and any(map(is_definition, resources(_documents(path, data)))):
        found.definitions.append(relative)
    if _SOPS.search(data) and _SIGNED.search(data):
        found.encrypted.append(relative)


def _documents(path: str, data: bytes) -> Sequence[Any]:
    from kbump.yaml.constructor import construct

    try:
        return construct(Source.from_bytes(path, data))
    except SourceError:
        return []


def _mapping(path: str, data: bytes) -> dict[str, Any]:
    documents = _documents(path, data)
    return documents[0] if len(documents) == 1 and type(documents[0]) is dict else {}


def _layout(found: _Files) -> Layout:
    plain = {path: data for path, data in found.kustomizations.items() if data.get("kind") != "Component"}
    holding = [*set(found.manifests).difference(found.definitions), *plain, *found.values, *found.charted]
    directories = {above for path in holding for above in _upwards(os.path.dirname(path))}
    overlays = {os.path.dirname(path): _bases(path, data) for path, data in plain.items()}
    return Layout(directories, overlays, frozenset(found.charts))


def _upwards(directory: str) -> list[str]:
    return [directory, *(_upwards(os.path.dirname(directory)) if directory else ())]


def _bases(path: str, data: dict[str, Any]) -> frozenset[str]:
    """Return the directories that a kustomization builds on and that are not below its own."""
    directory = os.path.dirname(path)
    lists = [data[key] for key in ("resources", "bases") if type(data.get(key)) is list]
    listed = [one for one in itertools.chain(*lists) if type(one) is str]
    above = [one for one in listed if one.startswith("../") and not one.endswith((".yaml", ".yml", ".json"))]
    return frozenset(os.path.normpath(os.path.join(directory, one)) for one in above)


def _origin(root: str, environ: Mapping[str, str]) -> Remote | None:
    from kbump.files.listing import top
    from kbump.git import Repository, session

    above = top(root)
    if not above:
        return None
    try:
        with session(None, environ) as git:
            return Repository(git, above).origin()
    except GitError:
        return None  # without git, nothing is known of the remote


def _forge(origin: Remote | None) -> str:
    from kbump.forge.kinds import named

    return named(origin.host) if origin and origin.host else ""
