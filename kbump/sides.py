"""Sides: the texts of an environment, as they are compared; an overlay is built."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from kbump import files
from kbump.comparison.result import Note
from kbump.comparison.side import Side
from kbump.errors import Location, SourceError, UsageError
from kbump.manifest import KUSTOMIZATION_NAMES, is_kustomization
from kbump.source import STANDARD_INPUT, Source
from kbump.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kbump.environment import Environment
    from kbump.files import Tree

_BELOW = ("resources", "bases", "components")


class Reading(NamedTuple):
    """What of an environment is read, and how.

    `text` is what standard input holds; overlays are built by `build`, which is given a directory and what to call it
    and returns the text, or are read as the files that they are without it. `exclude` and `ignore` as for files.find().
    """

    text: str | None = None
    build: Callable[[str, str], str] | None = None
    exclude: Sequence[str] = ()
    ignore: bool = True


class _Layer(NamedTuple):
    """What a chain of kustomizations, from an overlay inwards, gives its objects."""

    prefix: str
    suffix: str
    namespace: str


def read_side(environment: Environment, reading: Reading) -> tuple[Side, list[Note]]:
    """Read an environment; return its texts, and what could not be read or was left out.

    A directory with a kustomization, not a Component, is an overlay. Raises SourceError if the path itself cannot be
    read or built, and UsageError if there is no text for `-`.
    """
    if environment.path == STANDARD_INPUT:
        if reading.text is None:
            raise UsageError("there is no text for `-`", hint="give it, or name a file")
        return Side(environment.name, [Source(STANDARD_INPUT, reading.text.removeprefix("\ufeff"))]), []
    data = _kustomization(environment.path)
    if reading.build and data is not None and data.get("kind") != "Component":
        return _built(environment, reading.build), []
    return _files(environment, reading)


def _built(environment: Environment, build: Callable[[str, str], str]) -> Side:
    path, shown = environment.path, environment.shown(environment.path)
    shown += "." if shown.endswith((":", "//")) else ""
    try:
        text = build(path, shown)
    except SourceError as error:
        raise SourceError(environment.said(error.message), hint="`--no-build` compares the sources") from None
    layers = list(_layers(path, set()))
    namespaces = {layer.namespace for layer in layers if layer.namespace}
    return Side(
        environment.name,
        [Source(shown, text)],
        prefix=layers[0].prefix,
        suffix=layers[0].suffix,
        namespace=namespaces.pop() if len(namespaces) == 1 else "",
        affixes=list(dict.fromkeys((layer.prefix, layer.suffix) for layer in layers)),
    )


def _files(environment: Environment, reading: Reading) -> tuple[Side, list[Note]]:
    # What was fetched has only what is in a commit: nothing of it is ignored.
    tree = files.find([environment.path], exclude=reading.exclude, ignore=reading.ignore and not environment.top)
    workspace = Workspace(environment.config, tree.files, tree.skipped, tree.leftovers)
    sources: list[Source] = []
    notes = _left_out(environment, tree)
    for path in tree.files:
        shown = environment.shown(path)
        try:
            sources.append(Source.from_bytes(shown, files.read(path)[0]))
        except SourceError as error:
            place = error.location and error.location._replace(file=shown)
            notes.append(Note("unreadable", environment.name, error.message, place, error.hint or ""))
    values = {environment.shown(path) for path in tree.files if workspace.is_values(path)}
    side = Side(environment.name, sources, root=_root(environment), values=values)
    return side, notes + (_not_built(environment, tree) if reading.build else [])


def _root(environment: Environment) -> str:
    """Return what the names of the files of a side begin with; that of a single file is its directory."""
    path = environment.path
    directory = path if os.path.isdir(path) else os.path.dirname(path)
    shown = environment.shown(directory) if directory or environment.top else ""
    return "" if shown.rstrip("/") == "." else shown if environment.top else shown.rstrip("/")


def _left_out(environment: Environment, tree: Tree) -> list[Note]:
    def note(path: str, reason: str) -> Note:
        return Note("skipped", environment.name, reason, Location(environment.shown(path), 1, 1))

    outside = "is a submodule, or a link that leads out of the repository"
    below = f"{environment.path}/"
    lost = [note(path, outside) for path in environment.left_out if path.startswith(below)]
    return lost + [note(one.path, one.reason) for one in tree.skipped]


def _not_built(environment: Environment, tree: Tree) -> list[Note]:
    """Say that overlays below a directory are not built: what is compared is what they are made of."""
    own = os.path.normpath(environment.path)
    found = [path for path in tree.files if is_kustomization(path) and os.path.dirname(os.path.normpath(path)) != own]
    if not found or not os.path.isdir(environment.path):
        return []
    are = "overlay is" if len(found) == 1 else "overlays are"
    message = f"{len(found):,} kustomize {are} compared by the sources"
    place = Location(environment.shown(found[0]), 1, 1)
    return [Note("sources", environment.name, message, place, "name an overlay itself to compare what it builds")]


def _layers(directory: str, seen: set[str]) -> Iterator[_Layer]:
    """Yield the overlay's own layer, then, for all kustomizations below, theirs within it; each directory once."""
    data = _kustomization(directory)
    real = os.path.realpath(directory)
    if data is None or real in seen:
        return
    seen.add(real)
    prefix, suffix, namespace = (_text(data.get(key)) for key in ("namePrefix", "nameSuffix", "namespace"))
    yield _Layer(prefix, suffix, namespace)
    for entry in (entry for key in _BELOW for entry in _texts(data.get(key))):
        for layer in _layers(os.path.join(directory, entry), seen):
            yield _Layer(prefix + layer.prefix, layer.suffix + suffix, namespace or layer.namespace)


def _kustomization(directory: str) -> dict[str, Any] | None:
    """Return what the kustomization of a directory says, None if there is none; kubectl says what is wrong with it."""
    from kbump.yaml.constructor import construct

    path = next(filter(os.path.isfile, (os.path.join(directory, name) for name in KUSTOMIZATION_NAMES)), "")
    if not path:
        return None
    try:
        documents = list(construct(Source.from_bytes(path, files.read(path)[0])))
    except SourceError:
        return {}
    return documents[0] if len(documents) == 1 and type(documents[0]) is dict else {}


def _text(value: Any) -> str:
    return value if type(value) is str else ""


def _texts(value: Any) -> list[str]:
    return [one for one in value if type(one) is str] if type(value) is list else []
