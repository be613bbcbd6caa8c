"""repetitions(): objects that are there twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from kbump.validation.checking import Identity


class Repetition(NamedTuple):
    """An object of a file that is the same as an earlier one, of this or of another file."""

    file: str
    identity: Identity
    first_file: str
    first: Identity


def repetitions(
    places: Iterable[tuple[str, Identity]], scopes: Callable[[str], Sequence[str]], is_patch: Callable[[str], bool]
) -> Iterator[Repetition]:
    """Yield every object with the same group, kind, namespace and name as one before it in a scope of both files.

    Patches are no objects; whether a file is one is asked only where it matters.
    """
    seen: dict[tuple[str, ...], list[tuple[str, Identity]]] = {}
    for file, identity in places:
        seen.setdefault(identity.key, []).append((file, identity))
    for same in seen.values():
        if len(same) > 1:
            yield from _within(same, scopes, is_patch)


def _within(
    same: list[tuple[str, Identity]], scopes: Callable[[str], Sequence[str]], is_patch: Callable[[str], bool]
) -> Iterator[Repetition]:
    first: dict[str, tuple[str, Identity]] = {}
    for file, identity in same:
        if is_patch(file):
            continue
        here = scopes(file)
        earlier = next((first[scope] for scope in here if scope in first), None)
        if earlier:
            yield Repetition(file, identity, *earlier)
        for scope in here:
            first.setdefault(scope, (file, identity))
