"""Comparing the two sides of a promotion for its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.comparison import Note
from kbump.differences import compare_environments, kubectl_builder
from kbump.errors import SourceError
from kbump.links import linked
from kbump.sides import Reading

if TYPE_CHECKING:
    from kbump.comparison import PromotionDiff
    from kbump.delivery.checkout import Access
    from kbump.environment import Environment


def compared_sides(target: Environment, origin: Environment, access: Access) -> PromotionDiff:
    """Compare both sides; what cannot be built stops nothing: its sources are compared."""
    reading = Reading(None, kubectl_builder(access.environ, access.deadline, access.echo))
    try:
        return compare_environments(target, origin, reading)
    except SourceError as error:
        found = compare_environments(target, origin, reading._replace(build=None))
        note = Note("sources", "", f"{error.message}, so the sources are compared", error.location)
        return found._replace(notes=[*found.notes, note])


def linked_sides(target: Environment, origin: Environment, access: Access) -> PromotionDiff:
    """Compare both sides, with the addresses of what changed in each image."""
    found = compared_sides(target, origin, access)
    return linked(found, (target, origin), access.environ, deadline=access.deadline, echo=access.echo)
