"""repetitions(): objects that are there twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kbump.validation.checking import Identity


class Repetition(NamedTuple):
    """An object of a file that is the same as an earlier one, of this or of another file."""

    file: str
    identity: Identity
    first_file: str
    first: Identity


def repetitions(
    places: Iterable[tuple[str, Identity]], scope: Callable[[str], str], is_patch: Callable[[str], bool]
) -> Iterator[Repetition]:
    """Yield every object with the same group, kind, namespace and name as one before it in the same scope of files.

    Patches are no objects; whether a file is one is asked only where it matters.
    """
    seen: dict[tuple[str, ...], list[tuple[str, Identity]]] = {}
    for file, identity in places:
        seen.setdefault(identity.key, []).append((file, identity))
    for same in seen.values():
        if len(same) > 1:
            yield from _within(same, scope, is_patch)


def _within(
    same: list[tuple[str, Identity]], scope: Callable[[str], str], is_patch: Callable[[str], bool]
) -> Iterator[Repetition]:
    first: dict[str, tuple[str, Identity]] = {}
    for file, identity in same:
        here = scope(file)
        if is_patch(file):
            continue
        if here in first:
            yield Repetition(file, identity, *first[here])
        first.setdefault(here, (file, identity))
