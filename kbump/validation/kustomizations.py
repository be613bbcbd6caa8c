"""Kustomizations: their own schema, and the files that they list as patches."""

from __future__ import annotations

from functools import cache
from os.path import join
from typing import TYPE_CHECKING, Any

from kbump.catalog import schemas_folder
from kbump.manifest import KUSTOMIZATION_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbump.resource import Resource

GROUP = "kustomize.config.k8s.io"


def is_kustomization(file: str, resource: Resource) -> bool:
    """Whether an object is a kustomization or Component, by the name of its file or by its group."""
    return resource.group == GROUP or is_kustomization_file(file)


def is_kustomization_file(file: str) -> bool:
    """Whether a file has one of the names that kustomize looks for."""
    return file.rpartition("/")[2] in KUSTOMIZATION_NAMES


@cache
def kustomization_schema() -> dict[str, Any]:
    """Return the schema of kustomizations and Components."""
    import json

    with open(join(schemas_folder(), "kustomization.schema.json"), encoding="utf-8") as file:
        schema: dict[str, Any] = json.load(file)
    return schema


def patch_files(data: Any) -> Iterator[str]:
    """Yield the paths that a kustomization lists as patches, relative to its directory.

    https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/
    """
    if type(data) is not dict:
        return
    for field in ("patches", "patchesJson6902"):
        for one in _list(data.get(field)):
            if type(one) is dict and type(one.get("path")) is str:
                yield one["path"]
    # An item may also be the text of a patch itself.
    yield from (one for one in _list(data.get("patchesStrategicMerge")) if type(one) is str and "\n" not in one)


def _list(value: Any) -> list[Any]:
    return value if type(value) is list else []
