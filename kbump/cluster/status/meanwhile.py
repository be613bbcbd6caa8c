"""after(): what others did to an object since it was applied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kbump.cluster.plain import dig, group_kind, number, text, things, uid
from kbump.cluster.status.result import Status, done

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kbump.cluster.plain import Object

_TEMPLATES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("", "Pod"): ("spec",),
    ("batch", "CronJob"): ("spec", "jobTemplate", "spec", "template", "spec"),
}


def after(applied: Object, now: Object | None, last: Status | None = None) -> Status | None:
    """Return what others did to an object since it was applied, None if nothing.

    `applied` is the object as the API server had it after the apply, `now` as it has it now, None if it has none;
    `last` is what status() said of it before. Who moves the number of replicas, starts the pods anew or adds something
    to them has not deployed anything else.
    """
    if now is None:
        return _gone(applied, last)
    if uid(now) != uid(applied):
        return Status("superseded", f"it was deleted and made again meanwhile{_by(now, ())}")
    if number(now, "metadata", "generation") == number(applied, "metadata", "generation"):
        return None
    path = _TEMPLATES.get(group_kind(now), ("spec", "template", "spec"))
    if _is_kept(dig(applied, *path), dig(now, *path)):
        return None
    return Status("superseded", f"somebody else has deployed it meanwhile{_by(now, path)}")


def _gone(applied: Object, last: Status | None) -> Status:
    if group_kind(applied) != ("batch", "Job"):
        return Status("gone", "it was deleted meanwhile")
    if last and last.word == "done":
        return done("it was complete, and is deleted")
    if dig(applied, "spec", "ttlSecondsAfterFinished") is not None:
        return Status("gone", "it is deleted, as `ttlSecondsAfterFinished` says, and how it ended was not seen")
    return Status("gone", "it was deleted meanwhile")


def _is_kept(applied: Any, now: Any) -> bool:
    """Whether all that was applied is still so, whatever was added to it."""
    if isinstance(applied, dict) and isinstance(now, dict):
        return all(key in now and _is_kept(value, now[key]) for key, value in applied.items())
    if isinstance(applied, list) and isinstance(now, list) and all(isinstance(one, dict) for one in applied):
        return all(any(_is_kept(one, other) for other in now) for one in applied)
    return bool(applied == now)


def _by(now: Object, path: tuple[str, ...]) -> str:
    """Return who wrote last to a path of an object, and when, as its managedFields say."""
    fields = [f"f:{key}" for key in path]
    writers = [one for one in things(now, "metadata", "managedFields") if dig(one, "fieldsV1", *fields) is not None]
    writers = [one for one in writers if one.get("subresource") != "status" and text(one, "manager")]
    if not writers:
        return ""
    # Times are whole seconds; of several in one, who has the fewest fields changed what others have applied.
    last = max(writers, key=lambda one: (text(one, "time"), -len(str(dig(one, "fieldsV1", *fields)))))
    return f", by `{text(last, 'manager')}` at {text(last, 'time')}"
