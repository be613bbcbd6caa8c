"""read_planned(): the objects that a rollout is asked to apply, or the errors of what it must not."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from kbump import files
from kbump.errors import KbumpError, Location, SourceError, UsageError
from kbump.overlays import kustomization_file
from kbump.resource import Resource, resources
from kbump.rollouts.planned import Planned
from kbump.source import Source
from kbump.workspace import is_template, open_workspace
from kbump.yaml.nodes import follow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kbump.workspace import Workspace


PASSED_OVER = "passed over: "


class Reading(NamedTuple):
    """The objects to apply in the order of the files, what was passed over, and errors that stop the run."""

    objects: list[Planned]
    skipped: list[tuple[str, str]]
    errors: list[KbumpError]


def planned_of(paths: str | Sequence[str], text: str | None, name: str) -> list[Planned]:
    """Return the objects in files and directories, or in a text.

    Raises UsageError if there are none, and the first error of what cannot be read.
    """
    found = read(paths, text, name)
    for error in found.errors:
        raise error
    return found.objects


def read(paths: str | Sequence[str], text: str | None, name: str) -> Reading:
    """Read the objects in files and directories, or in a text; raise UsageError if there are none at all."""
    listed = [paths] if isinstance(paths, str) else list(paths)
    if text is None and not listed:
        raise UsageError("no manifests are named", hint="write `-f PATH`, or `-k DIR` for what kustomize builds")
    found = read_planned(listed) if text is None else read_text(text, name)
    if not (found.objects or found.errors):
        places = ", ".join(f"`{path}`" for path in listed) or ("standard input" if name == "-" else f"`{name}`")
        raise UsageError(f"there is no manifest in {places}", hint="name files that have some")
    return found


def passed_over(found: Reading) -> list[str]:
    """Say what was passed over, and why."""
    return [f"{PASSED_OVER}{path} {reason}" for path, reason in found.skipped]


def read_planned(paths: Sequence[str]) -> Reading:
    """Read the manifests in files and directories.

    Raises UsageError for a directory that is a kustomization; a file that cannot be read, or is encrypted, is in the
    result as an error.
    """
    for path in paths:
        _refuse_kustomization(path)
    workspace = open_workspace(paths)
    found = Reading([], [(one.path, one.reason) for one in workspace.skipped], [])
    for file in workspace.files:
        if file not in paths:
            _refuse_kustomization(os.path.dirname(file))
        _read_file(file, workspace, found)
    return _once(found)


def read_text(text: str, name: str) -> Reading:
    """Read the manifests in a text, which `name` stands for in locations."""
    found = Reading([], [], [])
    _take(Source(name, text.removeprefix("\ufeff")), found)
    return _once(found)


def _refuse_kustomization(path: str) -> None:
    if os.path.isdir(path or ".") and kustomization_file(path or "."):
        hint = f"write `-k {path or '.'}`: its files are made whole by kustomize"
        raise UsageError(f"`{path or '.'}` is a kustomization", hint=hint)


def _read_file(file: str, workspace: Workspace, found: Reading) -> None:
    if workspace.is_values(file):
        found.skipped.append((file, "holds Helm values"))
    elif is_template(file):
        found.skipped.append((file, "is a template"))
    else:
        try:
            _take(Source.from_bytes(file, files.read(file)[0]), found)
        except SourceError as error:
            found.errors.append(error)


def _take(source: Source, found: Reading) -> None:
    from kbump.yaml.composer import compose
    from kbump.yaml.constructor import construct

    listed = [one for one in resources(construct(source)) if one.api_version or one.kind]
    documents = compose(source, []) if listed else []
    for one in listed:
        root = documents[one.document].root
        node = (follow(root, one.path) if root else None) or root
        place = source.location(node.start if node else 0)
        found.errors.extend(_problems(one, place))
        found.objects.append(Planned(one.api_version, one.kind, one.namespace, one.name, _data(one), place))
    if not listed:
        found.skipped.append((source.name, "is no manifest"))


def _data(one: Resource) -> dict[str, object]:
    """Return what is applied: an item of a typed list may have its kind from the list only."""
    return {**one.data, "apiVersion": one.api_version, "kind": one.kind}


def _problems(one: Resource, place: Location) -> Iterator[KbumpError]:
    if one.encrypted:
        hint = "decrypt it for the rollout: `sops --decrypt FILE | kbump rollout -f -`"
        yield SourceError(f"{one.subject} is encrypted by SOPS", location=place, hint=hint)
    metadata = one.data.get("metadata")
    if not (isinstance(metadata, dict) and metadata.get("name")):
        hint = "`kubectl apply` needs a name; `generateName` is for `kubectl create`"
        yield SourceError(f"{one.subject or 'an object'} has no name", location=place, hint=hint)


def _once(found: Reading) -> Reading:
    """Add an error for each object that is there twice: which one counts would be luck."""
    seen: dict[tuple[str, str, str, str], Planned] = {}
    for one in found.objects:
        key = (one.group, one.kind, one.namespace, one.name)
        if key in seen and seen[key].data != one.data:
            hint = "leave one of them out"
            words = f"{one.subject} is also in {seen[key].location.file}"
            found.errors.append(SourceError(words, location=one.location, hint=hint))
        seen[key] = one
    return found._replace(objects=list(seen.values()))
