"""Image fields of a kustomization.yaml or Component: the entries of `images:`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.fields.field import ImageField, split
from kbump.yaml.nodes import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbump.manifest import Manifest

# https://github.com/kubernetes-sigs/kustomize/blob/master/api/types/image.go
_PARTS = {"name": "name", "newName": "newName", "newTag": "tag", "digest": "digest", "tagSuffix": "suffix"}


def kustomization_fields(manifest: Manifest) -> Iterator[ImageField]:
    """Yield one field for each entry of `images:`; its reference is what the entry makes of the image."""
    images = manifest.node.get("images") if type(manifest.node) is Mapping else None
    for index, entry in enumerate(images.items if type(images) is Sequence else ()):
        if type(entry) is not Mapping:
            continue
        pairs = [(key, value) for key, value in entry.items() if key in _PARTS]
        nodes = {_PARTS[key]: value for key, value in pairs if type(value) is Scalar}
        if "name" in nodes:
            yield split(manifest, (*manifest.path, "images", index), "kustomization", nodes, entry)
