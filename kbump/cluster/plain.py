"""Reading objects as the API server gives them: plain data, in which anything may be absent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Object = Mapping[str, Any]


def dig(obj: Any, *path: str) -> Any:
    """Return what is at a path of keys, None if nothing is."""
    for key in path:
        obj = obj.get(key) if isinstance(obj, dict) else None
    return obj


def number(obj: Object, *path: str, missing: int = 0) -> int:
    """Return the integer at a path."""
    value = dig(obj, *path)
    return value if isinstance(value, int) else missing


def text(obj: Object, *path: str) -> str:
    """Return the text at a path, empty if there is none."""
    value = dig(obj, *path)
    return value if isinstance(value, str) else ""


def things(obj: Object, *path: str) -> Iterator[Object]:
    """Yield the mappings of the list at a path."""
    value = dig(obj, *path)
    yield from (one for one in value if isinstance(one, dict)) if isinstance(value, list) else ()


def condition(obj: Object, kind: str) -> Object:
    """Return the condition of a type in an object's status, empty if there is none."""
    return next((one for one in things(obj, "status", "conditions") if one.get("type") == kind), {})


def is_so(obj: Object, kind: str) -> bool:
    """Whether a condition of an object is true."""
    return condition(obj, kind).get("status") == "True"


def reason(found: Object) -> str:
    """Return why a condition is as it is, in its words."""
    return str(found.get("message") or found.get("reason") or "it does not say why")


def name(obj: Object) -> str:
    """Return an object's name."""
    return text(obj, "metadata", "name")


def uid(obj: Object) -> str:
    """Return an object's UID, of which no two objects ever have the same."""
    return text(obj, "metadata", "uid")


def owner(obj: Object) -> str:
    """Return the UID of the object that controls this one, empty if none does."""
    owners = things(obj, "metadata", "ownerReferences")
    return next((str(one.get("uid")) for one in owners if one.get("controller")), "")


def owner_kind(obj: Object) -> str:
    """Return the kind of the object that controls this one, empty if none does."""
    owners = things(obj, "metadata", "ownerReferences")
    return next((str(one.get("kind")) for one in owners if one.get("controller")), "")


def group_kind(obj: Object) -> tuple[str, str]:
    """Return an object's group and kind."""
    return text(obj, "apiVersion").rpartition("/")[0], text(obj, "kind")


def is_ending(obj: Object) -> bool:
    """Whether an object is being deleted."""
    return bool(dig(obj, "metadata", "deletionTimestamp"))


def instant(written: object) -> datetime | None:
    """Return the moment that an API server has written, None for what is none."""
    try:
        found = datetime.fromisoformat(str(written))
    except ValueError:
        return None
    return found if found.tzinfo else None


def counted(count: int, noun: str) -> str:
    """Return a number and its noun: 1 pod, 2 pods."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
