"""revert(): the images that a rollout took from workloads go back on the branch, by one commit, with a hold."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kbump.config import Config
from kbump.delivery.asking import ROOM
from kbump.delivery.checkout import Checkout, checkout
from kbump.delivery.committing import Style, commit_files
from kbump.delivery.landing import land
from kbump.delivery.naming import Subject, head_name, repositories
from kbump.delivery.proposing import Proposal, propose
from kbump.forge.settings import TIMING
from kbump.holds import Holds
from kbump.marker import Marker
from kbump.message import commit_message
from kbump.reaching import forge_of
from kbump.report.reversion import reversion_page
from kbump.reversion.finding import holding, read_place, ways_back
from kbump.reversion.result import Reverted
from kbump.targets.holding import ROLLBACK, SUBJECT, HoldsFile
from kbump.targets.past import MOST
from kbump.targets.planning import planned
from kbump.targets.writing import write_edits
from kbump.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbump.delivery.checkout import Access
    from kbump.delivery.proposing import Page
    from kbump.forge import Forge
    from kbump.forge.settings import Timing
    from kbump.provenance import Build
    from kbump.reversion.finding import Way
    from kbump.reversion.place import Place
    from kbump.reversion.result import Gone
    from kbump.rewriting.result import Change
    from kbump.targets.contents import Contents


def revert(
    place: Place, gone: Sequence[Gone], config: Config, build: Build, access: Access, *, timing: Timing = TIMING
) -> Reverted:
    """Put the images that came before what is gone back on the branch of a place, as a rollback does.

    If the repository's policy is pull requests, it is proposed by one. `config` is what the caller's .kbump.yaml says,
    `build` which build it is. Raises UsageError, ConfigError, SourceError, GitError and ForgeError.
    """
    if not gone:
        return Reverted("nothing", place.remote.url, place.branch, reason="no image was undone")
    with checkout(place.remote, place.branch, access) as found:
        run = _Run(found, place, gone, build)
        landed = land(found, run.commit, access.deadline, timing)
        if landed.commit:
            return run.told._replace(status="pushed", commit=landed.commit)
        if not run.guarded:
            return run.told
        forge = forge_of(
            place.remote, access.environ, deadline=access.deadline, caller=config.forge, target=found.config().forge,
            timing=timing,
        )  # fmt: skip
        return run.proposed(forge)


class _Run:
    """One way back in a checkout; what is known of the last attempt is kept."""

    def __init__(self, found: Checkout, place: Place, gone: Sequence[Gone], build: Build) -> None:
        self.found, self.place, self.gone, self.build = found, place, gone, build
        self.told = Reverted("nothing", found.remote.url, found.branch)
        self.files: list[str] = []
        self.commits: list[str] = []
        self.guarded = False

    def commit(self) -> str | None:
        """Edit the files and commit them; None if there is nothing to put back, or it may only be proposed."""
        self.edit()
        self.guarded = bool(self.found.guard({one.location.file for one in self.told.changes}))
        if self.guarded or not self.told.changes:
            return None
        return commit_files(self.found, self.told.message, self.files, self._style())

    def edit(self) -> None:
        """Give the fields, as they are at the tip, what they had, and hold back what they lose."""
        found = self.found
        now = read_place(self.place, found.top, found.config(), found.relative, ignore=True)
        for error in now.errors:
            raise error
        file = HoldsFile(found)
        ways = ways_back(found, self.place, now, self.gone, file.holds)
        plan = planned([one.carried for one in ways], now, Holds())
        changes = [self._placed(one) for one in plan.changes if one.status == "changed"]
        refused = [f"{one.location}: `{one.old}` {one.reason}" for one in plan.changes if one.status != "changed"]
        left = [*self._left(now, ways), *refused]
        self.commits = self._hold(file, ways, changes)
        written = write_edits(now, plan.edits, found)
        self.files = sorted({*written, *(file.write() if changes else ())})
        self.told = self.told._replace(changes=changes, left=left, reason="" if changes else "; ".join(left))
        self.told = self.told._replace(message=self._message("") if changes else "")

    def _hold(self, file: HoldsFile, ways: Sequence[Way], changes: Sequence[Change]) -> list[str]:
        """Hold back what is taken away; return the commits that have what comes back."""
        commits = {str(one.carried.field.location): one.commit for one in ways}
        for sha in dict.fromkeys(commits.values()):
            back = [one for one in changes if commits[str(one.location)] == sha]
            file.roll_back(back, sha, self.found.repository.tip())
        return list(dict.fromkeys(commits.values()))

    def _left(self, now: Contents, ways: Sequence[Way]) -> list[str]:
        """Say of each image that does not go back why: the branch has it no more, or had nothing before it."""
        found = holding(now, self.gone, built=self.place.built)
        back = {str(one.carried.field.location) for one in ways}
        held, branch = {one.image for one in found.values()}, f"`{self.found.branch}`"
        words = [
            f"{branch} does not hold {one.image} for {one.kind} {one.name} any more"
            for one in self.gone
            if one.image not in held
        ]
        words += [
            f"{place}: no commit of {branch}, of the last {MOST}, has another image than {one.image}"
            for place, one in found.items()
            if place not in back
        ]
        return list(dict.fromkeys(words))

    def _placed(self, change: Change) -> Change:
        at = os.path.join(self.found.top, change.location.file)
        return change._replace(environment=Workspace(self.found.config(), [], [], []).environment(at))

    def _style(self) -> Style:
        return Style().under(self.found.config())

    def _message(self, content: str) -> str:
        return commit_message(self.told.changes, self.build, self._style().message or SUBJECT, content=content)

    def proposed(self, forge: Forge) -> Reverted:
        """Propose what was edited by a pull request."""
        told = self.told
        subject = Subject(self.found.directory, "", repositories(one.old for one in told.changes))

        limits = forge.limits

        def page(content: str) -> Page:
            marker = Marker(ROLLBACK, str(subject), content)
            return reversion_page(told.changes, self.commits, self.build, marker, limits.title, limits.body - ROOM)

        wanted = Proposal(head_name(ROLLBACK, subject, self.found.other_base), self._message, page)
        done = propose(self.found, forge, wanted, self.files, self._style())
        told = told._replace(commit=done.commit, proposal=done)
        url = done.pull_request.url if done.pull_request else wanted.branch
        if done.status == "closed":
            return told._replace(status="nothing", reason=f"a person closed {url}, which has the same content")
        if done.status == "blocked":
            return told._replace(status="failed", reason=f"{url} has commits that kbump did not make")
        return told._replace(status="proposed")
