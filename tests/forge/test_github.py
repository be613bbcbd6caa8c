"""What is GitHub's own: its refusals in its own words, rate limits, drafts, Enterprise Server."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from kbump.errors import ForgeError
from kbump.forge import Identity, Protection
from kbump.forge.github import LIMITS
from kbump.forge.upkeep import upsert_comment
from tests.forge.faults import adds, answers, refuses
from tests.forge.github_api import Account
from tests.forge.hosts import SLEPT, GitHubHost

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbump.forge import Forge, PullRequest
    from tests.forge.github_server import FakeGitHub


@pytest.fixture
def forge(github_host: GitHubHost) -> Forge:
    return github_host.forge()


def opened(host: GitHubHost, **given: Any) -> PullRequest:
    host.branch("kbump/promote")
    texts = {"title": "T", "body": "B", **given}
    return host.forge().create(head="kbump/promote", base="main", **texts)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"title": "T" * (LIMITS.title + 1)}, "Validation Failed: title is too long (maximum is 256 characters)"),
        ({"body": "B" * (LIMITS.body + 1)}, "Validation Failed: body is too long (maximum is 65536 characters)"),
        ({"head": "same"}, "Validation Failed: No commits between main and same"),
        ({"head": "gone"}, "Validation Failed: head invalid"),
        ({"draft": True}, "Draft pull requests are not supported in this repository."),
    ],
    ids=["a title too long", "a body too long", "no commits", "no such branch", "drafts that are not supported"],
)
def test_a_refusal_to_open_is_quoted(github: FakeGitHub, forge: Forge, given: dict[str, Any], words: str) -> None:
    github.drafts = False
    github.branch("kbump/promote")
    github.branches["same"] = github.branches["main"]
    with pytest.raises(ForgeError) as raised:
        forge.create(**{"head": "kbump/promote", "base": "main", "title": "T", "body": "B", **given})
    host = github.url.removeprefix("http://")
    assert raised.value.message == f"`POST /repos/acme/infra/pulls` on {host}: answered 422: {words}"


def test_an_emoji_counts_as_one_character(github_host: GitHubHost) -> None:
    made = opened(github_host, title="🚀" * LIMITS.title, body="🚀" * LIMITS.body)
    assert (len(made.title), len(made.body)) == LIMITS[:2]


def test_already_exists_with_a_list_that_lags_behind_is_an_error(github: FakeGitHub, github_host: GitHubHost) -> None:
    opened(github_host)
    github.fault("GET", "/pulls$", answers(200, []))
    with pytest.raises(ForgeError, match="A pull request already exists for acme:kbump/promote"):
        opened(github_host)
    assert opened(github_host).number == 1


@pytest.mark.parametrize(
    ("headers", "waited"),
    [
        ({"Retry_After": "7"}, 7.5),
        ({"Retry_After": "Fri, 02 Jan 2026 00:00:09 GMT", "Date": "Fri, 02 Jan 2026 00:00:00 GMT"}, 9.5),
        ({"Retry_After": "soon"}, 60.5),
        (
            {
                "X_RateLimit_Remaining": "0",
                "X_RateLimit_Reset": "1767312020",
                "Date": "Fri, 02 Jan 2026 00:00:00 GMT",
            },
            21.5,
        ),
        ({"X_RateLimit_Remaining": "12"}, 60.5),
    ],
    ids=["seconds", "a date", "nothing that can be read", "when the count begins anew", "nothing"],
)
@pytest.mark.parametrize("status", [403, 429])
def test_a_rate_limit_is_waited_for_as_long_as_github_says(
    github: FakeGitHub, forge: Forge, status: int, headers: dict[str, str], waited: float
) -> None:
    words = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    github.fault("POST", "/comments", refuses(status, words, **headers))
    assert forge.create_comment(1, "x").body == "x"
    assert pytest.approx([waited]) == SLEPT
    assert len(github.comments) == 1


def test_a_rate_limit_without_an_end_is_waited_for_ever_longer_and_then_given_up(
    github: FakeGitHub, forge: Forge
) -> None:
    github.fault("GET", "/user", *[refuses(403, "You have triggered an abuse detection mechanism.")] * 5)
    with pytest.raises(ForgeError, match="answered 403: You have triggered an abuse detection mechanism"):
        forge.who_am_i()
    assert SLEPT == [60.5, 120.5, 240.5, 480.5]


def test_a_rate_limit_beyond_the_deadline_is_not_waited_for(github: FakeGitHub, github_host: GitHubHost) -> None:
    github.fault("GET", "/user", refuses(429, Retry_After="90"))
    forge = github_host.forge(deadline=time.monotonic() + 30)
    with pytest.raises(
        ForgeError, match=r"too many requests: the forge wants 90 s of rest, more than is left"
    ) as raised:
        forge.who_am_i()
    assert raised.value.hint == "run again later, or give more time"
    assert SLEPT == []


@pytest.mark.parametrize(
    ("status", "headers", "hint"),
    [
        (
            403,
            {"X_Accepted_OAuth_Scopes": "repo, public_repo", "X_OAuth_Scopes": "gist, read:user"},
            "give the token the scope `repo` or `public_repo`; it has `gist` or `read:user`",
        ),
        (
            404,
            {"X_Accepted_OAuth_Scopes": "repo", "X_OAuth_Scopes": ""},
            "give the token the scope `repo`; it has none",
        ),
        (
            403,
            {"X_Accepted_GitHub_Permissions": "issues=write; pull_requests=write"},
            "give the token the permission `issues: write` or `pull_requests: write`",
        ),
        (
            403,
            {"X_GitHub_SSO": "required; url=https://github.com/orgs/acme/sso?authorization_request=A"},
            "authorize the token for the organization's single sign-on, in its settings on GitHub",
        ),
        (
            403,
            {"X_Accepted_OAuth_Scopes": "repo", "X_OAuth_Scopes": "repo"},
            "check what the token and its user may do in this repository",
        ),
        (404, {}, "check the address, and that the token's user may see it: forges hide what a token may not see"),
        (405, {}, "the forge does not allow this now: look at the pull request for conflicts, checks and protections"),
        (409, {}, "it changed meanwhile, or is in conflict: run again"),
        (410, {}, "this was switched off or deleted on the forge"),
        (422, {}, "look at what was refused, in the forge's words"),
        (418, {}, "look at what was refused, in the forge's words"),
        (599, {}, "the forge has trouble: run again later"),
    ],
    ids=[
        "a scope of a classic token", "no scope at all", "a permission of a fine-grained token", "single sign-on",
        "all scopes there", "not found", "not allowed", "conflict", "gone", "refused", "a teapot", "unknown trouble",
    ],
)  # fmt: skip
def test_a_refusal_comes_with_what_to_do(
    github: FakeGitHub, forge: Forge, status: int, headers: dict[str, str], hint: str
) -> None:
    github.fault("PATCH", "/pulls/1$", refuses(status, "No.", **headers))
    with pytest.raises(ForgeError, match=f"`PATCH /repos/acme/infra/pulls/1` on .*: answered {status}: No") as raised:
        forge.update(1, title="T")
    assert raised.value.hint == hint


def test_the_scopes_of_a_classic_token_are_told(github: FakeGitHub, github_host: GitHubHost) -> None:
    assert github_host.forge().who_am_i() == Identity("kbump-bot", ("repo",))
    github.accounts["github_pat_x"] = Account("alice")
    assert github_host.forge(token="github_pat_x").who_am_i() == Identity("alice", None)


def test_a_token_of_an_app_has_no_user_and_keeps_one_comment_all_the_same(github: FakeGitHub, forge: Forge) -> None:
    github.fault("GET", "/user", refuses(403, "Resource not accessible by integration"))
    first = upsert_comment(forge, 1, "<!-- m -->", "one")
    assert upsert_comment(forge, 1, "<!-- m -->", "two").id == first.id
    assert forge.who_am_i() == Identity("")


@pytest.fixture
def enterprise() -> Iterator[GitHubHost]:
    host = GitHubHost("/api/v3")
    yield host
    host.github.close()
    assert host.github.violations == []


def test_enterprise_server_has_its_api_below_a_path_and_graphql_beside_it(enterprise: GitHubHost) -> None:
    made = opened(enterprise, draft=True)
    forge = enterprise.forge()
    assert forge.update(made.number, draft=False).draft is False
    assert (
        forge.compare_url("main", "a/b")
        == f"{enterprise.github.url.removesuffix('/api/v3')}/acme/infra/compare/main...a/b"
    )


def test_a_draft_that_graphql_refuses_with_status_200_is_an_error(github: FakeGitHub, github_host: GitHubHost) -> None:
    made = opened(github_host)
    github.drafts = False
    with pytest.raises(ForgeError, match=r"`POST /graphql` on .*: Draft pull requests are not supported"):
        github_host.forge().update(made.number, draft=True)


def test_a_closed_one_does_not_become_a_draft(github_host: GitHubHost) -> None:
    made = opened(github_host)
    assert not github_host.forge().update(made.number, state="closed", draft=True).draft


def test_reopening_without_the_branch_is_refused_in_githubs_words(github_host: GitHubHost) -> None:
    made, forge = opened(github_host), github_host.forge()
    forge.update(made.number, state="closed")
    forge.delete_branch("kbump/promote")
    with pytest.raises(ForgeError, match=r"state cannot be changed\. The kbump/promote branch has been deleted"):
        forge.update(made.number, state="open")


def test_who_closed_is_unknown_if_issues_are_switched_off(github: FakeGitHub, github_host: GitHubHost) -> None:
    made = opened(github_host)
    github_host.close(made.number)
    github.fault("GET", "/issues/1$", refuses(410, "Issues are disabled for this repo"))
    assert github_host.forge().pull_request(made.number).closed_by == ""


def test_a_team_is_asked_for_a_review(github: FakeGitHub, github_host: GitHubHost) -> None:
    made, forge = opened(github_host), github_host.forge()
    assert forge.request_reviewers(made.number, ["acme/sre", "alice"]) == ()
    assert github.asked[-1].body == {"reviewers": ["alice"], "team_reviewers": ["sre"]}
    [warning] = forge.request_reviewers(made.number, ["acme/nobody"])
    assert warning.startswith("`acme/nobody` was not asked for a review: Reviews may only be requested from collab")


def test_a_label_that_another_run_makes_meanwhile_is_used(github: FakeGitHub, github_host: GitHubHost) -> None:
    made, forge = opened(github_host), github_host.forge()
    forge.add_labels(made.number, ["qa"])
    github.fault("GET", "/labels/qa", refuses(404, "Not Found"))
    forge.add_labels(made.number, ["qa"])
    assert forge.pull_request(made.number).labels == ("qa",)


def test_a_label_that_cannot_be_made_is_an_error(github_host: GitHubHost) -> None:
    made = opened(github_host)
    with pytest.raises(ForgeError, match=r"name is too long \(maximum is 50 characters\)"):
        github_host.forge().add_labels(made.number, ["x" * (LIMITS.label + 1)])


def test_a_label_is_not_taken_off_what_is_not_there(github: FakeGitHub, forge: Forge) -> None:
    github.fault("DELETE", "/labels/qa", refuses(404, "Not Found"))
    with pytest.raises(ForgeError, match="answered 404: Not Found"):
        forge.remove_labels(9, ["qa"])


def test_a_protected_branch_is_not_deleted(github: FakeGitHub, github_host: GitHubHost) -> None:
    github_host.protect("main")
    with pytest.raises(ForgeError, match="Cannot delete protected branch"):
        github_host.forge().delete_branch("main")
    rules = ("changes need a pull request", "no forced pushes")
    assert github_host.forge().protection("main") == Protection("main", protected=True, rules=rules)


def test_a_server_without_rulesets_tells_protection_all_the_same(github: FakeGitHub, forge: Forge) -> None:
    github.protected["main"] = []
    github.fault("GET", "/rules/", refuses(404, "Not Found"))
    assert forge.protection("main") == Protection("main", protected=True)


def test_lists_are_read_page_after_page_on_the_host_that_was_asked(
    github: FakeGitHub, github_host: GitHubHost, forge: Forge
) -> None:
    numbers = [github.open_pull(f"b{index}", "main", "T", "<!-- m -->", "a")["number"] for index in range(120)]
    elsewhere = '<https://evil.example/steal?page=2&state=open&per_page=50&sort=created&direction=desc>; rel="next"'
    github.fault("GET", "/pulls$", adds(Link=elsewhere), after=True)
    found = forge.find_by_marker("<!-- m -->")
    assert [one.number for one in found] == numbers[::-1]
    assert [one.path for one in github.asked] == ["/repos/acme/infra/pulls"] * 3


def test_a_list_that_points_to_itself_ends(github: FakeGitHub, forge: Forge) -> None:
    again = '</x?state=open&sort=created&direction=desc&per_page=50>; rel="next"'
    github.fault("GET", "/pulls$", *[adds(Link=again)] * 9, after=True)
    assert forge.find_by_marker("<!-- m -->") == []
    assert len(github.asked) == 2


@pytest.mark.parametrize("body", [[], {}, {"full_name": 1}, "text", 3, None], ids=repr)
def test_an_answer_of_another_form_is_an_error(github: FakeGitHub, forge: Forge, body: object) -> None:
    github.fault("GET", "/infra$", answers(200, body))
    with pytest.raises(ForgeError, match="the answer has not the form that it should: ") as raised:
        forge.repository()
    assert raised.value.hint == "check that the API's address and kind are right"


def test_a_list_that_is_none_is_an_error(github: FakeGitHub, forge: Forge) -> None:
    github.fault("GET", "/pulls$", answers(200, {"message": "hello"}))
    with pytest.raises(ForgeError, match="TypeError: no list"):
        forge.find_by_marker("m")


def test_every_request_says_who_asks_and_which_version_of_the_api(github: FakeGitHub, forge: Forge) -> None:
    forge.repository()
    sent = github.asked[0].headers
    assert (sent["Authorization"], sent["User-Agent"]) == ("Bearer ghp_secret", "kbump")
    assert (sent["Accept"], sent["X-GitHub-Api-Version"]) == ("application/vnd.github+json", "2022-11-28")


def test_what_is_open_with_the_same_texts_is_not_written_again(github: FakeGitHub, github_host: GitHubHost) -> None:
    made = opened(github_host)
    before = len(github.asked)
    assert opened(github_host).number == made.number
    assert [one.method for one in github.asked[before:]] == ["POST", "GET"]
