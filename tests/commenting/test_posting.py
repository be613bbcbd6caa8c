"""One comment for each command and environment, in the right place, on both forges."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kbump.commenting import post
from kbump.config import ForgeChoice
from kbump.errors import ForgeError, UsageError
from kbump.marker import Marker
from kbump.provenance import Occasion
from tests.commenting.conftest import NO_BUILD, Tree, elsewhere
from tests.forge.hosts import GiteaHost
from tests.git.conftest import run_git

MARKER = "<!-- kbump:validate of=qa -->"


def test_a_comment_is_written_once_and_then_replaced(tree: Tree) -> None:
    number = tree.pull_request()
    first = tree.post("one")
    assert list(first.comments) == [number]
    assert [text.rstrip("\n") for text in tree.comments(number)] == [f"{MARKER}\none\n_Commit `{tree.commit[:12]}`_"]
    second = tree.post("two")
    assert second.comments[number].id == first.comments[number].id
    assert [text.splitlines()[1] for text in tree.comments(number)] == ["two"]


def test_each_environment_has_its_own(tree: Tree) -> None:
    number = tree.pull_request()
    tree.post("of qa")
    tree.post("of production", of="production")
    tree.post("of qa again")
    assert [text.splitlines()[1] for text in tree.comments(number)] == ["of qa again", "of production"]


def test_what_an_older_commit_has_to_say_too_late_does_not_replace_what_is_said_of_the_tip(tree: Tree) -> None:
    number = tree.pull_request()
    older = Occasion(tree.infra.url, tree.commit, number)
    tip = tree.infra.commit({"qa/web.yaml": "{}"}, branch="change")
    newer = Occasion(tree.infra.url, tip, number)
    assert list(tree.post("of the older one", older).comments) == [number]
    kept = tree.post("of the tip", newer).comments[number]
    late = tree.post("of the older one", older)
    assert (late.comments, late.newer[number].id) == ({}, kept.id)
    assert [text.splitlines()[1] for text in tree.comments(number)] == ["of the tip"]
    assert tree.post("of the tip again", newer).comments[number].id == kept.id
    tree.infra.commit({"qa/web.yaml": "[]"}, branch="change")
    # Neither is of the tip: which one is newer is not known here, and the tip's own run replaces both.
    assert list(tree.post("of the older one", older).comments) == [number]


def test_a_comment_of_somebody_else_is_left_alone(tree: Tree) -> None:
    number = tree.pull_request()
    tree.infra.host.comment(number, f"{MARKER}\nI was here first")
    tree.post("one")
    tree.post("two")
    assert [text.splitlines()[1] for text in tree.comments(number)] == ["I was here first", "two"]


def test_a_commit_without_a_pull_request_is_told(tree: Tree) -> None:
    posted = tree.post("one")
    assert (posted.comments, posted.commit) == ({}, tree.commit)


def test_a_pull_request_that_is_closed_is_not_that_of_a_commit(tree: Tree) -> None:
    number = tree.pull_request()
    tree.infra.close(number)
    assert tree.post("one").comments == {}
    assert list(tree.post("one", number=number).comments) == [number]


def test_a_build_of_what_was_merged_comments_on_the_pull_request_that_it_came_by(tree: Tree) -> None:
    number = tree.pull_request()
    tree.infra.merge(number)
    run_git("fetch", "--quiet", tree.infra.pushed, "main", cwd=tree.path)
    run_git("checkout", "--quiet", "--detach", "FETCH_HEAD", cwd=tree.path)
    assert list(tree.post("deployed").comments) == [number]


def test_a_number_that_is_none_is_an_error(tree: Tree) -> None:
    with pytest.raises(ForgeError, match="answered 404"):
        tree.post("one", number=77)


def test_the_build_tells_repository_number_commit_and_its_page(tree: Tree) -> None:
    number = tree.pull_request()
    # A merge that the forge made for the build is checked out, from a mirror that has the same name.
    run_git("commit", "--quiet", "--allow-empty", "--message", "merge", cwd=tree.path)
    tree.lead_to(f"https://mirror.example.com/{'/'.join(tree.infra.url.split('/')[-2:])}")
    occasion = Occasion(tree.infra.url, "c0ffee" * 6 + "c0ff", number, "https://ci.example.com/acme/infra/7")
    assert list(tree.post("one", occasion).comments) == [number]
    last = "_Commit `c0ffeec0ffee`, [checked by this build](https://ci.example.com/acme/infra/7)_"
    assert tree.comments(number)[0].splitlines()[-1] == last


def test_a_build_needs_no_work_tree(tree: Tree, tmp_path: Path) -> None:
    number = tree.pull_request()
    (tmp_path / "plain").mkdir()
    tree.path = tmp_path / "plain"
    assert list(tree.post("one", Occasion(tree.infra.url, tree.commit)).comments) == [number]


def test_the_number_of_another_repository_is_not_taken(tree: Tree) -> None:
    number = tree.pull_request()
    of_the_application = Occasion("https://git.example.com/acme/web", "0" * 40, number + 1)
    posted = tree.post("one", of_the_application)
    assert (list(posted.comments), posted.commit) == ([number], tree.commit)


def test_a_page_has_as_much_room_as_the_forge_gives(tree: Tree) -> None:
    number = tree.pull_request()
    tree.post("x" * 100_000)
    assert 65_000 < len(tree.comments(number)[0]) <= 65_536


@pytest.mark.parametrize("kind", ["a pull request", "a clone that a build made"])
def test_what_may_be_a_strangers_does_not_lead_the_token_to_another_host(tree: Tree, kind: str) -> None:
    pull = kind == "a pull request"
    occasion = Occasion(tree.infra.url if pull else "https://git.example.com/acme/web", tree.commit, 1)
    with pytest.raises(UsageError, match="another host") as caught:
        tree.post("one", occasion, said=elsewhere(tree.infra.choice))
    assert "of your own" in str(caught.value.hint)


def test_nor_does_what_a_build_checked_out_that_says_nothing_of_itself(tree: Tree) -> None:
    environ = {**os.environ, **tree.infra.secrets, "CI": "true"}
    with pytest.raises(UsageError, match="another host"):
        tree.post("one", said=elsewhere(tree.infra.choice), environ=environ)


def test_a_token_in_the_url_of_origin_is_not_read(tree: Tree) -> None:
    number = tree.pull_request()
    tree.lead_to(tree.infra.url.replace("http://", "http://x-access-token:hunter2@"))
    assert list(tree.post("one").comments) == [number]


@pytest.mark.parametrize("infra", ["gitea"], indirect=True)
@pytest.mark.parametrize("scopes", [("write:issue", "read:repository"), ("write:issue",), ("read:repository",)])
def test_the_scopes_that_a_comment_needs_are_named(tree: Tree, scopes: tuple[str, ...]) -> None:
    number = tree.pull_request()
    host = tree.infra.host
    assert isinstance(host, GiteaHost)
    environ = {**os.environ, "KBUMP_TOKEN": host.server.token(host.bot, *scopes)}
    if len(scopes) == 2:
        assert list(tree.post("one", number=number, environ=environ).comments) == [number]
    else:
        with pytest.raises(ForgeError) as caught:
            tree.post("one", number=number, environ=environ)
        assert "give the token the scope `" in str(caught.value.hint)


def nowhere(path: Path, occasion: Occasion = NO_BUILD) -> str:
    with pytest.raises(UsageError) as caught:
        post(lambda limit: "", Marker("validate"), str(path), occasion, environ=os.environ, said=ForgeChoice())
    return caught.value.message


@pytest.mark.parametrize("url", ["", "/srv/git/infra.git", "ext::sh -c true"])
def test_without_a_build_and_an_origin_it_is_not_known_where_to_comment(tmp_path: Path, url: str) -> None:
    run_git("init", "--quiet", "--template=", tmp_path)
    run_git("commit", "--quiet", "--allow-empty", "--message", "first", cwd=tmp_path)
    if url:
        run_git("remote", "add", "origin", url, cwd=tmp_path)
    assert nowhere(tmp_path) == nowhere(tmp_path, Occasion("no URL at all"))
    assert "no variables of a CI system and no remote `origin`" in nowhere(tmp_path)


def test_outside_of_a_work_tree_and_before_the_first_commit_neither(tmp_path: Path) -> None:
    assert nowhere(tmp_path)
    run_git("init", "--quiet", "--template=", tmp_path)
    assert nowhere(tmp_path)
