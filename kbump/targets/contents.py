"""Contents: all image fields of an environment, with the texts that they are in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from kbump import files
from kbump.errors import SourceError
from kbump.fields import image_fields
from kbump.inventory import words_of_images
from kbump.manifest import is_kustomization, manifests
from kbump.rewriting.overlays import overridden
from kbump.rewriting.partners import Placed
from kbump.rewriting.planning import Plan
from kbump.rewriting.result import FilePlan
from kbump.rewriting.texts import OVERRIDDEN, change_of
from kbump.source import Source
from kbump.workspace import Workspace
from kbump.yaml.composer import compose

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kbump.config import Config
    from kbump.errors import KbumpError
    from kbump.fields import ImageField
    from kbump.rewriting.carrying import Carried


class Contents(NamedTuple):
    """The image fields of an environment; `paths` are those of its files, by the names of their sources.

    `overridden` says of the places that an overlay decides which one does. What an overlay only renames has the version
    of its base: then the entry is not among the fields. `errors` are files that could hold images and cannot be read.
    """

    placed: list[Placed]
    paths: dict[str, str]
    overridden: dict[str, str]
    errors: list[KbumpError]

    def decided(self) -> list[Placed]:
        """Return the fields that no overlay overrides."""
        return [one for one in self.placed if str(one.field.location) not in self.overridden]

    def is_edited(self, one: Carried) -> bool:
        """Whether a field of these is changed by what is carried."""
        decided = str(one.field.location) not in self.overridden
        return decided and not one.field.problem and one.reference != one.field.reference


def read_contents(root: str, config: Config, shown: Callable[[str], str], *, ignore: bool = True) -> Contents:
    """Read an environment below a directory; `shown` returns the name that is said of a file.

    Raises SourceError for a path that cannot be walked.
    """
    base = root if os.path.isdir(root) else os.path.dirname(root)
    return contents_of(files.find([root], ignore=ignore).files, config, shown, base)


def contents_of(paths: Sequence[str], config: Config, shown: Callable[[str], str], base: str) -> Contents:
    """Read the image fields of files, which belong together; `base` is the directory that they pair from."""
    workspace = Workspace(config, list(paths), [], [])
    found = Contents([], {}, {}, [])
    found.paths.update((shown(path), path) for path in paths)
    for path in paths:
        try:
            read = files.could_hold(path, words_of_images(config.images))
            if read:
                source = Source.from_bytes(shown(path), read[0])
                found.placed.extend(
                    Placed(field, os.path.relpath(path, base)) for field in _fields(workspace, path, source)
                )
        except SourceError as error:
            found.errors.append(error)
    _heed_overlays(found)
    return found


def _fields(workspace: Workspace, path: str, source: Source) -> list[ImageField]:
    try:
        documents = compose(source)
    except SourceError:
        known = "apiVersion" in source.text or workspace.is_values(path) or is_kustomization(path)
        if "{{" in source.text or not known:
            return []  # a template, or no manifest: set-image leaves them, too
        raise
    objects = manifests(source, documents, values=workspace.is_values(path))
    return [field for one in objects for field in image_fields(one, workspace.config.images)]


def _heed_overlays(found: Contents) -> None:
    """Say which images of bases overlays set, and which they only give another name."""
    entries = [one.field for one in found.placed if one.field.role == "kustomization" and one.field.reference]
    naming = [one for one in entries if one.reference and not (one.reference.tag or one.reference.digest)]
    renamed = _overridden(found, naming)
    found.overridden.update(_overridden(found, [one for one in entries if one not in naming]))
    by_place = {f"{OVERRIDDEN} {one.location}": one for one in naming}
    gone = {id(by_place[reason]) for reason in renamed.values()}
    placed = [
        one._replace(renamed=_new_name(by_place.get(renamed.get(str(one.field.location), "")))) for one in found.placed
    ]
    found.placed[:] = [one for one in placed if id(one.field) not in gone]


def _new_name(entry: ImageField | None) -> str:
    return entry.nodes["newName"].value if entry and "newName" in entry.nodes else ""


def _overridden(found: Contents, entries: list[ImageField]) -> dict[str, str]:
    """Return, by place, which of the entries sets the image of a base."""
    if not entries:
        return {}
    plans: dict[str, FilePlan] = {}
    ids = {id(one) for one in entries}
    for one in found.placed:
        field = one.field
        if field.reference:
            name = field.manifest.source.name
            change = change_of(Plan(field, field.reference, [], {}, True), "")
            # Only an entry of a kustomization is taken to set what is below it.
            role = "manifest" if field.role == "kustomization" and id(field) not in ids else change.role
            plans.setdefault(name, FilePlan(name, [], [], [])).changes.append(change._replace(role=role))

    def read(name: str) -> Source:
        return Source.from_bytes(name, files.read(found.paths[name])[0])

    reasons = overridden(list(plans.values()), found.paths, read)
    return {str(place): reason for places in reasons.values() for place, reason in places.items()}
