"""Kustomizations: their own schema, and what they list."""

from __future__ import annotations

from functools import cache
from os.path import join
from typing import TYPE_CHECKING, Any, NamedTuple

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


class Listed(NamedTuple):
    """What a kustomization lists, as paths relative to its directory: files, and directories of other kustomizations.

    `data` are files whose content goes into a ConfigMap, a Secret or a chart. `selects` says that its labels bring
    workloads the selector that they lack.
    """

    resources: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    patches: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    selects: bool = False


def listed(data: Any) -> Listed:
    """Return what a kustomization lists (https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/)."""
    if type(data) is not dict:
        return Listed()
    return Listed(
        (*_texts(data.get("resources")), *_texts(data.get("bases"))),
        tuple(_texts(data.get("components"))),
        tuple(_patches(data)),
        tuple(_data(data)),
        bool(data.get("commonLabels")) or any(map(_selects, _mappings(data.get("labels")))),
    )


def _patches(data: dict[str, Any]) -> Iterator[str]:
    for field in ("patches", "patchesJson6902"):
        for one in _mappings(data.get(field)):
            yield from _texts([one.get("path")])
    # An item may also be the text of a patch itself.
    yield from (one for one in _texts(data.get("patchesStrategicMerge")) if "\n" not in one)


def _data(data: dict[str, Any]) -> Iterator[str]:
    for field in ("configMapGenerator", "secretGenerator"):
        for one in _mappings(data.get(field)):
            # `KEY=PATH` gives the file another name.
            yield from (text.rpartition("=")[2] for text in _texts(one.get("files")))
            yield from (*_texts(one.get("envs")), *_texts([one.get("env")]))
    for one in _mappings(data.get("helmCharts")):
        yield from (*_texts([one.get("valuesFile")]), *_texts(one.get("additionalValuesFiles")))
    for one in _mappings(data.get("helmChartInflationGenerator")):
        yield from _texts([one.get("values")])


def _selects(labels: dict[str, Any]) -> bool:
    """Whether an entry of `labels` makes a selector where there is none, as `commonLabels` always does.

    https://github.com/kubernetes-sigs/kustomize/blob/master/api/internal/konfig/builtinpluginconsts/commonlabels.go
    """
    made = (one for one in _mappings(labels.get("fields")) if one.get("create") is True)
    selects = labels.get("includeSelectors") is True or any(one.get("path") == _SELECTOR for one in made)
    return selects and bool(labels.get("pairs"))


_SELECTOR = "spec/selector/matchLabels"


def _mappings(value: Any) -> Iterator[dict[str, Any]]:
    return (one for one in (value if type(value) is list else ()) if type(one) is dict)


def _texts(value: Any) -> Iterator[str]:
    return (one for one in (value if type(value) is list else ()) if type(one) is str)
