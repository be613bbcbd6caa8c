"""overridden(): fields of a base that an overlay of the same run sets through its `images:`."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from kbump.image import ImageReference
from kbump.manifest import KUSTOMIZATION_NAMES
from kbump.rewriting.texts import OVERRIDDEN
from kbump.yaml.composer import compose
from kbump.yaml.nodes import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kbump.errors import Location
    from kbump.rewriting.result import Change, FilePlan
    from kbump.source import Source

_LISTS = ("resources", "bases", "components")


def overridden(
    plans: list[FilePlan], files: Iterable[str], read: Callable[[str], Source]
) -> dict[str, dict[Location, str]]:
    """Return, by file, the places that an overlay decides and the reason to give; kustomize compares names as written.

    Only kustomizations among the run's files are followed. An image is the overlay's if it is asked for in both.
    """
    known = {posixpath.normpath(file): file for file in files}
    found: dict[str, dict[Location, str]] = {}
    by_file = {posixpath.normpath(one.file): one for one in plans}
    for plan in plans:
        entries = [change for change in plan.changes if change.role == "kustomization"]
        for file in _reached(posixpath.normpath(plan.file), known, read) if entries else ():
            for change in by_file[file].changes if file in by_file else ():
                entry = next((one for one in entries if _sets(one, change)), None)
                if entry:
                    reason = f"{OVERRIDDEN} {entry.location}"
                    found.setdefault(by_file[file].file, {})[change.location] = reason
    return found


def _sets(entry: Change, change: Change) -> bool:
    """Whether a kustomization's entry, if it is to be had, decides the image of another field."""
    if entry.request != change.request or change.role not in ("manifest", "kustomization"):
        return False
    return entry.container == ImageReference.parse(change.old).name


def _reached(start: str, known: dict[str, str], read: Callable[[str], Source]) -> Iterator[str]:
    """Yield the run's files below a kustomization, through other kustomizations."""
    pending, seen = [start], {start}
    while pending:
        file = pending.pop()
        for path in _listed(file, read(known[file])):
            targets = [path] if path in known else [posixpath.join(path, name) for name in KUSTOMIZATION_NAMES]
            for target in targets:
                if target in known and target not in seen:
                    seen.add(target)
                    yield target
                    if posixpath.basename(target) in KUSTOMIZATION_NAMES:
                        pending.append(target)


def _listed(file: str, source: Source) -> Iterator[str]:
    directory = posixpath.dirname(file)
    for document in compose(source):
        for name in _LISTS if type(document.root) is Mapping else ():
            items = document.root.get(name) if type(document.root) is Mapping else None
            for item in items.items if type(items) is Sequence else ():
                if type(item) is Scalar and "://" not in item.value:
                    yield posixpath.normpath(posixpath.join(directory, item.value))
