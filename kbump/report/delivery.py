"""What is said of a delivery: the commit of a dry run, and words about what was pushed, or why nothing was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.characters import printable
from kbump.report.comparison_markdown import STRONG, changes_link, code
from kbump.report.text import Palette, part, plain, set_image_words, short

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kbump.delivery import Delivery
    from kbump.delivery.result import Proposed
    from kbump.provenance import Build
    from kbump.rewriting.result import Change

_NOT_DONE = ("superseded", "refused")
_REST = "\n_The rest is too long for this page._\n"
_PROPOSED = {
    "opened": "opened {url}",
    "refreshed": "refreshed {url}",
    "unchanged": "nothing to do: {url} is as it should be",
    "closed": "nothing was opened: a person closed {url}, which has the same content (`--reopen` opens another)",
    "blocked": "left alone: {url} has commits that kbump did not make",
    "withdrawn": "closed {url}: nothing is left to propose",
}


def commit_text(delivery: Delivery) -> str:
    """Return the message and the patch of a commit as `git show` does; `git apply` takes the patch out of it."""
    message = "".join(f"    {printable(line)}".rstrip() + "\n" for line in delivery.message.splitlines())
    return f"{message}\n{delivery.result.patch}"


def delivery_words(delivery: Delivery, *, verbose: bool, colour: bool, accepted: bool = False) -> list[str]:
    """Return what is said beside the rows: of the images first, then of the repository.

    `accepted`: being superseded is a success.
    """
    if delivery.status in _NOT_DONE:
        return [*_notes(delivery, colour=colour), *_not_done(delivery, Palette(colour), accepted=accepted)]
    paint = Palette(colour)
    delivery = plain(delivery._replace(message=""))
    wrote = bool(delivery.result.written)
    words = set_image_words(delivery.result, wrote=wrote, verbose=verbose, colour=colour)
    words += _notes(delivery, colour=colour)
    place = f"`{delivery.branch}` of {delivery.repository}"
    if delivery.proposal:
        words += proposed_words(delivery.proposal, paint)
    elif delivery.status == "pushed":
        again = f", at attempt {delivery.attempts}: the branch had moved" if delivery.attempts > 1 else ""
        words.append(f"pushed {delivery.commit[:12]} to {place}{again}")
    elif delivery.status == "planned":
        words.append(f"would be pushed to {place}")
    return words


def failure_words(delivery: Delivery, *, colour: bool) -> list[str]:
    """Return why what was asked for is not done, and nothing else."""
    if delivery.status in _NOT_DONE:
        return _not_done(delivery, Palette(colour))
    return set_image_words(delivery.result, wrote=False, verbose=False, colour=colour, quiet=True)


def _not_done(delivery: Delivery, paint: Palette, *, accepted: bool = False) -> list[str]:
    reason = printable(delivery.reason)
    if delivery.status == "refused":
        return [f"{paint('refused', 'red', 'bold')}: {printable(delivery.repository)}: {reason}"]
    words = [f"{paint('superseded', 'yellow')}: {reason}; nothing was pushed"]
    hint = f"  {paint('hint', 'cyan')}: `--force` goes ahead, `--superseded-ok` takes it for a success"
    return words if accepted else [*words, hint]


def _notes(delivery: Delivery, *, colour: bool) -> list[str]:
    return [f"{Palette(colour)('note', 'yellow')}: {printable(note)}" for note in delivery.notes]


def proposed_words(proposed: Proposed, paint: Palette) -> list[str]:
    """Return what is said of a pull request."""
    url = printable(proposed.pull_request.url) if proposed.pull_request else "its branch"
    warnings = [f"{paint('warning', 'yellow')}: {printable(note)}" for note in proposed.notes]
    return [*warnings, _PROPOSED[proposed.status].format(url=url)]


def images_page(changes: Sequence[Change], build: Build, limit: int) -> str:
    """Return the text of a pull request that sets images, at most `limit` characters: what changes, and why."""
    end = "\n".join(source_words(build))
    kept, left = [], limit - len(end) - len(_REST)
    for row in images_table(changes):
        left -= len(row) + 1
        kept.append(row) if left >= 0 else None
    return "\n".join(kept) + "\n" + (_REST if left < 0 else "") + (f"\n{end}\n" if end else "")


def images_table(changes: Sequence[Change], links: Sequence[str] = ()) -> list[str]:
    """Return the lines of a table of images that change; `links` are pages of what changed in each, or empty."""
    shown = [changes_link(link) for link in links]
    head = ["| Workload | Container | From | To | Change |", "|---|---|---|---|---|"]
    rows = [*head, *map(_row, changes)]
    if not any(shown):
        return rows
    return [f"{row} {cell} |" for row, cell in zip(rows, ["Link", "---", *shown], strict=True)]


def _row(change: Change) -> str:
    cells = [change.workload or change.location.file, part(change), short(change.old), short(change.new)]
    strong = "**" if change.change in STRONG else ""
    return f"| {' | '.join([*(code(cell) if cell else '' for cell in cells), f'{strong}{change.change}{strong}'])} |"


def source_words(build: Build) -> Iterator[str]:
    """Yield what is known of the build that the images come from."""
    if build.repository:
        number = f"build {build.order}" if build.order else "a build"
        shown = f"[{number}]({build.link})" if build.link.startswith(("https://", "http://")) else number
        of = f" of {code(build.tag or build.branch)}" if build.tag or build.branch else ""
        at = f" at {code(build.commit[:12])}" if build.commit else ""
        yield f"By {shown}{of}{at} in {code(build.repository)}."
