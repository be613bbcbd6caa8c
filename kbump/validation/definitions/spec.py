"""spec_problems(): what is wrong with a definition beside its versions: group, scope, names, conversion."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kbump.validation.definitions.positions import mapping
from kbump.validation.problem import Problem
from kbump.validation.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbump.resource import Resource
    from kbump.validation.definitions.positions import Schema
    from kbump.yaml.nodes import Path

_LABEL = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
_DOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+")
_APPROVED = "api-approved.kubernetes.io"
_URL = re.compile(r"[A-Za-z][-+.A-Za-z0-9]*://[^/\s]+\S*")
_IS_LABEL = "lower case letters, digits and `-`, a letter first, at most 63"


def spec_problems(resource: Resource, spec: Schema) -> Iterator[Problem]:
    """Yield what is wrong with group, scope, names and conversion."""
    names = mapping(spec.get("names"))
    yield from _name(resource, spec, names)
    yield from _group(resource, spec["group"])
    if spec.get("scope") not in (None, "Cluster", "Namespaced"):
        message = f"must be Cluster or Namespaced, found {shown(spec['scope'])}"
        yield Problem("invalid-value", ("spec", "scope"), message)
    yield from _names(names)
    if spec.get("preserveUnknownFields") is True:
        fix = "write `x-kubernetes-preserve-unknown-fields: true` in the schemas instead"
        yield Problem("invalid-value", ("spec", "preserveUnknownFields"), "must not be true", fix)
    yield from _conversion(mapping(spec.get("conversion")))


def is_label(value: Any) -> bool:
    """Whether a value is a label of a host name: what names of kinds, versions and resources are."""
    return type(value) is str and _LABEL.fullmatch(value) is not None


def label(path: Path, value: Any) -> Problem:
    """Return that a value is no label of a host name."""
    return Problem("invalid-value", path, f"{shown(value)} is no name", f"write {_IS_LABEL}")


def _name(resource: Resource, spec: Schema, names: Schema) -> Iterator[Problem]:
    plural = names.get("plural")
    if type(plural) is str and type(spec.get("group")) is str and resource.name:
        wanted = f"{plural}.{spec['group']}"
        if resource.name != wanted:
            message = f"the name must be `{wanted}`, the plural and the group, found `{resource.name}`"
            yield Problem("invalid-value", ("metadata", "name"), message, f"write {wanted}")


def _group(resource: Resource, group: str) -> Iterator[Problem]:
    if not _DOMAIN.fullmatch(group) or len(group) > 253:
        fix = "write a domain in lower case, with at least one dot: example.com"
        yield Problem("invalid-value", ("spec", "group"), f"`{group}` is no group of an API", fix)
    if f".{group}".endswith((".k8s.io", ".kubernetes.io")):
        annotation = mapping(mapping(resource.data.get("metadata")).get("annotations")).get(_APPROVED)
        if not (type(annotation) is str and (annotation.startswith("unapproved") or _URL.fullmatch(annotation))):
            message = f"the group `{group}` belongs to Kubernetes: it needs the annotation `{_APPROVED}`"
            fix = 'write the URL of the approval, or "unapproved" and why; or take a group of your own'
            yield Problem("missing-field", ("metadata", "annotations", _APPROVED), message, fix, at_key=True)


def _names(names: Schema) -> Iterator[Problem]:
    for key in ("plural", "singular", "kind", "listKind"):
        value = names.get(key)
        seen = value.lower() if key in ("kind", "listKind") and type(value) is str else value
        if (value or key in ("plural", "kind")) and value is not None and not is_label(seen):
            yield label(("spec", "names", key), value)
    for key in ("shortNames", "categories"):
        listed = names.get(key)
        for number, value in enumerate(listed if type(listed) is list else ()):
            if not is_label(value):
                yield label(("spec", "names", key, number), value)
    if names.get("kind") and names.get("kind") == names.get("listKind"):
        message = "kind and listKind must not be the same"
        yield Problem("invalid-value", ("spec", "names", "listKind"), message, f"write {names['kind']}List")


def _conversion(conversion: Schema) -> Iterator[Problem]:
    strategy, webhook, at = conversion.get("strategy"), conversion.get("webhook"), ("spec", "conversion")
    if strategy not in (None, "None", "Webhook"):
        message = f"must be None or Webhook, found {shown(strategy)}"
        yield Problem("invalid-value", (*at, "strategy"), message)
    elif strategy == "None" and webhook is not None:
        message = "only the strategy Webhook has a `webhook`"
        yield Problem("invalid-value", (*at, "webhook"), message, "remove it", at_key=True)
    elif strategy == "Webhook":
        yield from _webhook(mapping(webhook), at)


def _webhook(webhook: Schema, at: Path) -> Iterator[Problem]:
    client = mapping(webhook.get("clientConfig"))
    if (client.get("url") is None) == (client.get("service") is None):
        message = "the strategy Webhook needs `webhook.clientConfig` with either `url` or `service`"
        yield Problem("missing-field", (*at, "webhook", "clientConfig"), message, at_key=True)
    versions = webhook.get("conversionReviewVersions")
    if type(versions) is list and not {"v1", "v1beta1"} & set(filter(lambda one: type(one) is str, versions)):
        message = "`conversionReviewVersions` must include v1 or v1beta1"
        yield Problem("invalid-value", (*at, "webhook", "conversionReviewVersions"), message, at_key=True)
