"""What is said of images that go back in git after a rollout: the page of a pull request, and words at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.delivery.proposing import Page
from kbump.report.comparison_markdown import code
from kbump.report.delivery import images_page, proposed_words
from kbump.report.findings import flat
from kbump.report.promotion import named, title_of
from kbump.report.text import Palette

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kbump.marker import Marker
    from kbump.provenance import Build
    from kbump.reversion.result import Reverted
    from kbump.rewriting.result import Change


def reversion_page(
    changes: Sequence[Change], commits: Sequence[str], build: Build, marker: Marker, title: int, body: int
) -> Page:
    """Return the title and the text of the pull request that goes back, within a forge's limits."""
    names = list(dict.fromkeys(map(named, changes)))
    at = ", ".join(code(sha[:12]) for sha in commits)
    head = (
        f"{marker}\nA rollout failed and was undone in the cluster. This goes back to what was here at {at}, too.\n\n"
    )
    return Page(title_of("Roll back", names, "", title), head + images_page(changes, build, body - len(head)))


def reverted_words(one: Reverted, *, colour: bool) -> Iterator[str]:
    """Yield what is said of it, loudest if it failed."""
    paint = Palette(colour)
    place = f"`{flat(one.branch)}` of {flat(one.repository)}"
    if one.status == "failed":
        yield paint(f"GIT WAS NOT PUT BACK, {place}: {flat(one.reason)}", "red", "bold")
        return
    if one.status == "nothing":
        yield f"nothing was put back on {place}: {flat(one.reason)}"
        return
    yield from (f"{paint('left', 'yellow')}: {flat(text)}" for text in one.left)
    if one.proposal:
        yield from proposed_words(one.proposal, paint)
        yield f"{place} takes pull requests only: it goes back to {_images(one)} once that is merged"
    else:
        yield f"{place} is back at {_images(one)} by {one.commit[:12]}; promotions hold back what it had"


def _images(one: Reverted) -> str:
    return ", ".join(dict.fromkeys(flat(change.new) for change in one.changes))
