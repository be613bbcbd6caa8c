"""By what the items of two lists are paired, and whether their order matters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kbump.comparison.places import Key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kbump.comparison.shapes import Shape

    Items = Sequence[dict[str, Any]]

_GUESSES = ("name", "key", "id")
# What a key is that an item leaves out.
_DEFAULTS = {"protocol": "TCP"}
_VARIABLE = re.compile(r"\$\(([^()]+)\)")


def keys_of(shape: Shape, old: list[Any], new: list[Any]) -> tuple[list[Key], list[Key]] | None:
    """Return what names the items of two lists, None for lists whose items have only their places.

    Lists of Kubernetes' own kinds are keyed as the server merges them (`x-kubernetes-list-map-keys`); of others by
    `name`, `key` or `id` if each item has one of its own.
    """
    if shape.schema.get("x-kubernetes-list-type") == "set":
        return _both((), old, new)
    fields = shape.schema.get("x-kubernetes-list-map-keys")
    if shape.schema:
        return _both(fields, old, new) if fields else None
    guesses = (_both((guess,), old, new) for guess in _GUESSES)
    return next((found for found in guesses if found), None)


def _both(fields: Sequence[str], old: list[Any], new: list[Any]) -> tuple[list[Key], list[Key]] | None:
    both = [_keys(fields, items) for items in (old, new)]
    return (both[0], both[1]) if both[0] is not None and both[1] is not None else None


def _keys(fields: Sequence[str], items: list[Any]) -> list[Key] | None:
    """Return the keys of items, by the values of fields, or else by their own; None if one has none of its own."""
    if fields:
        texts = [_text(fields, item) if type(item) is dict else "" for item in items]
    else:
        texts = [item if type(item) is str else "" for item in items]
    return [Key(text) for text in texts] if all(texts) and len(set(texts)) == len(texts) else None


def _text(fields: Sequence[str], item: dict[str, Any]) -> str:
    values = [item.get(field, _DEFAULTS.get(field)) for field in fields]
    return "/".join(map(str, values)) if all(type(value) in (str, int) for value in values) else ""


def order_matters(shape: Shape, old: Items, new: Items) -> bool:
    """Whether it makes a difference that the items of two keyed lists are in another order.

    The kubelet runs init containers one after the other, and waits for a postStart hook before it starts the next
    container (https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/). A variable may use those
    before it: `$(NAME)` (https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/).
    To the server the order of other keyed lists is none. Of lists that are keyed by a guess it is not known.
    """
    if not shape.schema:
        return True
    rule = _ORDERED.get(shape.name)
    return rule is not None and rule(old, new)


def _always(old: Items, new: Items) -> bool:
    return True


def _hooked(old: Items, new: Items) -> bool:
    lifecycles = [item.get("lifecycle") for item in (*old, *new)]
    return any(type(one) is dict and one.get("postStart") for one in lifecycles)


def _used(old: Items, new: Items) -> bool:
    """Whether a variable is before another one that uses it on one side only."""
    common = {item["name"] for item in old} & {item["name"] for item in new}
    return _uses(old, common) != _uses(new, common)


def _uses(items: Items, names: set[str]) -> set[tuple[str, str]]:
    before: set[str] = set()
    found = set()
    for item in items:
        name = item["name"]
        found |= {
            (name, used) for used in _VARIABLE.findall(str(item.get("value"))) if used in before and name in names
        }
        before |= {name} & names
    return found


_ORDERED: dict[str, Callable[[Items, Items], bool]] = {
    "core.Container.env": _used,
    "core.EphemeralContainer.env": _used,
    "core.PodSpec.containers": _hooked,
    "core.PodSpec.initContainers": _always,
}
