"""tell(): the whole story, from a branch to production, as the seed describes it; what happens is said meanwhile."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.pipeline.drone.running import Image
from tests.pipeline.drone.server import Stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.pipeline.company import Company


class Seen(NamedTuple):
    """What was to be seen at a moment: the image in git, and the tags that the cluster runs, by environment."""

    git: dict[str, str]
    running: dict[str, set[str]]


class Told(NamedTuple):
    """The story, as far as it can be asked afterwards."""

    commit: str
    branch: Stage
    branch_image: Image
    after_branch: Seen
    tag: Stage
    after_tag: Seen
    proposal: dict[str, Any]
    checked: list[str]
    after_merge: Seen
    commented: list[str]


def look(company: Company) -> Seen:
    """Return what is to be seen now."""
    git = {one: company.image(f"infra-{one}").rpartition(":")[2] for one in company.clusters}
    return Seen(git, {one: cluster.running() for one, cluster in company.clusters.items()})


def tell(company: Company, say: Callable[[str], None]) -> Told:
    """Push a branch, push master, tag, wait for the pull request, merge it."""
    say("Alice pushes a commit to the branch feature/login of the application.")
    commit = company.push_branch("feature/login")
    branch = company.after("application", 1)
    company.after("infra-staging", 1)
    after_branch = _shown(company, say)

    say("She pushes to master: no image is built for that.")
    company.push_branch("master")
    say("She tags v1.0.0.")
    company.push_tag("v1.0.0")
    tag = company.after("application", 2)
    company.after("infra-qa", 1)
    company.after("infra-production", 1)
    after_tag = _shown(company, say)

    [proposal] = company.pull_requests()
    say(f"There is a pull request on infra-production: {proposal['html_url']}\n{_indented(proposal['body'])}")
    checked = company.comments(proposal["number"])
    for one in checked:
        say(f"Drone commented on it:\n{_indented(one)}")
    say("Bob approves and merges it.")
    company.merge(proposal["number"])
    company.after("infra-production", 2)
    after_merge = _shown(company, say)
    commented = [one for one in company.comments(proposal["number"]) if one not in checked]
    for one in commented:
        say(f"Drone commented on it:\n{_indented(one)}")
    return Told(
        commit, branch, branch.images[0], after_branch, tag, after_tag, proposal, checked, after_merge, commented
    )


def _shown(company: Company, say: Callable[[str], None]) -> Seen:
    seen = look(company)
    for one, tag in seen.git.items():
        say(f"  {one}: git says {tag}, the cluster runs {', '.join(seen.running[one]) or 'nothing'}")
    return seen


def _indented(text: str) -> str:
    return "".join(f"    | {line}\n" for line in text.strip().splitlines()).rstrip()


class Clock:
    """Prints lines with the seconds since the story began."""

    def __init__(self) -> None:
        self.began = time.monotonic()

    def say(self, text: str) -> None:
        """Print a line."""
        print(f"{time.monotonic() - self.began:6.1f} s  {text}", flush=True)

    def stage(self, stage: Stage) -> None:
        """Print how a stage of Drone went."""
        self.say(f"Drone: {stage}: {stage.status}\n{_indented(stage.log)}")
