"""What holds on every forge: on a real Gitea, and on a GitHub that is held to GitHub's description."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kbump.errors import ForgeError
from kbump.forge import Identity, Protection, PullRequest, Repository
from kbump.forge.upkeep import close_with_comment, upsert_comment

if TYPE_CHECKING:
    from kbump.forge import Forge
    from tests.forge.hosts import Host

MARKER = "<!-- kbump:promotion:qa -->"


def opened(host: Host, forge: Forge, branch: str = "kbump/promote", **given: Any) -> PullRequest:
    host.branch(branch)
    texts = {"title": "Promote web", "body": f"{MARKER}\nweb: 1 → 2 🚀", **given}
    return forge.create(head=branch, base="main", **texts)


def test_there_is_no_pull_request_of_a_branch_that_never_had_one(host: Host) -> None:
    forge = host.forge()
    assert forge.find_by_head("kbump/promote", "main") == []
    assert forge.find_by_head("kbump/promote", "release/1") == []
    assert forge.find_by_marker(MARKER) == forge.find_by_commit("0" * 40) == []


def test_what_is_opened_is_what_was_asked_for(host: Host) -> None:
    forge = host.forge()
    made = opened(host, forge)
    assert made._replace(url="", head_sha="") == PullRequest(
        number=made.number, url="", title="Promote web", body=f"{MARKER}\nweb: 1 → 2 🚀", state="open",
        head="kbump/promote", head_sha="", base="main", draft=False, author=host.bot,
    )  # fmt: skip
    assert made.url.startswith("http")
    assert made.head_sha == host.branch("kbump/other") or len(made.head_sha) == 40


def test_an_open_pull_request_is_found_by_branch_by_marker_and_by_commit(host: Host) -> None:
    forge = host.forge()
    made = opened(host, forge)
    assert [made] == forge.find_by_head("kbump/promote", "main") == forge.find_by_marker(MARKER)
    assert [made] == forge.find_by_commit(made.head_sha) == forge.find_by_marker(MARKER, state="all")
    assert forge.find_by_marker("<!-- kbump:promotion:other -->") == []
    assert forge.pull_request(made.number) == made


def test_opening_what_is_open_gives_it_the_new_texts(host: Host) -> None:
    forge = host.forge()
    made = opened(host, forge)
    again = opened(host, forge, title="Promote web and api", body=f"{MARKER}\nmore")
    assert (again.number, again.title, again.body) == (made.number, "Promote web and api", f"{MARKER}\nmore")
    assert opened(host, forge, title="Promote web and api", body=f"{MARKER}\nmore")[:5] == again[:5]


def test_what_cannot_be_opened_is_an_error_in_the_forges_words(host: Host) -> None:
    with pytest.raises(ForgeError, match=r"`POST /repos/.*/pulls` on 127\.0\.0\.1:\d+: answered 4\d\d: \w+") as raised:
        host.forge().create(head="nowhere", base="main", title="T", body="B")
    assert raised.value.hint


@pytest.mark.parametrize("how", ["merge", "squash"])
def test_a_merged_one_is_merged_by_whom(host: Host, how: str) -> None:
    forge = host.forge()
    made = opened(host, forge)
    host.merge(made.number, how)
    found = forge.pull_request(made.number)
    assert (found.state, found.closed_by.partition("-")[0]) == ("merged", "alice")
    assert [one.state for one in forge.find_by_head("kbump/promote", "main")] == ["merged"]
    assert forge.find_by_marker(MARKER) == []


def test_one_closed_by_a_person_is_told_from_one_closed_by_us(host: Host) -> None:
    forge = host.forge()
    theirs = opened(host, forge)
    host.close(theirs.number)
    ours = opened(host, forge)
    assert ours.number != theirs.number
    closed = close_with_comment(forge, ours.number, "Superseded.")
    assert closed.state == "closed"
    assert forge.pull_request(theirs.number).closed_by.startswith("alice")
    assert forge.pull_request(ours.number).closed_by == host.bot


def test_the_open_one_comes_first_then_the_merged_then_the_closed_and_the_newest_before_the_older(host: Host) -> None:
    forge = host.forge()
    numbers = []
    for fate in (host.close, lambda number: host.merge(number, "merge"), host.close, lambda number: None):
        numbers.append(opened(host, forge).number)
        fate(numbers[-1])
    found = forge.find_by_head("kbump/promote", "main")
    assert [one.state for one in found] == ["open", "merged", "closed", "closed"]
    assert [one.number for one in found] == [numbers[3], numbers[1], numbers[2], numbers[0]]


def test_one_whose_branch_is_gone_is_still_found_by_the_branch(host: Host) -> None:
    forge = host.forge()
    made = opened(host, forge)
    forge.update(made.number, state="closed")
    assert forge.delete_branch("kbump/promote")
    [found] = forge.find_by_head("kbump/promote", "main")
    assert (found.head, found.head_sha, found.state) == ("kbump/promote", made.head_sha, "closed")


def test_deleting_a_branch_that_is_gone_is_no_error(host: Host) -> None:
    assert not host.forge().delete_branch("kbump/promote")


def test_a_fork_with_our_branch_name_and_marker_is_not_ours(host: Host) -> None:
    forge = host.forge()
    host.fork("kbump/promote", MARKER)
    assert forge.find_by_head("kbump/promote", "main") == forge.find_by_marker(MARKER) == []
    made = opened(host, forge, "kbump/mine")
    assert forge.find_by_marker(MARKER) == [made]


def test_what_is_not_given_stays_when_a_pull_request_is_updated(host: Host) -> None:
    forge = host.forge()
    made = opened(host, forge)
    assert forge.update(made.number) == made
    assert forge.update(made.number, title="T")._replace(title=made.title) == made
    assert forge.update(made.number, body="B").title == "T"
    assert forge.update(made.number, state="closed").state == "closed"
    reopened = forge.update(made.number, state="open")
    assert (reopened.state, reopened.title, reopened.body) == ("open", "T", "B")


def test_a_draft_stays_one_until_it_is_said_to_be_ready(host: Host) -> None:
    forge = host.forge()
    made = opened(host, forge, draft=True)
    assert (made.draft, made.title) == (True, "Promote web")
    renamed = forge.update(made.number, title="Promote api")
    assert (renamed.draft, renamed.title) == (True, "Promote api")
    ready = forge.update(made.number, draft=False)
    assert (ready.draft, ready.title) == (False, "Promote api")
    assert forge.pull_request(made.number) == forge.update(made.number, draft=False) == ready
    assert forge.update(made.number, draft=True, title="WIP for all").draft
    assert forge.pull_request(made.number).title == "WIP for all"


def test_labels_are_made_added_beside_others_and_taken_off(host: Host) -> None:
    forge = host.forge()
    made = opened(host, forge)
    forge.add_labels(made.number, [])
    forge.add_labels(made.number, ["promotion", "needs/review ✓"])
    forge.add_labels(made.number, ["Promotion", "qa"])
    assert sorted(forge.pull_request(made.number).labels) == ["needs/review ✓", "promotion", "qa"]
    forge.remove_labels(made.number, ["QA", "needs/review ✓", "never there"])
    assert forge.pull_request(made.number).labels == ("promotion",)


def test_an_unknown_reviewer_is_a_warning_and_the_others_are_asked(host: Host) -> None:
    forge = host.forge()
    made = opened(host, forge)
    person = getattr(getattr(host, "server", None), "person", "alice")
    assert forge.request_reviewers(made.number, []) == forge.request_reviewers(made.number, [person]) == ()
    warnings = forge.request_reviewers(made.number, ["nobody-at-all", person, host.bot])
    assert [warning.split(":")[0] for warning in warnings] == [
        "`nobody-at-all` was not asked for a review",
        f"`{host.bot}` was not asked for a review",
    ]


def test_an_unknown_assignee_is_a_warning_and_the_others_are_assigned(host: Host) -> None:
    forge = host.forge()
    made = opened(host, forge)
    person = getattr(getattr(host, "server", None), "person", "alice")
    assert forge.assign(made.number, []) == ()
    assert forge.assign(made.number, ["nobody-at-all", person]) == ("`nobody-at-all` cannot be assigned here",)
    assert forge.assign(made.number, [host.bot]) == forge.assign(made.number, [person]) == ()


def test_one_comment_is_kept_up_to_date(host: Host) -> None:
    forge = host.forge()
    number = opened(host, forge).number
    host.comment(number, f"{MARKER}\nI was here first")
    forge.create_comment(number, f"> {MARKER}\n> quoted")
    first = upsert_comment(forge, number, MARKER, "one 🚀")
    assert (first.body, first.author) == (f"{MARKER}\none 🚀", host.bot)
    second = upsert_comment(forge, number, MARKER, "two")
    assert (second.id, second.body) == (first.id, f"{MARKER}\ntwo")
    assert upsert_comment(forge, number, MARKER, "two") == second
    assert len(forge.comments(number)) == 3


def test_all_comments_are_listed_the_oldest_first(host: Host) -> None:
    forge = host.forge()
    number = opened(host, forge).number
    for index in range(52):
        forge.create_comment(number, f"comment {index}")
    assert [one.body for one in forge.comments(number)] == [f"comment {index}" for index in range(52)]


def test_the_reason_for_closing_is_said_once(host: Host) -> None:
    forge = host.forge()
    number = opened(host, forge).number
    close_with_comment(forge, number, "Nothing left to promote.")
    assert close_with_comment(forge, number, "Nothing left to promote.").state == "closed"
    assert [one.body for one in forge.comments(number)] == ["Nothing left to promote."]


def test_the_repository_and_the_user_are_told(host: Host) -> None:
    forge = host.forge()
    found = forge.repository()
    assert (
        found[2:6]
        == Repository("", "", "main", archived=False, private=False, can_push=True, can_administer=False)[2:6]
    )
    assert found.name.count("/") == 1
    assert forge.who_am_i() is forge.who_am_i()
    assert forge.who_am_i().login == host.bot
    assert forge.who_am_i() in {Identity(host.bot), Identity(host.bot, ("repo",))}


def test_a_renamed_default_branch_is_told_and_used(host: Host) -> None:
    host.rename_default("trunk")
    forge = host.forge()
    assert forge.repository().default_branch == "trunk"
    assert not forge.protection("main").protected


def test_an_archived_repository_is_told_and_the_refusal_says_so(host: Host) -> None:
    forge = host.forge()
    host.branch("kbump/promote")
    host.archive()
    assert forge.repository().archived
    with pytest.raises(ForgeError, match="archived") as raised:
        forge.create(head="kbump/promote", base="main", title="T", body="B")
    assert "unarchive" in str(raised.value.hint) or "archived or locked" in str(raised.value.hint)


def test_a_protected_branch_is_told_with_its_rules(host: Host) -> None:
    forge = host.forge()
    host.branch("release/1")
    assert forge.protection("release/1") == Protection("release/1", protected=False)
    host.protect("release/1")
    found = forge.protection("release/1")
    assert (found.branch, found.protected) == ("release/1", True)
    assert found.rules
    assert forge.protection("nowhere") == Protection("nowhere", protected=False)


def test_the_page_that_compares_is_on_the_forges_web_side(host: Host) -> None:
    url = host.forge().compare_url("main", "kbump/promote")
    assert url.endswith("/compare/main...kbump/promote")
    assert "/api/" not in url


def test_a_wrong_token_is_said_and_not_shown(host: Host) -> None:
    with pytest.raises(ForgeError, match="answered 401") as raised:
        host.forge(token="wrong-token-1234").pull_request(1)
    assert raised.value.hint == "the token is wrong, expired or revoked: make a new one"
    assert "wrong-token" not in f"{raised.value}{raised.value.hint}{raised.value!r}"


def test_without_a_token_it_is_said_that_nobody_is_signed_in(host: Host) -> None:
    with pytest.raises(ForgeError) as raised:
        host.forge(token="").create_comment(1, "x")
    assert raised.value.hint == "give a token: nobody is signed in"
