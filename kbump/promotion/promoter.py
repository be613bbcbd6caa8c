"""Promoter: one promotion between two environments that are on this disk."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kbump.config import Gates
from kbump.delivery.asking import ROOM
from kbump.delivery.naming import Subject, head_name, repositories
from kbump.delivery.proposing import Proposal, propose
from kbump.delivery.withdrawing import withdraw
from kbump.environment import Environment
from kbump.errors import UsageError
from kbump.gates import merged
from kbump.git import patch, reset, stage
from kbump.holds import normal
from kbump.marker import Marker
from kbump.message import commit_message
from kbump.promotion.comparing import compared_sides, linked_sides
from kbump.promotion.judging import findings_of, judged
from kbump.promotion.leftovers import Leftovers
from kbump.promotion.orphans import orphaned
from kbump.promotion.planning import group_of, grouped, is_glob, names, only
from kbump.promotion.result import PromoteResult, Promotion
from kbump.promotion.wishes import Wishes
from kbump.report.promotion import promotion_page, promotion_title, source_of
from kbump.rewriting.carrying import Carriage, carry, restore
from kbump.targets.contents import Contents, read_contents
from kbump.targets.holding import ROLLBACK, SUBJECT, HoldsFile
from kbump.targets.past import target_of
from kbump.targets.planning import TargetPlan, planned
from kbump.targets.writing import write_edits
from kbump.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kbump.comparison import PromotionDiff
    from kbump.delivery.checkout import Access, Checkout
    from kbump.delivery.proposing import Page
    from kbump.finding import Finding
    from kbump.forge import Forge, PullRequest
    from kbump.gates import Verdict
    from kbump.rewriting.carrying import Carried
    from kbump.rewriting.result import Change

KIND = "promotion"
SUBJECTS = {KIND: "chore: promote {images}", ROLLBACK: SUBJECT}
NOTHING_LEFT = "There is nothing left to promote, so this is closed and its branch deleted."
HELD_BACK = "What this proposed is held back now, so this is closed and its branch deleted."
# What a way back must not be refused for.
_FORWARD = ("no-downgrade", "immutable-tags", "pinned", "deployed")
_NO_LIMIT = 1_000_000


class Promoter:
    """Promotes from one environment into the checkout of another; `back` is the commit that a rollback goes back to."""

    def __init__(self, origin: Environment, found: Checkout, wishes: Wishes, access: Access, *, back: str = "") -> None:
        """Read what the target says of itself; raise ConfigError and SourceError for what it should not."""
        self.origin, self.found, self.wishes, self.access, self.back = origin, found, wishes, access, back
        self.kind = ROLLBACK if back else KIND
        self.config = found.config()
        self.tip = found.repository.tip()
        self.target = target_of(found, self.config, self.tip)
        self.stated = self.config.promotion
        self.offered = origin.config.promotion
        self.style = wishes.style.under(self.config)
        self.holds = HoldsFile(found)
        self.release = [self.holds.held(text) for text in wishes.release]
        self.known: Sequence[Finding] | None = None
        self.reasons: list[str] | None = None
        self.base = found.other_base

    def promote(self, forge: Callable[[], Forge]) -> PromoteResult:
        """Promote; the forge is asked for only if there is something to write."""
        source = read_contents(self.origin.path, self.origin.config, self.origin.shown, ignore=not self.origin.top)
        target = read_contents(self.found.root, self.config, self.found.relative)
        result = PromoteResult(
            self.origin.name,
            self.target.name,
            self.found.remote.url,
            self.found.branch,
            [],
            linked_sides(self.target, self.origin, self.access),
            [],
            [*source.errors, *target.errors],
        )
        if result.errors:
            return result
        if not source.placed and not self.back:
            # Nothing must not pass for an environment whose images all went back: what is open would be closed.
            raise UsageError(f"there is no image in {self.origin.name}", hint="check the path")
        return self._proposed(result, self._carriage(source, target), target, forge)

    def _carriage(self, source: Contents, target: Contents) -> Carriage:
        if self.back:
            found = restore(source.decided(), target.placed)
            return found._replace(carried=only(found.carried, self.wishes.only))
        repositories = {**self.offered.repositories, **self.stated.repositories}
        found = carry(source.decided(), target.placed, repositories)
        return found._replace(carried=only(found.carried, self.wishes.only))

    def _groups(self) -> Mapping[str, Sequence[str]]:
        if self.wishes.only or self.back:
            return {}
        return self.stated.groups or self.offered.groups

    def _proposed(
        self, result: PromoteResult, found: Carriage, target: Contents, connect: Callable[[], Forge]
    ) -> PromoteResult:
        self._refuse_several_environments([one for one in found.carried if target.is_edited(one)])
        forge = connect() if self.wishes.write else None
        for group, carried in grouped(found.carried, self._groups()).items():
            branch = self._branch(group)
            standing = _standing(forge, branch, self.found.branch) if forge else None
            self.holds = self._holds(group, branch, is_open=bool(standing or not forge))
            plan = planned(carried, target, self.holds.holds)
            changes = [self._placed(change) for change in plan.changes]
            released = [normal(one) for one in self.holds.released]
            one = Promotion(
                group, branch, "nothing", changes, plan.held, rollback=self.back, released=released, standing=standing
            )
            result.promotions.append(self._promotion(one, plan, result, target, forge, holds=self._hold(one)))
            reset(self.found.repository, self.tip)
        if forge and not (self.back or self.wishes.only):
            gone = orphaned(
                self.found, forge, self.kind, self.origin.name, self._groups(), found.carried, result.promotions
            )
            result.promotions.extend(gone)
        leftovers = Leftovers(found, target, self.origin, self.target, result.diff, self.wishes.only)
        return result._replace(left=leftovers.words(back=bool(self.back)))

    def _holds(self, group: str, branch: str, *, is_open: bool) -> HoldsFile:
        """Return what is held back, without what this run lets go, or an open pull request of the group."""
        found = HoldsFile(self.found)
        if found.holds.holds and is_open:
            found.release_as(branch)
        for reference in self.release:
            if found.holds.of(reference) and group_of(names(reference), self._groups()) == group:
                found.release(str(reference))
        return found

    def _refuse_several_environments(self, edited: Sequence[Carried]) -> None:
        """Raise UsageError if nobody named one of the environments of a repository that would change."""
        files = {one.field.manifest.source.name for one in edited}
        touched = sorted({self._environment(file) for file in files} - {""})
        if len(touched) > 1 and not self.found.directory:
            listed = " and ".join(f"`{name}`" for name in touched)
            words = f"this would change several environments of {self.found.remote.url}: {listed}"
            raise UsageError(
                words, hint=f"name one: `--to {self.found.remote.url}//{self.config.environments[touched[0]]}`"
            )

    def _environment(self, file: str) -> str:
        """Return which environment of the target a file belongs to, "" if it is none."""
        return Workspace(self.config, [], [], []).environment(os.path.join(self.found.top, file))

    def _placed(self, change: Change) -> Change:
        return change._replace(environment=self._environment(change.location.file))

    def _hold(self, one: Promotion) -> bool:
        """Hold back what a rollback takes away, and nothing else; return whether what is held changes."""
        if not self.back:
            return bool(one.released)
        return self.holds.roll_back(one.changed, self.back, self.tip) or bool(one.released)

    def _promotion(
        self,
        one: Promotion,
        plan: TargetPlan,
        result: PromoteResult,
        target: Contents,
        forge: Forge | None,
        *,
        holds: bool,
    ) -> Promotion:
        if self.back and one.held:
            return one._replace(status="refused")
        if not plan.edits and not holds:
            return self._withdrawn(one, forge) if forge else one
        known = self._known(one)
        files = write_edits(target, plan.edits, self.found)
        files += self.holds.write() if holds else []
        one = one._replace(verdicts=self._judged(one, known), message=self._message(one, ""), patch=self._patch(files))
        rest = compared_sides(self.target, self.origin, self.access)
        one = one._replace(page=self._page(one, result, rest, "", _NO_LIMIT))
        if not all(verdict.passed for verdict in one.verdicts):
            return one._replace(status="refused")
        if forge is None:
            return one._replace(status="planned")
        done = propose(self.found, forge, self._proposal(one, result, rest, forge), sorted(files), self.style)
        return one._replace(status=done.status, proposal=done, replaces=self._other_source(one))

    def _withdrawn(self, one: Promotion, forge: Forge) -> Promotion:
        """Close what is open and not needed; what another source proposes is not ours to close."""
        if self._other_source(one):
            return one._replace(standing=None)
        marker = Marker(self.kind, str(self._subject(one.group)))
        gone = withdraw(self.found, forge, one.branch, marker, HELD_BACK if one.held else NOTHING_LEFT)
        # A branch that was left of a merge goes without a word.
        silent = not gone or (gone.status == "withdrawn" and not gone.pull_request)
        return one if silent or not gone else one._replace(status=gone.status, proposal=gone)

    def _other_source(self, one: Promotion) -> str:
        """Return the source that the open pull request is from, "" if it is this one or nobody knows."""
        name = source_of(one.standing.body) if one.standing and not self.back else ""
        return name if name != self.origin.name else ""

    def _judged(self, one: Promotion, known: Sequence[Finding]) -> list[Verdict]:
        return judged(one.changed, self._gates, lambda: findings_of(self.found), known, self._undeployed)

    def _undeployed(self) -> list[str]:
        """Return why what the source says is not what its cluster runs; it is asked once for all groups."""
        if self.reasons is None:
            from kbump.rollouts.deployed import undeployed

            access, origin = self.access, self.origin
            self.reasons = undeployed(origin.path, access.environ, origin.config, deadline=access.deadline)
        return self.reasons

    def _gates(self, file: str) -> Gates:
        """Return the gates for a file of the target: what is said nearest to it is the strongest."""
        stated = [config.promotion.gates for config in self.found.above(file)] if file else []
        gates = merged(*stated, self.stated.gates, self.wishes.gates, self.offered.gates)
        if self.back:
            gates = Gates({name: on for name, on in gates.switches.items() if name not in _FORWARD})
        return gates

    def _known(self, one: Promotion) -> Sequence[Finding]:
        """Return what is wrong with the target's tip, which must be checked out, if a gate asks for it."""
        files = {change.location.file for change in one.changed} or {""}
        if self.known is None and any(self._gates(file).switches.get("valid") for file in files):
            self.known = findings_of(self.found)
        return self.known or []

    def _proposal(self, one: Promotion, result: PromoteResult, rest: PromotionDiff, forge: Forge) -> Proposal:
        limits = forge.limits
        stated, offered, wishes = self.stated, self.offered, self.wishes
        return Proposal(
            one.branch,
            lambda content: self._message(one, content),
            lambda content: self._page(one, result, rest, content, limits.body - ROOM)._replace(
                title=promotion_title(one, self.target.name, limits.title)
            ),
            tuple(dict.fromkeys((*wishes.labels, *(stated.labels or offered.labels)))),
            tuple(dict.fromkeys((*wishes.reviewers, *(stated.reviewers or offered.reviewers)))),
            tuple(dict.fromkeys((*wishes.assignees, *(stated.assignees or offered.assignees)))),
            wishes.draft if stated.draft is None else stated.draft,
            wishes.reopen,
        )

    def _message(self, one: Promotion, content: str) -> str:
        template = self.style.message or SUBJECTS[self.kind]
        skip_ci = self.style.skip_ci
        return commit_message(one.changed, self.wishes.build, template, skip_ci=skip_ci, content=content)

    def _page(self, one: Promotion, result: PromoteResult, rest: PromotionDiff, content: str, limit: int) -> Page:
        marker = Marker(self.kind, str(self._subject(one.group)), content)
        return promotion_page(one, result, rest, self.wishes.build, marker, limit)

    def _patch(self, files: list[str]) -> str:
        return patch(self.found.repository, self.tip, stage(self.found.repository, files))

    def _branch(self, group: str) -> str:
        """Return the name of the branch: one for what it is of, and the branch that it goes into."""
        return head_name(ROLLBACK if self.back else "promote", self._subject(group), self.base)

    def _subject(self, group: str) -> Subject:
        globs = tuple(text for text in self.wishes.only if is_glob(text))
        images = repositories(text for text in self.wishes.only if text not in globs)
        return Subject(self.found.directory, group, images, globs)


def _standing(forge: Forge, branch: str, base: str) -> PullRequest | None:
    return next((one for one in forge.find_by_head(branch, base) if one.state == "open"), None)
