"""image_proposal(): the pull request that sets images, as its branch, its commit and its page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kbump.delivery.asking import ROOM
from kbump.delivery.naming import Subject, repositories
from kbump.delivery.proposing import Page, Proposal
from kbump.marker import Marker
from kbump.message import commit_message
from kbump.report.delivery import images_page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kbump.delivery.committing import Style
    from kbump.forge import Forge
    from kbump.provenance import Build
    from kbump.rewriting.result import Change

KIND = "set-image"
# What selects images beside their names, and where: what it says belongs to what the pull request is of.
_NARROWING = ("environment", "containers", "kinds", "names", "namespaces")


def image_subject(
    directory: str, paths: Sequence[str], changes: Sequence[Change], options: Mapping[str, Any]
) -> Subject:
    """Return what a run of set-image is of: the repositories, whatever their tags, and where it looks for them."""
    said = {name: options.get(name) or () for name in _NARROWING}
    listed = {name: [value] if isinstance(value, str) else value for name, value in said.items()}
    narrowed = [f"{name}:{text.partition('=')[0]}" for name, texts in listed.items() for text in texts]
    return Subject(directory, "", repositories(change.new for change in changes), (*paths, *narrowed))


def image_proposal(
    forge: Forge,
    branch: str,
    subject: Subject,
    changes: Sequence[Change],
    build: Build,
    style: Style,
    *,
    reopen: bool = False,
) -> Proposal:
    """Return the proposal of a run of set-image, from a branch."""

    def message(content: str) -> str:
        return commit_message(changes, build, style.message, skip_ci=style.skip_ci, content=content)

    def page(content: str) -> Page:
        title = commit_message(changes, build, style.message).partition("\n")[0]
        body = f"{Marker(KIND, str(subject), content)}\n{images_page(changes, build, forge.limits.body - ROOM)}"
        return Page(title[: forge.limits.title], body)

    return Proposal(branch, message, page, reopen=reopen)
