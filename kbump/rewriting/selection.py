"""select(): which fields a run is asked for, and the reference that each is to hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.image import ImageReference
from kbump.versions import change

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kbump.fields import ImageField
    from kbump.rewriting.request import Request, Selection


def select(fields: Iterable[ImageField], selection: Selection) -> list[tuple[ImageField, list[Request]]]:
    """Return the fields that requests ask for, whatever the filters say, each with these requests.

    A field that two requests ask for (one by container, one by repository), but not for the same, is given a problem.
    """
    found = []
    for field in fields:
        wanting = [request for request in selection.requests if request.wants(field)]
        if len({wanted(field, request) for request in wanting}) > 1 and not field.problem:
            texts = " and ".join(f"`{request.text}`" for request in wanting)
            problem = f"is asked for by {texts}, which differ: leave one of them out"
            found.append((field._replace(problem=problem), wanting))
        elif wanting:
            found.append((field, wanting))
    return found


def wanted(field: ImageField, request: Request) -> ImageReference:
    """Return the reference that a request gives a field, the repository in the spelling found where it is the same."""
    new, current = request.image, field.reference
    if current is None:
        return new
    keeps_name = not request.renames or current.repository == new.repository
    name = current.name if keeps_name else new.name
    if new.tag or new.digest:
        return ImageReference(name, new.tag, new.digest)
    return ImageReference(name, current.tag, current.digest)


def guarded(field: ImageField, new: ImageReference, selection: Selection) -> str:
    """Return why the run's guards forbid a change, or the empty string."""
    current = field.reference
    if current is None or current == new:
        return ""
    if current.digest and not new.digest and not selection.drop_digest:
        return "is pinned by digest: give `TAG@DIGEST`, or `--drop-digest`"
    if selection.no_downgrade and change(current, new) == "downgrade":
        return f"would go down from `{current.tag}` to `{new.tag}`"
    return ""
