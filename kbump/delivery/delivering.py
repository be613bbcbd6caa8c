"""deliver(): set images in a remote repository, by one commit on its branch or by a pull request."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from kbump.config import ForgeChoice
from kbump.delivery.checkout import Access, Checkout, checkout, located
from kbump.delivery.committing import Style, commit_files
from kbump.delivery.landing import land
from kbump.delivery.naming import head_name
from kbump.delivery.pages import KIND, image_proposal, image_subject
from kbump.delivery.proposing import propose
from kbump.delivery.result import Proposed
from kbump.delivery.superseding import Superseded, original, superseded
from kbump.delivery.withdrawing import withdraw
from kbump.forge.settings import TIMING
from kbump.git import fetch
from kbump.marker import Marker
from kbump.message import commit_message
from kbump.provenance import Build
from kbump.reaching import forge_of
from kbump.remote import Remote, check_directory, check_ref
from kbump.update import SetImageResult, set_image

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from kbump.forge import Forge
    from kbump.forge.settings import Timing
    from kbump.rewriting.result import Change

Status = Literal["pushed", "proposed", "planned", "unchanged", "blocked", "superseded", "refused"]
TIMEOUT_S = 120.0
NO_BUILD, PLAIN, NO_CHOICE = Build(), Style(), ForgeChoice()


class Delivery(NamedTuple):
    """What came of setting images in a remote repository.

    `status`: `pushed`; `proposed` by a pull request (`proposal` says what came of that); `planned` (of a dry run);
    `unchanged` (nothing to do); `blocked` (the result says why); `superseded` by a newer build; `refused` by the
    repository's own policy. `commit` and `message` are those that were made or, of a dry run, would be; `result` names
    files from the top of the repository; `attempts` counts pushes; `reason` says why nothing was pushed; `notes` are
    worth saying all the same.
    """

    status: Status
    result: SetImageResult
    repository: str
    branch: str
    commit: str = ""
    message: str = ""
    attempts: int = 0
    reason: str = ""
    superseded_by: Superseded | None = None
    notes: tuple[str, ...] = ()
    proposal: Proposed | None = None

    @property
    def exit_code(self) -> int:
        """0: done or nothing to do; 1: something asked for was not done; 2: a file could not be read or written."""
        return max(self.result.exit_code, int(self.status in ("superseded", "refused")))


class _Plan(NamedTuple):
    """What a run wants of a target, whatever its tip is."""

    images: Iterable[str]
    paths: Sequence[str]
    build: Build
    style: Style
    force: bool
    write: bool
    pull_request: bool
    reopen: bool
    options: Mapping[str, Any]


def deliver(
    images: str | Iterable[str],
    url: str,
    paths: Sequence[str] = (),
    *,
    environ: Mapping[str, str],
    branch: str = "",
    directory: str = "",
    build: Build = NO_BUILD,
    style: Style = PLAIN,
    force: bool = False,
    write: bool = True,
    pull_request: bool = False,
    reopen: bool = False,
    timeout_s: float = TIMEOUT_S,
    caller: ForgeChoice = NO_CHOICE,
    echo: Callable[[str], None] | None = None,
    timing: Timing = TIMING,
    **options: Any,
) -> Delivery:
    """Rewrite image references in the repository behind a URL: clone, edit, one commit, push.

    `paths` are relative to the `directory` of the repository. If somebody else pushed meanwhile, the edit is made
    again on the new tip, until `timeout_s` seconds are over. A `build` that is older than the one of its line which
    set an image last changes nothing, but with `force`. With `pull_request`, the commit goes to a branch of its own
    with one pull request; one that a person closed with this content stays closed, but with `reopen`. `caller` is what
    the caller's .kbump.yaml says of the forge, and whether secrets may go over http. `environ` holds the credentials
    (kbump.git.credentials) and what git is to see. `options` are those of set_image().

    Raises UsageError, ConfigError and GitError: for a URL, branch or path that is none, a server that cannot be
    reached, and a push that a hook or a protection refused.
    """
    remote = Remote.parse(url)
    if directory:
        remote = remote._replace(directory=check_directory(os.path.join(remote.directory, directory)))
    deadline = timing.clock() + timeout_s
    listed = [images] if isinstance(images, str) else list(images)
    below = [check_directory(path) for path in paths]
    wanted = _Plan(listed, below, build, style, force, write, pull_request, reopen, options)
    access = Access(environ, deadline, caller.allow_http, echo)
    with checkout(remote, check_ref(branch) if branch else "", access) as found:
        run = _Run(found, wanted)
        if not pull_request:
            return run.delivered(deadline, timing)
        target = found.config().forge
        return run.proposed(forge_of(remote, environ, deadline=deadline, caller=caller, target=target, timing=timing))


class _Run:
    """One delivery into a checkout; what is known of the last attempt is kept."""

    def __init__(self, found: Checkout, wanted: _Plan) -> None:
        self.found, self.wanted = found, wanted
        self.style, self.build = wanted.style, wanted.build
        self.last = Delivery("unchanged", _NOTHING, found.remote.url, found.branch)

    def delivered(self, deadline: float, timing: Timing) -> Delivery:
        landed = land(self.found, self.commit, deadline, timing)
        if landed.commit:
            return self.last._replace(status="pushed", commit=landed.commit, attempts=landed.attempts)
        return self.last

    def proposed(self, forge: Forge) -> Delivery:
        last = self.last = self.edited()
        wanted, changes = self.wanted, self.last.result.changes
        if last.status not in ("planned", "unchanged") or not changes or not wanted.write:
            return last
        subject = image_subject(self.found.directory, wanted.paths, changes, wanted.options)
        branch = head_name(KIND, subject, self.found.other_base)
        there = fetch(self.found.repository, branch)
        self.build = original(self.found.repository, self.build, there) if there else self.build
        newer = there and not wanted.force and superseded(self.found.repository, changes, self.build, there)
        if newer:
            return last._replace(status="superseded", superseded_by=newer, reason=_said(newer))
        if last.status == "unchanged":
            gone = withdraw(self.found, forge, branch, Marker(KIND, str(subject)), _NOTHING_LEFT)
            return last._replace(proposal=gone if gone and gone.pull_request else None)
        proposal = image_proposal(
            forge, branch, subject, last.result.changed, self.build, self.style, reopen=wanted.reopen
        )  # fmt: skip
        done = propose(self.found, forge, proposal, self.files(), self.style)
        left = last.result._replace(written=[]) if done.status in ("closed", "blocked") else last.result
        return last._replace(status="proposed", commit=done.commit, proposal=done, result=left)

    def commit(self) -> str | None:
        """Edit the files and commit them; return None, with the reason in `last`, if there is nothing to push."""
        self.last = self.edited()
        if self.last.status != "planned" or not self.wanted.write:
            return None
        return commit_files(self.found, self.last.message, self.files(), self.style)

    def files(self) -> list[str]:
        """Return the files that have changed: what a link leads to, not the link."""
        real = (os.path.realpath(os.path.join(self.found.top, path)) for path in self.last.result.written)
        return sorted({self.found.relative(path) for path in real})

    def edited(self) -> Delivery:
        self.style = self.wanted.style.under(self.found.config())
        self.build = original(self.found.repository, self.wanted.build)
        result = relative(self.set_images(), self.found)
        last = self.last._replace(result=result, notes=self.notes())
        if result.blocked or (result.errors and not result.changed):
            return last._replace(status="blocked", reason=result.blocked)
        if not result.changed:
            return last._replace(status="unchanged")
        guard = "" if self.wanted.pull_request else self.found.guard({one.location.file for one in result.changed})
        if guard:
            return last._replace(status="refused", reason=_POLICY.format(guard), result=result._replace(written=[]))
        newer = None if self.wanted.force else superseded(self.found.repository, result.changed, self.build)
        if newer:
            left = result._replace(written=[])
            return last._replace(status="superseded", superseded_by=newer, reason=_said(newer), result=left)
        return last._replace(status="planned", message=self.message(result.changed))

    def set_images(self) -> SetImageResult:
        root = self.found.root
        paths = [self.found.path(os.path.join(self.found.directory, path)) for path in self.wanted.paths]
        options = {**self.wanted.options, "write": self.wanted.write, "patch": not self.wanted.write}
        return set_image(self.wanted.images, paths or None, root=root, **options)

    def message(self, changes: Sequence[Change]) -> str:
        return commit_message(changes, self.build, self.style.message, skip_ci=self.style.skip_ci)

    def notes(self) -> tuple[str, ...]:
        wanted = self.wanted
        if wanted.force or not wanted.build.order or not self.found.repository.is_shallow():
            return ()
        return ("the history is cut off: whether a newer build was here before cannot be known in full",)


_NOTHING = SetImageResult([], [], [], [], {}, 0, [])
_NOTHING_LEFT = "The images are as asked for on the target already, so this is closed and its branch deleted."
_POLICY = "its {} says `delivery: pull-request`, so nothing is pushed to its branch (use `--pull-request`)"


def _said(newer: Superseded) -> str:
    build = f"build {newer.build.order} of {newer.build.repository}"
    return f"{build} is newer and has set `{newer.image}` already, by {newer.commit.sha[:12]}"


def relative(result: SetImageResult, found: Checkout) -> SetImageResult:
    """Return a result whose files are named from the top of the repository."""

    def change(one: Change) -> Change:
        return one._replace(location=one.location._replace(file=found.relative(one.location.file)))

    return result._replace(
        changes=[change(one) for one in result.changes],
        findings=[
            one._replace(location=one.location._replace(file=found.relative(one.location.file)))
            for one in result.findings
        ],
        errors=[located(error, found.top) for error in result.errors],
        skipped=[one._replace(path=found.relative(one.path)) for one in result.skipped],
        written=[found.relative(path) for path in result.written],
    )
