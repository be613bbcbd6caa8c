"""Image fields of Kubernetes objects: containers at any depth, image volumes, and the table of other shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.fields.field import ImageField, whole
from kbump.fields.paths import IMAGE_PATHS
from kbump.yaml.nodes import Mapping, Node, Path, Scalar, Sequence
from kbump.yaml.patterns import matches

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as Dict
    from collections.abc import Sequence as Row

    from kbump.manifest import Manifest

CONTAINER_LISTS = frozenset({"containers", "initContainers", "ephemeralContainers"})
_NO_IMAGES = ("apiextensions.k8s.io", "CustomResourceDefinition")


def object_fields(manifest: Manifest, extra: Dict[str, Row[str]]) -> Iterator[ImageField]:
    """Yield the image fields of an object; `extra` adds paths as `group/Kind: (path, ...)`."""
    if (manifest.group, manifest.kind) == _NO_IMAGES:
        return
    seen = set()
    for container, path, node in _containers(manifest):
        seen.add(path)
        yield whole(manifest, container, path, node)
    kind = f"{manifest.group}/{manifest.kind}" if manifest.group else manifest.kind
    for pattern in (*IMAGE_PATHS.get(kind, ()), *extra.get(kind, ())):
        for path, found in matches(manifest.node, manifest.path, pattern):
            if path not in seen and type(found) is Scalar and found.part:
                seen.add(path)
                yield whole(manifest, _nearest_name(manifest, path), path, found)


def _containers(manifest: Manifest) -> Iterator[tuple[str, Path, Scalar]]:
    """Yield (container, path, scalar) by the general rule, as `kustomize build` finds images, and two lists more."""
    stack: list[tuple[Node, Path]] = [(manifest.node, manifest.path)]
    while stack:
        node, path = stack.pop()
        if type(node) is Sequence:
            stack += [(item, (*path, n)) for n, item in enumerate(node.items) if type(item) is not Scalar]
        elif type(node) is Mapping:
            found = node.collections()
            holds_containers = False
            for key, value in found:
                stack.append((value, (*path, key)))
                if key in CONTAINER_LISTS and type(value) is Sequence:
                    holds_containers = True
                    yield from _elements(value, (*path, key), ("image",))
            for key, value in found if holds_containers else ():
                if key == "volumes" and type(value) is Sequence:
                    yield from _elements(value, (*path, key), ("image", "reference"))


def _elements(list_: Sequence, path: Path, below: tuple[str, ...]) -> Iterator[tuple[str, Path, Scalar]]:
    for index, item in enumerate(list_.items):
        node: Node | None = item
        for key in below:
            node = node.get(key) if type(node) is Mapping else None
        if type(node) is Scalar and type(item) is Mapping and node.part:
            yield item.text("name"), (*path, index, *below), node


def _nearest_name(manifest: Manifest, path: Path) -> str:
    """Return what stands for the container's name: `name` of the innermost mapping around the image, or its key."""
    node: Node = manifest.node
    name = ""
    for key in path[len(manifest.path) : -1]:
        if type(node) is Mapping:
            node = node.get(str(key)) or node
        elif type(node) is Sequence and isinstance(key, int):
            node = node.items[key]
        if type(node) is Mapping and node.text("name"):
            name = node.text("name")
    words = [str(key) for key in path if not isinstance(key, int)]
    return name or (words[-2] if words[-1] == "image" and len(words) > 1 else words[-1])
