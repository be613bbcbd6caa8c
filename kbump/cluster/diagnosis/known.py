"""Known: what is known beside the pods, sorted by what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kbump.cluster.plain import dig, instant, name, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from kbump.cluster.plain import Object

Place = tuple[str, str]
"""A pod's UID and the name of one of its containers, empty for the pod itself."""


class Known(NamedTuple):
    """What is known at a moment beside the pods.

    `pulls` is what was last said of images that could not be pulled, `before` how often containers had been started
    again when the rollout began; `events` are the warnings since then, by the UID of what they are about, the last one
    last, or by its kind and name, as in `PersistentVolumeClaim/data`; `claims` and `nodes` are by name, empty if they
    were not asked for.
    """

    now: datetime
    pulls: Mapping[Place, str]
    before: Mapping[Place, int]
    events: Mapping[str, list[Object]]
    claims: Mapping[str, Object]
    nodes: Mapping[str, Object]

    def last(self, about: str, reason: str, *, start: str = "", container: str = "") -> str:
        """Return the message of the last event of a reason about a subject, empty if there is none."""
        for event in reversed(self.events.get(about, [])):
            message = text(event, "message")
            if event.get("reason") != reason or not message.startswith(start):
                continue
            place = text(event, "involvedObject", "fieldPath")
            if not (container and place) or place.endswith(f"{{{container}}}"):
                return message
        return ""


def by_subject(events: Iterable[Object]) -> dict[str, list[Object]]:
    """Return events by the UID, and by the kind and name, of what they are about, the last one last."""
    found: dict[str, list[Object]] = {}
    for event in sorted(events, key=_moment):
        about: Object = event.get("involvedObject") or {}
        for subject in (text(about, "uid"), f"{about.get('kind')}/{about.get('name')}"):
            found.setdefault(subject, []).append(event)
    return found


def by_name(objects: Iterable[Object]) -> dict[str, Object]:
    """Return objects by their names."""
    return {name(one): one for one in objects}


def _moment(event: Object) -> float:
    """Return when an event came last; what repeats says so in one of three places."""
    series = dig(event, "series", "lastObservedTime")
    for written in (series, event.get("lastTimestamp"), event.get("eventTime"), event.get("firstTimestamp")):
        if found := instant(written):
            return found.timestamp()
    return 0.0
