"""The images of the pods that an object makes, or is, and which of them an undo has taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.cluster.plain import dig, text, things
from kbump.reversion.result import Gone

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kbump.cluster.plain import Object
    from kbump.rollouts.planned import Key, Planned
    from kbump.rollouts.recording import Recorded

_SPECS: Mapping[str, tuple[str, ...]] = {
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    "Pod": ("spec",),
}


def images_of(obj: Object) -> Iterator[str]:
    """Yield the images of an object's pods, in order, those of init containers first."""
    return filter(None, (image for _, image in _containers(obj)))


def _containers(obj: Object) -> Iterator[tuple[str, str]]:
    spec = dig(obj, *_SPECS.get(text(obj, "kind"), ("spec", "template", "spec"))) or {}
    for key in ("initContainers", "containers"):
        yield from ((text(one, "name"), text(one, "image")) for one in things(spec, key))


def gone(undone: Iterable[Planned], recorded: Mapping[Key, Recorded]) -> list[Gone]:
    """Return the images that were taken from workloads which went back to what was recorded."""
    return [
        Gone(one.kind, one.name, container, image, had.get(container, ""))
        for one in undone
        for had in [dict(_containers(recorded[one.key].live or {}))]
        for container, image in _containers(one.data)
        if had.get(container) != image
    ]


def still_held(undone: Iterable[Planned], recorded: Mapping[Key, Recorded]) -> list[str]:
    """Return the images that git still has of what went back: of each workload those that changed, or else all."""
    found = (
        image
        for one in undone
        for image in [it.image for it in gone([one], recorded)] or images_of(one.data)
    )  # fmt: skip
    return list(dict.fromkeys(found))
