"""Manifest: one Kubernetes object (or kustomization, or values file) in a source, with its identity and its node."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kbump.yaml.nodes import Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbump.source import Source
    from kbump.yaml.nodes import Document, Path

KUSTOMIZATION_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_KUSTOMIZE_GROUP = "kustomize.config.k8s.io"


class Manifest(NamedTuple):
    """One object: `path` leads from the document's root to it (through `items` of a list), `role` says what it is.

    The role is `manifest` (apiVersion and kind), `kustomization` (also Components), `values` (Helm) or `other`.
    """

    source: Source
    document: Document
    node: Node
    path: Path
    role: str
    group: str
    version: str
    kind: str
    namespace: str
    name: str

    @property
    def encrypted(self) -> bool:
        """Whether SOPS encrypted the object's document: it signs plain values too (https://getsops.io/docs/)."""
        root = self.document.root
        sops = root.get("sops") if type(root) is Mapping else None
        return type(sops) is Mapping and bool(sops.get("mac") or sops.get("lastmodified") or sops.get("version"))


def workload(role: str, kind: str, namespace: str, name: str) -> str:
    """Name an object as people do, `Deployment shop/web`; return "" for what is no Kubernetes object."""
    full = f"{namespace}/{name}" if namespace else name
    return f"{kind} {full}".rstrip() if role == "manifest" else ""


def manifests(source: Source, documents: list[Document], *, values: bool = False) -> Iterator[Manifest]:
    """Yield the manifests of a source's documents in order; items of a List or typed list are manifests of their own.

    `values` says that the file is a Helm values file. Documents that are no manifest come with the role `other`.
    """
    for document in documents:
        if document.root is None:
            continue
        if values:
            yield _plain(source, document, "values")
        elif type(document.root) is Mapping:
            yield from _objects(source, document, document.root)
        else:
            yield _plain(source, document, "other")


def _objects(source: Source, document: Document, root: Mapping) -> Iterator[Manifest]:
    """Yield the object, or those of a list; the items of a typed list need not repeat its apiVersion and kind."""
    pending: list[tuple[Mapping, Path, str, str]] = [(root, (), "", "")]
    while pending:
        node, path, api_version, kind = pending.pop()
        api_version, kind = node.text("apiVersion") or api_version, node.text("kind") or kind
        items = node.get("items")
        if kind.endswith("List") and type(items) is Sequence:
            below = [(item, (*path, "items", index)) for index, item in enumerate(items.items)]
            pending += [(item, at, api_version, kind[:-4]) for item, at in reversed(below) if type(item) is Mapping]
        else:
            yield _identify(source, document, node, path, api_version, kind)


def _identify(source: Source, document: Document, node: Mapping, path: Path, api_version: str, kind: str) -> Manifest:
    group, _, version = api_version.rpartition("/")
    metadata = node.get("metadata")
    name = metadata.text("name") or metadata.text("generateName") if type(metadata) is Mapping else ""
    namespace = metadata.text("namespace") if type(metadata) is Mapping else ""
    role = _role(source.name, group, api_version, kind)
    if role == "kustomization":
        kind = kind or "Kustomization"
    return Manifest(source, document, node, path, role, group, version, kind, namespace, name)


def is_kustomization(file: str) -> bool:
    """Whether a file is a kustomization by its name; of a revision it may be `main:kustomization.yaml`."""
    return file.rpartition("/")[2].rpartition(":")[2] in KUSTOMIZATION_NAMES


def _role(file: str, group: str, api_version: str, kind: str) -> str:
    if group == _KUSTOMIZE_GROUP or is_kustomization(file):
        return "kustomization"
    return "manifest" if api_version and kind else "other"


def _plain(source: Source, document: Document, role: str) -> Manifest:
    root = document.root or Scalar("", 0, 0, "", None, None)
    return Manifest(source, document, root, (), role, "", "", "", "", "")
