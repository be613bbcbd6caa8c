"""What is Gitea's own: scopes, organizations, titles; on a real one but for the last."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from kbump.errors import ForgeError
from kbump.forge.gitea import LIMITS
from kbump.forge.kinds import Place, connect, locate
from kbump.forge.settings import Settings, Timing
from kbump.forge.upkeep import upsert_comment
from kbump.remote import Remote
from tests.forge.faults import answers
from tests.forge.hosts import GiteaHost

if TYPE_CHECKING:
    from collections.abc import Callable

    from kbump.forge import Forge
    from tests.forge.github_server import FakeGitHub
    from tests.forge.hosts import GiteaServer

ALL = ("write:repository", "write:issue", "read:user", "read:organization")


def a_pull_request(gitea: GiteaHost) -> int:
    gitea.branch("kbump/promote")
    return gitea.forge().create(head="kbump/promote", base="main", title="T", body="B").number


def test_several_that_change_a_page_at_once_all_succeed(gitea: GiteaHost) -> None:
    number = a_pull_request(gitea)
    forges = [gitea.forge(Timing()) for _ in range(8)]
    with ThreadPoolExecutor(len(forges)) as pool:
        done = list(pool.map(lambda at: forges[at].update(number, body=f"{at}"), range(len(forges))))
    assert [one.number for one in done] == [number] * len(forges)


@pytest.mark.parametrize(
    ("narrowed", "asks"),
    [
        ("write:repository", lambda forge, number: forge.update(number, title="U")),
        (
            "write:repository",
            lambda forge, number: forge.create(head="kbump/promote", base="main", title="T", body="B"),
        ),
        ("write:repository", lambda forge, number: forge.delete_branch("kbump/promote")),
        ("write:repository", lambda forge, number: forge.request_reviewers(number, ["alice"])),
        ("write:issue", lambda forge, number: forge.create_comment(number, "C")),
        ("write:issue", lambda forge, number: forge.add_labels(number, ["qa"])),
    ],
    ids=["to update", "to create", "to delete a branch", "to ask for reviews", "to comment", "to label"],
)
@pytest.mark.parametrize("left", ["read", "nothing"])
def test_the_error_names_the_scope_that_is_missing(
    gitea: GiteaHost, left: str, narrowed: str, asks: Callable[[Forge, int], object]
) -> None:
    number = a_pull_request(gitea)
    rest = [scope for scope in ALL if scope != narrowed]
    kept = [f"read:{narrowed.partition(':')[2]}"] if left == "read" else []
    token = gitea.server.token(gitea.bot, *rest, *kept)
    with pytest.raises(ForgeError, match="answered 403: token does not have") as raised:
        asks(gitea.forge(token=token), number)
    # Without reading there may be no getting to the writing.
    assert f"give the token the scope `{narrowed}`; it has `" in str(raised.value.hint).replace("`read", "`write")
    assert token not in f"{raised.value}{raised.value.hint}"


def test_without_the_scope_of_users_the_comment_is_kept_up_to_date_all_the_same(gitea: GiteaHost) -> None:
    number = a_pull_request(gitea)
    forge = gitea.forge(token=gitea.server.token(gitea.bot, "write:repository", "write:issue"))
    assert forge.who_am_i().login == ""
    assert sorted(forge.who_am_i().scopes or ()) == ["write:issue", "write:repository"]
    first = upsert_comment(forge, number, "<!-- m -->", "one")
    assert upsert_comment(forge, number, "<!-- m -->", "two").id == first.id


def test_who_closed_is_unknown_without_the_scope_of_issues(gitea: GiteaHost) -> None:
    number = a_pull_request(gitea)
    gitea.close(number)
    forge = gitea.forge(token=gitea.server.token(gitea.bot, "read:repository"))
    assert forge.pull_request(number).closed_by == ""
    assert gitea.forge().pull_request(number).closed_by == gitea.server.person


def test_pull_requests_that_are_switched_off_are_told(gitea: GiteaHost) -> None:
    gitea.admin.ask("PATCH", gitea.at, body={"has_pull_requests": False})
    with pytest.raises(ForgeError, match="answered 404") as raised:
        gitea.forge().find_by_head("kbump/promote", "main")
    assert str(raised.value.hint).startswith("check that pull requests are switched on")


def test_a_private_repository_out_of_sight_may_be_a_matter_of_the_token(gitea_server: GiteaServer) -> None:
    private = GiteaHost(gitea_server, private=True)
    token = gitea_server.token(gitea_server.stranger, *ALL)
    with pytest.raises(ForgeError, match="answered 404") as raised:
        private.forge(token=token).repository()
    assert "forges hide what a token may not see" in str(raised.value.hint)
    token = gitea_server.token(gitea_server.bot, "public-only", "write:repository")
    with pytest.raises(ForgeError, match=r"answered 40[34]"):
        private.forge(token=token).repository()


@pytest.mark.parametrize("scopes", [ALL, ALL[:3]], ids=["seen by the token", "out of the token's sight"])
def test_labels_of_the_organization_are_used_and_not_made_again(gitea_server: GiteaServer, scopes: tuple[str]) -> None:
    host = GiteaHost(gitea_server, gitea_server.organization)
    label = {"name": f"promotion-{host.name}", "color": "#00aa00"}
    host.admin.ask("POST", f"/orgs/{host.owner}/labels", body=label)
    number = a_pull_request(host)
    forge = host.forge(token=gitea_server.token(host.bot, *scopes))
    forge.add_labels(number, [label["name"], "qa"])
    assert sorted(forge.pull_request(number).labels) == [label["name"], "qa"]
    made = {one["name"] for one in host.admin.ask("GET", f"{host.at}/labels").data}
    assert made == ({"qa"} if scopes == ALL else {"qa", label["name"]})


def test_a_team_is_asked_for_a_review(gitea_server: GiteaServer) -> None:
    host = GiteaHost(gitea_server, gitea_server.organization)
    units = {"repo.code": "write", "repo.pulls": "write"}
    team = {"name": f"sre-{host.name}", "permission": "write", "units_map": units, "includes_all_repositories": True}
    host.admin.ask("POST", f"/orgs/{host.owner}/teams", body=team)
    number, forge = a_pull_request(host), host.forge()
    assert forge.request_reviewers(number, [f"{host.owner}/{team['name']}"]) == ()
    [warning] = forge.request_reviewers(number, [f"{host.owner}/nobody"])
    assert warning == f"`{host.owner}/nobody` was not asked for a review: Team 'nobody' not exist"


def test_the_longest_title_and_body_come_back_whole(gitea: GiteaHost) -> None:
    gitea.branch("kbump/promote")
    title, body = "T" * LIMITS.title, "🚀" * LIMITS.body
    made = gitea.forge().create(head="kbump/promote", base="main", title=title, body=body, draft=True)
    assert (made.title, made.body, made.draft) == (title, body, True)


def test_what_kind_it_is_is_asked_from_the_server(gitea: GiteaHost) -> None:
    url = f"{gitea.server.url}/{gitea.owner}/{gitea.name}.git"
    assert locate(Remote.parse(url), Settings()) == Place(
        "gitea", f"{gitea.server.url}/api/v1", gitea.owner, gitea.name
    )


def test_the_rules_of_a_protected_branch_are_told(gitea: GiteaHost) -> None:
    gitea.protect("main")
    assert gitea.forge().protection("main").rules == (
        "the token's user may not push",
        "approvals needed: 2",
        "status checks must pass",
    )
    with pytest.raises(ForgeError, match="answered 403"):
        gitea.forge().delete_branch("main")


def test_a_branch_with_slashes_may_be_the_base(gitea: GiteaHost) -> None:
    gitea.branch("release/1/x")
    gitea.branch("kbump/promote")
    forge = gitea.forge()
    made = forge.create(head="kbump/promote", base="release/1/x", title="T", body="B")
    assert forge.find_by_head("kbump/promote", "release/1/x") == [made]
    assert forge.find_by_head("kbump/promote", "main") == []


def test_a_merged_pull_request_is_found_by_the_commit_that_it_became(gitea: GiteaHost) -> None:
    number = a_pull_request(gitea)
    gitea.merge(number, "squash")
    sha = gitea.admin.ask("GET", f"{gitea.at}/branches/main").data["commit"]["id"]
    assert [one.number for one in gitea.forge().find_by_commit(sha)] == [number]


def test_a_conflict_with_a_list_that_shows_none_is_an_error(github: FakeGitHub) -> None:
    words = "pull request already exists for these targets [id: 1]"
    github.fault("POST", "/pulls$", answers(409, {"message": words}))
    github.fault("GET", "/pulls$", answers(200, []))
    forge = connect(Place("gitea", github.url, "acme", "infra"), Settings())
    with pytest.raises(ForgeError, match="answered 409: pull request already exists for these targets"):
        forge.create(head="kbump/promote", base="main", title="T", body="B")
