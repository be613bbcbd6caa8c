"""Which images of a promotion belong together, by groups and by what is asked for."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from kbump.errors import ImageReferenceError, UsageError
from kbump.image import ImageReference

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kbump.rewriting.carrying import Carried


def grouped(carried: Iterable[Carried], groups: Mapping[str, Sequence[str]]) -> dict[str, list[Carried]]:
    """Split what is carried by the globs of each group, the first that fits; the rest is the group "".

    Every group is there, also one that nothing is carried for.
    """
    found: dict[str, list[Carried]] = {name: [] for name in (*groups, "")}
    for one in carried:
        found[group_of(_names(one), groups)].append(one)
    return found


def group_of(texts: Iterable[str], groups: Mapping[str, Sequence[str]]) -> str:
    """Return the first group with a glob that fits one of the texts, "" if there is none."""
    known = list(texts)
    fits = (name for name, globs in groups.items() if any(fnmatchcase(text, glob) for text in known for glob in globs))
    return next(fits, "")


def only(carried: Iterable[Carried], images: Sequence[str]) -> list[Carried]:
    """Return what is carried of given repositories, or globs of them, all if none are given.

    Raises UsageError for a text that is neither, or that nothing fits.
    """
    found = list(carried)
    for text in images:
        if not any(fits(one, text) for one in found):
            raise UsageError(f"no image that is promoted has the repository `{text}`", hint="check the name")
    return [one for one in found if not images or any(fits(one, text) for text in images)]


def is_glob(text: str) -> bool:
    """Whether a text means several repositories."""
    return any(sign in text for sign in "*?[")


def fits(one: Carried, text: str) -> bool:
    """Whether what is carried has a repository, or one that fits a glob; UsageError for a text that is neither."""
    return means(text, filter(None, (one.reference, one.source.reference, one.field.reference)))


def means(text: str, references: Iterable[ImageReference]) -> bool:
    """Whether a repository, or a glob of several, means one of the references; raise UsageError for neither."""
    known = [name for reference in references for name in names(reference)]
    if is_glob(text):
        return any(fnmatchcase(name, text) for name in known)
    try:
        reference = ImageReference.parse(text)
    except ImageReferenceError as error:
        raise UsageError(error.message, hint=error.hint) from None
    if reference.tag or reference.digest:
        # The one that the source has counts, which may be another.
        words = f"`{text}` names a tag or a digest, but images are chosen by their repository"
        raise UsageError(words, hint="leave it out: what FROM has is promoted")
    return reference.repository in known


def _names(one: Carried) -> set[str]:
    found = (one.reference, one.source.reference, one.field.reference)
    return {text for reference in found if reference for text in names(reference)}


def names(reference: ImageReference) -> set[str]:
    """Return the repository that a glob may mean, as it is written and in its normal spelling."""
    return {reference.name, reference.repository}
