"""Orphans: open pull requests of earlier runs that nothing brings up to date any more, closed with a word why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.delivery.heads import head_of
from kbump.delivery.naming import read_subject, repositories
from kbump.delivery.withdrawing import withdraw
from kbump.marker import read_marker
from kbump.promotion.result import Promotion
from kbump.report.promotion import source_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from kbump.delivery.checkout import Checkout
    from kbump.forge import Forge, PullRequest
    from kbump.marker import Marker
    from kbump.rewriting.carrying import Carried

_SET = "The target has what this was to promote, or it is promoted by another pull request, so this is closed."
_NO_GROUP = "There is no group `{}` any more, and its images are promoted by another pull request, so this is closed."


def orphaned(
    found: Checkout,
    forge: Forge,
    kind: str,
    source: str,
    groups: Mapping[str, Sequence[str]],
    carried: Sequence[Carried],
    done: Sequence[Promotion],
) -> Iterator[Promotion]:
    """Close what a whole run replaces, and yield it: pull requests of groups that are gone, and of `--only`.

    One is replaced only if the run looked at all of its images: what another source promotes to the same target is
    not this run's. One of `--only` stays as long as an image of it is to be promoted.
    """
    known = {repository for one in carried for repository in _repositories(one)}
    changing = set(repositories(change.new for one in done for change in one.changed))
    ours = {one.branch for one in done}
    for pull in forge.find_by_marker(f"<!-- kbump:{kind} of="):
        marker = read_marker(pull.body)
        if pull.base != found.branch or pull.head in ours or not marker or marker.kind != kind:
            continue
        if source_of(pull.body) not in {"", source}:
            continue
        words = _words(found, pull, marker, groups, known, changing)
        gone = withdraw(found, forge, pull.head, marker, words) if words else None
        if gone and gone.status == "withdrawn":
            group = read_subject(marker.of).group
            yield Promotion(group, pull.head, gone.status, proposal=gone)


def _words(
    found: Checkout,
    pull: PullRequest,
    marker: Marker,
    groups: Mapping[str, Sequence[str]],
    known: Collection[str],
    changing: Collection[str],
) -> str:
    """Return why a pull request is closed, "" if it stays."""
    subject = read_subject(marker.of)
    alone = bool(subject.images or subject.narrowed)
    if subject.directory != found.directory or (not alone and subject.group in {"", *groups}):
        return ""
    head = head_of(found, pull.head, found.repository.tip())
    if head.fork and not head.content:
        return _SET
    images = set(repositories(head.images))
    if not images or not images <= set(known):
        return ""
    if not alone:
        return _NO_GROUP.format(subject.group)
    return "" if images & set(changing) else _SET


def _repositories(one: Carried) -> set[str]:
    references = (one.reference, one.field.reference)
    return {reference.repository for reference in references if reference}
