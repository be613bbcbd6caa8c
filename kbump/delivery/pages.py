"""image_proposal(): the pull request that sets images, as its branch, its commit and its page."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING

from kbump.delivery.proposing import Page, Proposal
from kbump.image import ImageReference
from kbump.marker import Marker
from kbump.message import commit_message
from kbump.report.delivery import images_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbump.delivery.committing import Style
    from kbump.forge import Forge
    from kbump.provenance import Build
    from kbump.rewriting.result import Change

KIND = "set-image"


def image_proposal(
    forge: Forge, directory: str, changes: Sequence[Change], build: Build, style: Style, *, reopen: bool = False
) -> Proposal:
    """Return the proposal of a run of set-image: one for each set of repositories and directory, whatever the tags."""
    of = " ".join([directory or ".", *sorted({ImageReference.parse(one.new).name for one in changes})])

    def message(content: str) -> str:
        return commit_message(changes, build, style.message, skip_ci=style.skip_ci, content=content)

    def page(content: str) -> Page:
        title = commit_message(changes, build, style.message).partition("\n")[0]
        body = f"{Marker(KIND, of, content)}\n{images_page(changes, build, forge.limits.body - 500)}"
        return Page(title[: forge.limits.title], body)

    return Proposal(_branch(changes, of), message, page, reopen=reopen)


def _branch(changes: Sequence[Change], of: str) -> str:
    """Name the branch after the first image, and make it the only one of its kind."""
    first = min(ImageReference.parse(one.new).name for one in changes).rpartition("/")[2]
    return f"kbump/{KIND}/{re.sub('[^a-z0-9-]+', '-', first)}-{sha256(of.encode()).hexdigest()[:8]}"
