"""ways_back(): for each field that holds an image that is gone, the commit that had the one before."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from kbump import files
from kbump.errors import ImageReferenceError
from kbump.holds import normal
from kbump.image import ImageReference
from kbump.overlays import files_of
from kbump.rewriting.carrying import restore
from kbump.targets.contents import contents_of
from kbump.targets.past import earlier, exported

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from kbump.config import Config
    from kbump.delivery.checkout import Checkout
    from kbump.holds import Holds
    from kbump.reversion.place import Place
    from kbump.reversion.result import Gone
    from kbump.rewriting.carrying import Carried
    from kbump.rewriting.partners import Placed
    from kbump.targets.contents import Contents


class Way(NamedTuple):
    """What a field gets back, and the commit that had it."""

    carried: Carried
    commit: str


def read_place(
    place: Place, top: str, config: Config, shown: Callable[[str], str], *, ignore: bool, known: Iterable[str] = ()
) -> Contents:
    """Read the image fields of what was rolled out, as they are below `top`; of an overlay, all that it is built of.

    If nothing is there, `known` are files that may be, from the top.
    """
    roots = [path for path in (os.path.join(top, one) for one in place.paths) if os.path.exists(path)]
    if place.built:
        inside = os.path.join(top, "")
        names = [path for root in roots for path in files_of(root) if path.startswith(inside)]
    else:
        names = files.find(roots, ignore=ignore).files if roots else []
    # Before there was the overlay, there was what it is built of.
    there = (os.path.join(top, name) for name in known)
    return contents_of(names or list(filter(os.path.isfile, there)), config, shown, top)


def holding(now: Contents, gone: Iterable[Gone], *, built: bool) -> dict[str, Gone]:
    """Return, by place, the fields that decide about an image that is gone, each with that.

    Those of objects belong to the workload; entries of kustomizations to whatever has the image. What is built may have
    another name.
    """
    listed = list(gone)
    found = ((one, next((it for it in listed if _is(one, it, built=built)), None)) for one in now.decided())
    return {str(one.field.location): taken for one, taken in found if taken}


def _is(one: Placed, gone: Gone, *, built: bool) -> bool:
    if not one.reference or not same(one.reference, gone.image):
        return False
    if one.field.role != "reference":
        return built and one.field.role == "kustomization"
    of = one.field.manifest
    return (of.kind, one.field.container) == (gone.kind, gone.container) and (built or of.name == gone.name)


def same(reference: ImageReference | None, text: str) -> bool:
    """Whether a text names the same image as a reference, however both are written."""
    try:
        other = ImageReference.parse(text)
    except ImageReferenceError:
        return False
    return reference is not None and normal(reference) == normal(other)


def ways_back(found: Checkout, place: Place, now: Contents, gone: Iterable[Gone], holds: Holds) -> list[Way]:
    """Return what the fields had: in the newest commit with what the workload runs again, else with another image.

    What is held back is nothing to go back to.
    """
    open_ = holding(now, gone, built=place.built)
    others: dict[str, Way] = {}
    ways: dict[str, Way] = {}
    for sha in earlier(found, _folder(now, found)) if open_ else ():
        for one in _restored(found, place, now, sha):
            key = str(one.field.location)
            if key not in open_ or one.reference == one.field.reference or holds.of(one.reference):
                continue
            others.setdefault(key, Way(one, sha))
            if same(one.reference, open_[key].before):
                ways[key] = Way(one, sha)
                del open_[key]
        if not open_:
            break
    return list({**others, **ways}.values())


def _restored(found: Checkout, place: Place, now: Contents, sha: str) -> Sequence[Carried]:
    with exported(found, sha) as then:
        before = read_place(place, then.top, then.config, then.shown, ignore=False, known=now.paths)
        return restore(before.decided(), now.decided()).carried


def _folder(now: Contents, found: Checkout) -> str:
    """Return the directory that all of the files are in, from the top."""
    common = os.path.commonpath([os.path.dirname(path) for path in now.paths.values()])
    below = found.relative(common)
    return "" if below == "." else below
