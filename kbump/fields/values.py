"""Image fields of Helm values: `image: REF`, and maps of repository, tag, registry and digest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.fields.field import ImageField, split, whole
from kbump.yaml.nodes import Mapping, Node, Path, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbump.manifest import Manifest

_NAMES = ("repository", "name")
_TAGS = ("tag", "version")
_OUTER_TAGS = ("tag", "imageTag", "image_tag")


def values_fields(manifest: Manifest) -> Iterator[ImageField]:
    """Yield the fields of keys that are or end in `image`, at any depth."""
    stack: list[tuple[Node, Path]] = [(manifest.node, manifest.path)]
    while stack:
        node, path = stack.pop()
        if type(node) is Sequence:
            stack += [(item, (*path, index)) for index, item in enumerate(node.items)]
        elif type(node) is Mapping:
            for key, value in node.items():
                stack.append((value, (*path, key)))
                if key.lower().endswith("image"):
                    yield from _image(manifest, (*path, key), value, node)


def _image(manifest: Manifest, path: Path, value: Node, around: Mapping) -> Iterator[ImageField]:
    if type(value) is Mapping:
        nodes = _parts(value)
        if nodes:
            yield split(manifest, path, "values", nodes, value)
    elif type(value) is Scalar and value.part:
        field = whole(manifest, str(path[-1]), path, value)
        outer = next((tag for tag in _OUTER_TAGS if type(around.get(tag)) is Scalar), "")
        if outer and field.reference and str(field.reference) == field.reference.name:
            field = field._replace(problem=f"has its tag in `{outer}` beside it: change it by hand")
        yield field


def _parts(entry: Mapping) -> dict[str, Scalar]:
    """Return the scalars by what they hold; without `repository`, a `name` is one only beside a tag or digest."""
    nodes: dict[str, Scalar] = {}
    for part, keys in (("name", _NAMES), ("tag", _TAGS), ("registry", ("registry",)), ("digest", ("digest",))):
        for key in keys:
            node = entry.get(key)
            if type(node) is Scalar and part not in nodes:
                nodes[part] = node
    if not nodes.get("name") or not nodes["name"].part:
        return {}
    named = entry.get("repository") is not None
    return nodes if named or "tag" in nodes or "digest" in nodes else {}
