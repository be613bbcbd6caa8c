"""What is said of a promotion: the title and the page of its pull request, and words for the terminal."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from kbump.characters import printable
from kbump.delivery.proposing import Page
from kbump.image import ImageReference
from kbump.marker import Marker, read_marker
from kbump.report.comparison_markdown import code, diff_markdown
from kbump.report.delivery import images_table, proposed_words, source_words
from kbump.report.text import Palette, change_rows, counted, short

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kbump.comparison import PromotionDiff
    from kbump.gates import Verdict
    from kbump.promotion.result import PromoteResult, Promotion
    from kbump.provenance import Build
    from kbump.rewriting.result import Change

_SOURCE = "from"
_MOST_REASONS = 10
_STILL = "\n### What still differs\n\n"
_LEAST_ROOM = 400
_MORE = "_There is no room for {}: `kbump diff` shows all._"
_MOST_DIGITS = 24
_LONGEST_TITLE = 100
_REST = "_The rest is too long for this page: `kbump diff` shows all of it._"


def promotion_title(one: Promotion, target: str, limit: int) -> str:
    """Return the title of the pull request, at most `limit` characters."""
    names = list(dict.fromkeys(named(change) for change in one.changed))
    to = f" to {target}" + (f" ({one.group})" if one.group else "")
    verb = "Roll back" if one.rollback else "Promote"
    if one.rollback:
        to = f" in {target}"
    return title_of(verb, names, to, limit) if names else f"Release held images{to}"[:limit]


def title_of(verb: str, names: Sequence[str], rest: str, limit: int) -> str:
    """Return a title that names all, or if that would be long counts them, at most `limit` characters."""
    listed = f"{verb} {', '.join(names)}{rest}"
    several = f"{verb} {counted(len(names), 'image')}{rest}"
    return listed if len(listed) <= min(limit, _LONGEST_TITLE) else several[:limit]


def named(change: Change) -> str:
    """Name what changes as briefly as it is clear: `web 1.4.1 → 1.5.0`."""
    new = ImageReference.parse(change.new)
    old = change.old.rpartition("/")[2].partition("@")[0].partition(":")[2]
    version = new.tag or short(new.digest)
    return f"{new.name.rpartition('/')[2]} {f'{old} → ' if old and old != version else ''}{version}"


def promotion_page(
    one: Promotion, result: PromoteResult, rest: PromotionDiff, build: Build, marker: Marker, limit: int
) -> Page:
    """Return the title and the text of the pull request, which is at most `limit` characters long.

    `rest` is what differs between the target, as it is after the edit, and the source.
    """
    source = [] if one.rollback else [str(Marker(_SOURCE, result.source))]
    begin, end = [str(marker), *source, *_head(one, result, build)], [*_gates(one.verdicts), *_said(one, result)]
    table = _table(one, result, limit - sum(len(line) + 1 for line in (*begin, *end)))
    head = "\n".join([*begin, *table, *end])
    if len(head) > limit:
        head = f"{head[: head.rfind(chr(10), 0, limit - len(_REST) - 3)]}\n\n{_REST}"
    room = limit - len(head) - len(_STILL)
    section = _STILL + diff_markdown(rest, limit=room, pointer=_REST) if room > _LEAST_ROOM else ""
    return Page(promotion_title(one, result.target, limit), f"{head}\n{section}")


def source_of(body: str) -> str:
    """Return the source that the page of a promotion says it is from, "" if it says nothing."""
    found = (read_marker(line) for line in body.splitlines()[:2])
    return next((marker.of for marker in found if marker and marker.kind == _SOURCE), "")


def _head(one: Promotion, result: PromoteResult, build: Build) -> Iterator[str]:
    if one.rollback:
        yield f"Back to what {code(result.target)} had at {code(one.rollback[:12])}."
    else:
        at = f" at {code(result.diff.new_commit[:12])}" if result.diff.new_commit else ""
        yield f"From {code(result.source)}{at} to {code(result.target)}."
    yield from source_words(build)


def _table(one: Promotion, result: PromoteResult, room: int) -> list[str]:
    """Return the lines of the table of images, as many as there is room for: gates are below it, and must be seen."""
    if not one.changed:
        return []
    links = {(image.old_object.subject, image.container): image.link for image in result.diff.images}
    lines = images_table(one.changed, [links.get((change.workload, change.container), "") for change in one.changed])
    if sum(len(line) + 1 for line in lines) < room:
        return ["", *lines]
    left = room - len(_MORE) - _MOST_DIGITS
    ends = accumulate(len(line) + 1 for line in lines)
    kept = [line for line, end in zip(lines, ends, strict=True) if end < left]
    return ["", *kept, "", _MORE.format(counted(len(lines) - len(kept), "more image"))]


def _gates(verdicts: Sequence[Verdict]) -> Iterator[str]:
    if not verdicts:
        return
    rows = [(verdict, _reasons(verdict)) for verdict in verdicts]
    told = any(reasons for _, reasons in rows)
    yield from ("", "| Gate | Verdict | Why |", "|---|---|---|") if told else ("", "| Gate | Verdict |", "|---|---|")
    for verdict, reasons in rows:
        why = f" {reasons} |" if told else ""
        yield f"| {verdict.gate} | {'passed' if verdict.passed else '**refused**'} |{why}"


def _reasons(verdict: Verdict) -> str:
    said = [code(text) for text in (*verdict.reasons, *verdict.notes)[:_MOST_REASONS]]
    left = len(verdict.reasons) + len(verdict.notes) - len(said)
    return "<br>".join([*said, f"and {left:,} more"] if left else said)


def _said(one: Promotion, result: PromoteResult) -> Iterator[str]:
    """Yield what is not promoted though it could be: held back, refused, left."""
    rows = [f"- {code(str(held.change.new))} is held back{_because(held.hold.reason)}" for held in one.held]
    rows += [f"- {code(change.old)} at {code(str(change.location))} {code(change.reason)}" for change in one.refused]
    left = result.left if not one.group else []
    rows += [f"- {code(text)}" for text in left[:_MOST_REASONS]]
    rows += [f"- and {len(left) - _MOST_REASONS:,} more"] if len(left) > _MOST_REASONS else []
    if rows:
        yield from ("", "Not promoted:", "", *rows)
    if one.released:
        yield from ("", "Held back no more:", "", *(f"- {code(image)}" for image in one.released))


def _because(reason: str) -> str:
    return f": {code(reason)}" if reason else ""


def promote_rows(result: PromoteResult, *, colour: bool) -> str:
    """Return one aligned row for each image that changes."""
    return change_rows((change for one in result.promotions for change in one.changed), colour=colour)


def promote_patch(result: PromoteResult) -> str:
    """Return the message and the patch of each pull request of a dry run."""
    texts = []
    for one in result.promotions:
        if one.patch:
            message = "".join(f"    {printable(line)}".rstrip() + "\n" for line in one.message.splitlines())
            texts.append(f"{message}\n{one.patch}")
    return "\n".join(texts)


def promote_pages(result: PromoteResult) -> str:
    """Return the page of each pull request, below its title."""
    return "\n".join(f"# {one.page.title}\n\n{one.page.body}" for one in result.promotions if one.page)


def failure_words(result: PromoteResult, *, strict: bool, colour: bool) -> list[str]:
    """Return why what was asked for is not done, and nothing else; `strict`: so is what was left alone."""
    paint = Palette(colour)
    words: list[str] = []
    for one in result.promotions:
        words += _held(one, paint) if one.status == "refused" and one.rollback else ()
        words += _refusals(one, paint)
        if one.status == "refused" or (strict and one.status == "blocked"):
            words += _fate(one, paint)
    return words


def promote_words(result: PromoteResult, *, verbose: bool, colour: bool) -> list[str]:
    """Return what is said beside the rows: what is not promoted and why, gates, and each pull request."""
    paint = Palette(colour)
    shown = result.left if verbose else result.left[:_MOST_REASONS]
    words = [f"{paint('left', 'yellow')}: {printable(text)}" for text in shown]
    more = len(result.left) - len(shown)
    words += [f"{paint('left', 'yellow')}: {more:,} more (`-v` shows them)"] if more else []
    for one in result.promotions:
        words += _of_promotion(one, paint, verbose=verbose)
    return [*words, *_nothing(result)]


def _nothing(result: PromoteResult) -> Iterator[str]:
    """Say why there is no pull request, where nobody said so yet."""
    changes = [change for one in result.promotions for change in one.changes]
    told = any(one.held or one.proposal for one in result.promotions)
    if told or any(change.status not in ("unchanged", "overridden") for change in changes):
        return
    verb = "roll back" if any(one.rollback for one in result.promotions) else "promote"
    if result.left:
        yield f"nothing to {verb} but what is left"
    elif changes:
        yield f"nothing to {verb}: {printable(result.target)} has the images of {printable(result.source)}"
    else:
        yield f"no image of {printable(result.target)} pairs with one of {printable(result.source)}"


def _refusals(one: Promotion, paint: Palette) -> Iterator[str]:
    for change in one.refused:
        place, why = printable(str(change.location)), printable(f"`{short(change.old)}` {change.reason}")
        yield f"{place}: {paint('refused', 'red', 'bold')}: {why}"
    for verdict in one.verdicts:
        if not verdict.passed:
            why = printable("; ".join(verdict.reasons))
            yield f"{paint('refused', 'red', 'bold')} by the gate {verdict.gate}: {why}"


def _held(one: Promotion, paint: Palette) -> Iterator[str]:
    for held in one.held:
        why = f": {printable(held.hold.reason)}" if held.hold.reason else ""
        words = f"`{held.change.new}` is held back{why} (`--release` lets it go)"
        yield f"{printable(str(held.change.location))}: {paint('held', 'yellow')}: {words}"


def _of_promotion(one: Promotion, paint: Palette, *, verbose: bool) -> Iterable[str]:
    yield from _held(one, paint)
    yield from (f"{paint('released', 'cyan')}: `{image}` is held back no more" for image in one.released)
    yield from _refusals(one, paint)
    for verdict in one.verdicts:
        notes = map(printable, verdict.notes if verbose else ())
        yield from (f"{paint('note', 'yellow')}: gate {verdict.gate}: {note}" for note in notes)
    yield from _fate(one, paint)


def _fate(one: Promotion, paint: Palette) -> Iterator[str]:
    """Say what became of the pull request, or would."""
    group = f" for the group {one.group}" if one.group else ""
    if one.replaces:
        words = f"this replaces what {printable(one.replaces)} proposed: a group for each source keeps them apart"
        yield f"{paint('note', 'yellow')}: {words}"
    if one.proposal and one.proposal.status == "withdrawn" and one.held and one.proposal.pull_request:
        yield f"closed {one.proposal.pull_request.url}: what it proposed is held back"
    elif one.proposal:
        yield from proposed_words(one.proposal, paint)
    elif one.status == "planned":
        yield f"a pull request{group} would be opened or refreshed from `{one.branch}`"
    elif one.status == "refused":
        why = "what it would bring back is held" if one.rollback and one.held else "a gate refused"
        if one.standing:
            title = printable(one.standing.title)
            yield f'{why}: {one.standing.url}{group} stays as it is, and still offers "{title}"'
        else:
            yield f"no pull request{group}: {why}"
