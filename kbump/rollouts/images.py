"""images_of(): the images of the pods that an object makes, or is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.cluster.plain import dig, text, things

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kbump.cluster.plain import Object

_SPECS: Mapping[str, tuple[str, ...]] = {
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    "Pod": ("spec",),
}


def images_of(obj: Object) -> Iterator[str]:
    """Yield the images of an object's pods, in order, those of init containers first."""
    spec = dig(obj, *_SPECS.get(text(obj, "kind"), ("spec", "template", "spec"))) or {}
    for key in ("initContainers", "containers"):
        yield from filter(None, (text(one, "image") for one in things(spec, key)))
