"""Resource: one Kubernetes object as plain data, with its identity and its place in a stream of documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kbump.yaml.nodes import Path


class Resource(NamedTuple):
    """One object: `document` is the index of its document, `path` leads there from the root (through `items`).

    `data` is what kubectl would read. Texts are empty where the object does not say them; `api_version` and `kind` of
    an item of a typed list may come from the list. `sealed` says that SOPS encrypted the list that an item is of.
    """

    document: int
    path: Path
    data: dict[str, Any]
    api_version: str
    kind: str
    namespace: str
    name: str
    sealed: bool = False

    @property
    def group(self) -> str:
        """The API group, empty for the core group."""
        return self.api_version.rpartition("/")[0]

    @property
    def version(self) -> str:
        """The version within the API group."""
        return self.api_version.rpartition("/")[2]

    @property
    def subject(self) -> str:
        """The object as people name it: `Deployment shop/web`."""
        full = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {full}".strip()

    @property
    def encrypted(self) -> bool:
        """Whether SOPS encrypted the object (https://getsops.io/docs/)."""
        return self.sealed or _is_encrypted(self.data)


def resources(documents: Sequence[Any]) -> Iterator[Resource]:
    """Yield the objects of the documents in order, also those without apiVersion and kind; lists give their items.

    The items of a typed list need not repeat apiVersion and kind. Documents that are no mapping are passed over.
    """
    for number, data in enumerate(documents):
        if type(data) is dict:
            yield from _objects(number, data)


def strays(documents: Sequence[Any]) -> Iterator[tuple[int, Path, Any]]:
    """Yield (document, path, data) of what stands for an object and is no mapping: documents, and items of lists."""
    for number, root in enumerate(documents):
        pending: list[tuple[Path, Any]] = [] if root is None else [((), root)]
        while pending:
            path, data = pending.pop()
            if type(data) is not dict:
                yield number, path, data
            elif type(data.get("items")) is list and _is_list(data):
                below = [((*path, "items", index), item) for index, item in enumerate(data["items"])]
                pending += reversed(below)


def _is_list(data: dict[str, Any]) -> bool:
    return bool(_text(data.get("apiVersion"))) and _text(data.get("kind")).endswith("List")


def _is_encrypted(data: dict[str, Any]) -> bool:
    sops = data.get("sops")
    return type(sops) is dict and bool(sops.get("mac") or sops.get("lastmodified") or sops.get("version"))


def _objects(document: int, root: dict[str, Any]) -> Iterator[Resource]:
    pending: list[tuple[dict[str, Any], Path, str, str, bool]] = [(root, (), "", "", False)]
    while pending:
        data, path, api_version, kind, sealed = pending.pop()
        api_version, kind = _text(data.get("apiVersion")) or api_version, _text(data.get("kind")) or kind
        items = data.get("items")
        if type(items) is list and kind.endswith("List"):
            below = [(item, (*path, "items", index)) for index, item in enumerate(items)]
            inherited = ("", "") if kind == "List" else (api_version, kind[:-4])
            sealed = sealed or _is_encrypted(data)
            pending += [(item, at, *inherited, sealed) for item, at in reversed(below) if type(item) is dict]
            continue
        metadata = data.get("metadata")
        if type(metadata) is not dict:
            metadata = {}
        name = _text(metadata.get("name")) or _text(metadata.get("generateName"))
        yield Resource(document, path, data, api_version, kind, _text(metadata.get("namespace")), name, sealed)


def _text(value: Any) -> str:
    return value if type(value) is str else ""
