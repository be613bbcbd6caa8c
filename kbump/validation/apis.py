"""api_problems(): what a Kubernetes version says of an object's API, before any schema is asked.

https://kubernetes.io/docs/reference/using-api/deprecation-policy/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.validation.problem import Problem
from kbump.validation.wording import close

if TYPE_CHECKING:
    from kbump.catalog import Api, Catalog
    from kbump.resource import Resource

_VERSION, _KIND = ("apiVersion",), ("kind",)
# Files for kubectl itself, which no server takes (https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/).
_FOR_CLIENTS = {("", "v1", "Config")}


def is_for_clients(resource: Resource) -> bool:
    """Whether an object looks like a manifest and is for a client: kubectl's configuration, a plugin of kustomize."""
    return resource.api_version == "builtin" or (resource.group, resource.version, resource.kind) in _FOR_CLIENTS


def is_misspelt(resource: Resource, catalog: Catalog) -> bool:
    """Whether a kind is Kubernetes' own and its group is nobody's: those of custom resources have a dot."""
    return "." not in resource.group and any(kind == resource.kind for _, _, kind in catalog.kinds())


def api_problems(resource: Resource, catalog: Catalog, until: int) -> list[Problem]:
    """Return what is wrong with the API of a resource, whose group is a built-in one.

    `until` is the last minor version whose removals are to be told of.
    """
    group, version, kind = resource.group, resource.version, resource.kind
    api = catalog.api(group, version, kind)
    if api is None:
        return [_unknown(resource, catalog)]
    if catalog.serves(group, version, kind):
        return [*_leaving(resource, api, catalog, until), *_prerelease(api)]
    minor = _minor(catalog.version)
    if api.introduced > minor:
        message = f"{_text(api)} comes with Kubernetes 1.{api.introduced}, not with {catalog.version}"
        return [Problem("unknown-api", _VERSION, message, _other(api, catalog))]
    message = f"{_text(api)} was removed in Kubernetes 1.{api.removed}"
    return [Problem("removed-api", _VERSION, message, _other(api, catalog))]


def _minor(version: str) -> int:
    return int(version.partition(".")[2])


def _text(api: Api) -> str:
    prefix = f"{api.group}/" if api.group else ""
    return f"{prefix}{api.version} {api.kind}"


def _other(api: Api, catalog: Catalog) -> str:
    """Say which API to use, if the version that is asked for serves one."""
    replacement = catalog.replacement(api)
    if not replacement:
        return ""
    since = catalog.replacement_since(api)
    return f"use {replacement}" + (f" (available since 1.{since})" if since else "")


def _leaving(resource: Resource, api: Api, catalog: Catalog, until: int) -> list[Problem]:
    minor = _minor(catalog.version)
    gone = f" and will be removed in 1.{api.removed}" if api.removed else ""
    if api.deprecated and api.deprecated <= minor:
        message = f"{_text(api)} is deprecated since Kubernetes 1.{api.deprecated}{gone}"
        return [Problem("deprecated-api", _VERSION, message, _other(api, catalog))]
    if api.removed and minor < api.removed <= until:
        message = f"{_text(api)} will be removed in 1.{api.removed}"
        return [Problem("api-removed-later", _VERSION, message, _other(api, catalog))]
    return []


def _prerelease(api: Api) -> list[Problem]:
    if not api.off_by_default:
        return []
    stage = "an alpha" if api.stage == "alpha" else "a beta"
    message = f"{_text(api)} is {stage} API, which clusters do not serve by default"
    fix = "the cluster needs `--runtime-config`, or a provider that switches it on"
    return [Problem("prerelease-api", _VERSION, message, fix)]


def _unknown(resource: Resource, catalog: Catalog) -> Problem:
    """Say what a built-in group does not have: the kind, or this version of it."""
    served = catalog.kinds()
    text, kind = resource.api_version, resource.kind
    here = [one for group, version, one in served if (group, version) == (resource.group, resource.version)]
    elsewhere = sorted({_joined(group, version) for group, version, one in served if one == kind})
    if elsewhere:
        message = f"{text} has no {kind} in Kubernetes {catalog.version}"
        return Problem("unknown-api", _VERSION, message, f"{kind} is in {' and '.join(elsewhere)}")
    alike = close(kind, here) or close(kind, {one for _, _, one in served})
    fix = f"did you mean `{alike}`?" if alike else ""
    return Problem("unknown-api", _KIND, f"{text} has no kind `{kind}` in Kubernetes {catalog.version}", fix)


def _joined(group: str, version: str) -> str:
    return f"{group}/{version}" if group else version
