"""Where images live: image_fields(manifest) -> [ImageField]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.fields.comments import apply_comments
from kbump.fields.field import ImageField
from kbump.fields.kustomization import kustomization_fields
from kbump.fields.objects import object_fields
from kbump.fields.values import values_fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kbump.manifest import Manifest

_ENCRYPTED = "is in a file that SOPS encrypted and signed: change it with `sops`"

__all__ = ["ImageField", "image_fields"]


def image_fields(manifest: Manifest, extra: Mapping[str, Sequence[str]] | None = None) -> list[ImageField]:
    """Return the image fields of a manifest in the order of the text.

    `extra` adds paths for custom resources: `{"example.com/Widget": ("spec.jobs[*].image",)}`.
    """
    fields = apply_comments(manifest, list(_found(manifest, extra or {})))
    if manifest.encrypted:
        fields = [field._replace(problem=_ENCRYPTED) for field in fields]
    return sorted(fields, key=lambda field: (field.main.start, str(field.path)))


def _found(manifest: Manifest, extra: Mapping[str, Sequence[str]]) -> Iterator[ImageField]:
    if manifest.role == "manifest":
        return object_fields(manifest, extra)
    if manifest.role == "kustomization":
        return kustomization_fields(manifest)
    if manifest.role == "values":
        return values_fields(manifest)
    return iter(())
