"""propose(): one branch, one pull request, on a real Gitea and on a GitHub held to GitHub's description."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kbump.delivery.checkout import Access, checkout
from kbump.delivery.committing import Style
from kbump.delivery.proposing import Page, Proposal, propose
from kbump.delivery.result import Proposed
from kbump.delivery.withdrawing import withdraw
from kbump.errors import ForgeError, GitError
from kbump.marker import Marker
from kbump.remote import Remote
from tests.delivery.infra import Infra
from tests.git.conftest import hook

BRANCH = "kbump/promote"
LEFT = "There are commits on this branch that kbump did not make"


def proposal(text: str, **given: Any) -> Proposal:
    return Proposal(
        BRANCH,
        lambda name: f"Set web to {text}\n\nKbump-Content: {name}\n",
        lambda name: Page(f"Web {text}", f"{Marker('promotion', '', name)}\nThe web is {text}."),
        **given,
    )


def run(infra: Infra, text: str, **given: Any) -> Proposed:
    access = Access({**os.environ, **infra.secrets}, math.inf)
    with checkout(Remote.parse(infra.url), "", access) as found:
        (Path(found.top) / "web").write_text(text)
        return propose(found, infra.forge, proposal(text, **given), ["web"], Style())


def take_back(infra: Infra) -> Proposed | None:
    with checkout(Remote.parse(infra.url), "", Access({**os.environ, **infra.secrets}, math.inf)) as found:
        return withdraw(found, infra.forge, BRANCH, Marker("promotion"), "Nothing is left.")


def test_the_first_run_opens_one(infra: Infra) -> None:
    done = run(infra, "1.1", labels=["promotion"], draft=True)
    assert done.status == "opened"
    [pull] = infra.pulls(BRANCH)
    assert (pull.title, pull.draft, pull.labels, pull.head_sha) == ("Web 1.1", True, ("promotion",), done.commit)
    assert infra.read("web", BRANCH) == "1.1\n"
    assert infra.messages(BRANCH)[0] == "Set web to 1.1"


def test_the_second_run_changes_nothing(infra: Infra) -> None:
    first = run(infra, "1.1", labels=["promotion"])
    second = run(infra, "1.1", labels=["promotion"])
    assert (second.status, second.commit) == ("unchanged", first.commit)
    assert infra.tip(BRANCH) == first.commit


def test_another_content_refreshes_the_same_one(infra: Infra) -> None:
    first = run(infra, "1.1")
    second = run(infra, "1.2", labels=["more"])
    assert second.status == "refreshed"
    [pull] = infra.pulls(BRANCH)
    assert (pull.number, pull.title, pull.labels) == (first.pull_request.number, "Web 1.2", ("more",))
    assert infra.messages(BRANCH)[0] == "Set web to 1.2"
    assert infra.messages(BRANCH)[1:] == infra.messages("main")


def test_the_branch_is_rebuilt_from_the_tip_where_the_tip_changed_its_files(infra: Infra) -> None:
    run(infra, "1.2")
    infra.commit({"web": "0.9"})
    assert run(infra, "1.2").status == "refreshed"
    assert infra.messages(BRANCH)[:2] == ["Set web to 1.2", "by hand"]


def test_the_branch_keeps_its_reviews_where_the_tip_changed_other_files(infra: Infra) -> None:
    first = run(infra, "1.2")
    infra.commit({"other": "x"})
    assert run(infra, "1.2") == first._replace(status="unchanged")


def test_a_run_that_died_after_the_push_is_finished_by_the_next(infra: Infra) -> None:
    first = run(infra, "1.1")
    infra.close(first.pull_request.number)
    infra.forge.update(first.pull_request.number, body="forgotten")
    second = run(infra, "1.1")
    assert (second.status, second.commit) == ("opened", first.commit)
    assert second.pull_request.number != first.pull_request.number


def test_a_page_that_is_not_as_it_should_be_is_made_so(infra: Infra) -> None:
    first = run(infra, "1.1")
    infra.forge.update(first.pull_request.number, title="half", body="done")
    assert run(infra, "1.1")._replace(pull_request=None) == first._replace(status="refreshed", pull_request=None)
    assert [pull.title for pull in infra.pulls(BRANCH)] == ["Web 1.1"]


def test_what_a_person_closed_stays_closed_with_this_content(infra: Infra) -> None:
    first = run(infra, "1.1")
    infra.close(first.pull_request.number)
    again = run(infra, "1.1")
    assert (again.status, again.pull_request.number) == ("closed", first.pull_request.number)
    assert [pull.state for pull in infra.pulls(BRANCH)] == ["closed"]
    assert run(infra, "1.1", reopen=True).status == "opened"


def test_what_a_person_closed_stays_closed_though_an_earlier_one_was_merged(infra: Infra) -> None:
    infra.merge(run(infra, "1.1").pull_request.number)
    second = run(infra, "1.2")
    infra.close(second.pull_request.number)
    assert run(infra, "1.2")._replace(pull_request=None) == second._replace(status="closed", pull_request=None)


def test_what_a_person_closed_stays_closed_though_another_content_was_closed_later(infra: Infra) -> None:
    first = run(infra, "1.1")
    infra.close(first.pull_request.number)
    infra.close(run(infra, "1.2").pull_request.number)
    again = run(infra, "1.1")
    assert (again.status, again.pull_request.number) == ("closed", first.pull_request.number)


def test_what_a_person_closed_and_somebody_merged_later_is_no_hindrance(infra: Infra) -> None:
    infra.close(run(infra, "1.1").pull_request.number)
    infra.merge(run(infra, "1.1", reopen=True).pull_request.number)
    infra.commit({"web": "1.0\n"})
    assert run(infra, "1.1").status == "opened"


def test_what_a_person_closed_is_no_hindrance_for_another_content(infra: Infra) -> None:
    infra.close(run(infra, "1.1").pull_request.number)
    assert run(infra, "1.2").status == "opened"
    assert [pull.state for pull in infra.pulls(BRANCH)] == ["open", "closed"]


def test_a_commit_of_a_person_on_the_branch_is_left_alone_and_said_once(infra: Infra) -> None:
    first = run(infra, "1.1")
    mine = infra.commit({"hotfix": "x"}, "my fix", BRANCH)
    for _ in range(2):
        done = run(infra, "1.2")
        assert (done.status, done.commit) == ("blocked", mine)
    assert infra.tip(BRANCH) == mine
    words = [one.body for one in infra.forge.comments(first.pull_request.number)]
    assert len(words) == 1
    assert LEFT in words[0]
    assert infra.pulls(BRANCH)[0].title == "Web 1.1"


def test_a_person_who_changed_our_own_change_is_left_alone(infra: Infra) -> None:
    run(infra, "1.1")
    infra.commit({"web": "1.1-patched"}, "my fix", BRANCH)
    assert run(infra, "1.2").status == "blocked"


def test_a_merge_of_the_base_into_the_branch_is_no_commit_of_a_person(infra: Infra) -> None:
    run(infra, "1.1")
    infra.commit({"other": "x"})
    infra.merge_base_into(BRANCH)
    assert run(infra, "1.1").status == "unchanged"
    assert run(infra, "1.2").status == "refreshed"


@pytest.mark.parametrize("how", ["merge", "squash"])
def test_after_a_merge_the_next_content_opens_the_next_one(infra: Infra, how: str) -> None:
    first = run(infra, "1.1")
    infra.merge(first.pull_request.number, how)
    assert infra.read("web") == "1.1\n"
    second = run(infra, "1.2")
    assert second.status == "opened"
    assert [pull.state for pull in infra.pulls(BRANCH)] == ["open", "merged"]


def test_if_nothing_is_left_it_is_closed_with_a_word_and_the_branch_deleted(infra: Infra) -> None:
    first = run(infra, "1.1")
    done = take_back(infra)
    assert (done.status, done.pull_request.state) == ("withdrawn", "closed")
    assert BRANCH not in infra.branches()
    assert [one.body for one in infra.forge.comments(first.pull_request.number)] == ["Nothing is left."]
    assert take_back(infra) is None


def test_what_kbump_closed_itself_it_opens_again(infra: Infra) -> None:
    run(infra, "1.1")
    take_back(infra)
    assert run(infra, "1.1").status == "opened"


def test_a_branch_that_another_pull_request_comes_from_is_not_deleted(infra: Infra) -> None:
    first = run(infra, "1.1")
    infra.commit({}, branch="release")
    other = infra.forge.create(head=BRANCH, base="release", title="Mine", body="by hand")
    assert take_back(infra).status == "withdrawn"
    assert infra.tip(BRANCH) == first.commit
    assert infra.forge.pull_request(other.number).state == "open"


def test_a_pull_request_of_something_else_is_left_alone(infra: Infra) -> None:
    first = run(infra, "1.1")
    theirs = f"{Marker('promotion', 'k8s/qa')}\nmine"
    infra.forge.update(first.pull_request.number, body=theirs)
    with pytest.raises(ForgeError, match="its page says that it is of something else"):
        run(infra, "1.2")
    assert take_back(infra) is None
    assert (infra.tip(BRANCH), infra.pulls(BRANCH)[0].body) == (first.commit, theirs)


def test_reviewers_assignees_and_labels_that_are_wanted_later_are_asked_for(infra: Infra) -> None:
    person = infra.host.person_name
    run(infra, "1.1")
    done = run(infra, "1.1", reviewers=[person], assignees=[person], labels=["promotion"])
    assert done.status == "refreshed"
    assert infra.host.asked(done.pull_request.number) == {"reviewer": {person}, "assignee": {person}}
    assert infra.pulls(BRANCH)[0].labels == ("promotion",)
    assert run(infra, "1.1", reviewers=[person], assignees=[person], labels=["promotion"]).status == "unchanged"


def test_what_a_person_took_off_again_is_not_asked_for_again(infra: Infra) -> None:
    person = infra.host.person_name
    wanted = {"reviewers": [person], "assignees": [person], "labels": ["promotion"]}
    number = run(infra, "1.1", **wanted).pull_request.number
    assert infra.host.asked(number) == {"reviewer": {person}, "assignee": {person}}
    infra.host.take_off(number)
    infra.forge.remove_labels(number, ["promotion"])
    assert run(infra, "1.2", **wanted).status == "refreshed"
    assert infra.host.asked(number) == {"reviewer": set(), "assignee": set()}
    assert infra.pulls(BRANCH)[0].labels == ()


def test_who_cannot_be_asked_is_said_each_time(infra: Infra) -> None:
    for _ in range(2):
        done = run(infra, "1.1", reviewers=["nobody-at-all", infra.host.person_name])
        assert ["nobody-at-all" in note for note in done.notes] == [True]
    assert infra.host.asked(done.pull_request.number)["reviewer"] == {infra.host.person_name}


@pytest.mark.parametrize("infra", ["github"], indirect=True)
def test_a_server_that_takes_no_branch_of_kbump_says_which(infra: Infra) -> None:
    hook(infra.bare, "update", 'case $1 in *kbump*) echo "Not you." >&2; exit 1;; esac')
    with pytest.raises(GitError, match="refused the push to `kbump/promote`") as caught:
        run(infra, "1.1")
    assert "branches that begin with `kbump/`" in str(caught.value.hint)


@pytest.mark.parametrize("infra", ["github"], indirect=True)
def test_a_branch_that_cannot_be_deleted_is_said(infra: Infra) -> None:
    run(infra, "1.1")
    hook(infra.bare, "update", 'case $3 in 0000*) echo "Kept." >&2; exit 1;; esac')
    done = take_back(infra)
    assert done.status == "withdrawn"
    assert done.notes[0].startswith("the branch `kbump/promote` could not be deleted: Kept.")


def test_what_is_closed_for_nothing_is_left_stays_if_a_person_committed(infra: Infra) -> None:
    run(infra, "1.1")
    infra.commit({"hotfix": "x"}, "my fix", BRANCH)
    assert take_back(infra).status == "blocked"
    assert [pull.state for pull in infra.pulls(BRANCH)] == ["open"]


def test_a_branch_that_shares_nothing_with_the_base_is_somebody_elses(infra: Infra) -> None:
    from tests.git.conftest import run_git

    other = infra.folder / "other"
    run_git("init", "--quiet", "--initial-branch", BRANCH, other)
    run_git("commit", "--quiet", "--allow-empty", "--message", "alien", cwd=other)
    run_git("push", "--quiet", infra.pushed, BRANCH, cwd=other)
    assert run(infra, "1.1").status == "blocked"


def test_of_several_that_were_opened_at_the_same_moment_the_oldest_is_kept(infra: Infra) -> None:
    """A forge may let each of two runs open one for the same branch: none is there when they look."""
    first = run(infra, "1.1")
    if infra.kind == "github":
        infra.host.github.open_pull(BRANCH, "main", "Web 1.1", first.pull_request.body, "kbump-bot")
    else:
        forge = infra.forge
        forge.update(first.pull_request.number, state="closed")
        forge.create(head=BRANCH, base="main", title="Web 1.1", body=first.pull_request.body)
        forge.update(first.pull_request.number, state="open")
    done = run(infra, "1.2")
    assert (done.status, done.pull_request.number) == ("refreshed", first.pull_request.number)
    states = {pull.number: pull.state for pull in infra.pulls(BRANCH)}
    assert sorted(states.values()) == ["closed", "open"]
    assert states[first.pull_request.number] == "open"
    assert run(infra, "1.2").status == "unchanged"


class Meanwhile:
    """A forge on which something happens just before a page is changed."""

    def __init__(self, forge: Any, happens: Callable[[], object]) -> None:
        self._forge, self._happens = forge, [happens]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._forge, name)

    def update(self, number: int, **given: Any) -> Any:
        while self._happens:
            self._happens.pop()()
        return self._forge.update(number, **given)


def run_while(infra: Infra, text: str, happens: Callable[[], object]) -> Proposed:
    with checkout(Remote.parse(infra.url), "", Access({**os.environ, **infra.secrets}, math.inf)) as found:
        (Path(found.top) / "web").write_text(text)
        return propose(found, Meanwhile(infra.forge, happens), proposal(text), ["web"], Style())


def test_what_a_person_closes_while_it_is_refreshed_stays_closed(infra: Infra) -> None:
    number = run(infra, "1.1").pull_request.number
    assert run_while(infra, "1.2", lambda: infra.close(number)).status == "closed"
    assert run(infra, "1.2").status == "closed"


def test_what_another_run_closes_while_it_is_refreshed_is_opened_anew(infra: Infra) -> None:
    number = run(infra, "1.1").pull_request.number
    done = run_while(infra, "1.2", lambda: infra.forge.update(number, state="closed"))
    assert (done.status, done.pull_request.number > number) == ("opened", True)
    infra.merge(done.pull_request.number)
    assert run(infra, "1.3").status == "opened"
