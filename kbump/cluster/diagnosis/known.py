"""Known: what is known beside a pod at a moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kbump.cluster.plain import text, uid

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from kbump.cluster.diagnosis.around import Around
    from kbump.cluster.plain import Object

Place = tuple[str, str]
"""A pod's UID and the name of one of its containers, empty for the pod itself."""


class Known(NamedTuple):
    """What is known at a moment.

    `pulls` is what was last said of images that could not be pulled, `before` how often containers had been started
    again when the rollout began, with each pod that was there under no container.
    """

    now: datetime
    around: Around
    pulls: Mapping[Place, str]
    before: Mapping[Place, int]

    def last(self, about: Object, reason: str, *, start: str = "", container: str = "") -> str:
        """Return the message of the last event of a reason about an object, empty if there is none."""
        return text(self.around.said(uid(about), reason, start=start, container=container), "message")
