"""What may go wrong on the way to a forge, and what is tried again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from kbump.errors import ForgeError
from kbump.forge.http import Client
from kbump.forge.settings import Settings
from tests.forge import faults
from tests.forge.faults import answers, refuses, shows_a_page
from tests.forge.hosts import FAST, SLEPT

if TYPE_CHECKING:
    from tests.forge.github_server import FakeGitHub
    from tests.forge.hosts import GitHubHost

TOKEN = "ghp_secret"
UNHURT = {"a reset": faults.resets, "a cut answer": faults.cuts, "silence": faults.hangs, "a 502": shows_a_page(502)}


def asked(github: FakeGitHub, method: str) -> list[str]:
    return [one.path.rpartition("/")[2] for one in github.asked if one.method == method]


@pytest.mark.parametrize("fault", UNHURT.values(), ids=UNHURT)
def test_reading_is_tried_again(github: FakeGitHub, github_host: GitHubHost, fault: Any) -> None:
    github.fault("GET", "/infra$", *[fault] * 2)
    assert github_host.forge(timeout_s=0.3).repository().default_branch == "main"
    assert SLEPT == [0.5, 1.0]


@pytest.mark.parametrize(
    ("fault", "words", "attempts"),
    [
        (refuses(500, "Server Error"), "answered 500: Server Error", 5),
        (answers(500), "answered 500: internal server error", 5),
        (shows_a_page(502), "answered 502: an HTML page titled `Bad Gateway`", 5),
        (shows_a_page(200), "the answer is no JSON but an HTML page titled `Bad Gateway`", 1),
        (faults.resets, "the connection was cut", 5),
        (faults.cuts, "the connection was cut", 5),
        (faults.hangs, "no answer within 0.2 s", 5),
        (faults.trickles, "the answer was not whole within 0.2 s", 5),
        (faults.breaks_off, "the answer is JSON that breaks off", 1),
        (faults.floods, "the answer is longer than 32 MB", 1),
        (faults.babbles, "the answer is no HTTP", 1),
        (answers(777), "answered 777: no words", 1),
        (answers(200, "x" * 70_000), "the answer has not the form that it should: AttributeError: 'str' object", 1),
    ],
    ids=[
        "500", "500 without words", "502", "a page with 200", "reset", "cut", "hang", "slow body", "truncated JSON",
        "gigantic", "no HTTP", "unknown status", "another form",
    ],
)  # fmt: skip
def test_what_does_not_get_better_is_an_error_that_says_what_was_asked(
    github: FakeGitHub, github_host: GitHubHost, fault: Any, words: str, attempts: int
) -> None:
    github.fault("GET", "/infra$", *[fault] * 5)
    with pytest.raises(ForgeError) as raised:
        github_host.forge(timeout_s=2.0 if fault is faults.floods else 0.2).repository()
    host = github.url.removeprefix("http://")
    assert raised.value.message.startswith(f"`GET /repos/acme/infra` on {host}: {words}")
    assert len(github.asked) == attempts
    assert TOKEN not in repr(raised.value) + str(raised.value.hint)


@pytest.mark.parametrize("after", [False, True], ids=["before it was done", "after it was done"])
@pytest.mark.parametrize("fault", UNHURT.values(), ids=UNHURT)
def test_a_pull_request_is_opened_once_whatever_is_cut(
    github: FakeGitHub, github_host: GitHubHost, fault: Any, after: bool
) -> None:
    github.branch("kbump/promote")
    github.fault("POST", "/pulls$", fault, after=after)
    forge = github_host.forge(timeout_s=0.3)
    assert forge.create(head="kbump/promote", base="main", title="T", body="B").number == 1
    assert len(github.pulls) == 1
    assert asked(github, "POST") == ["pulls"] * (1 if after else 2)


@pytest.mark.parametrize("after", [False, True], ids=["before it was done", "after it was done"])
@pytest.mark.parametrize("fault", UNHURT.values(), ids=UNHURT)
def test_a_comment_is_written_once_whatever_is_cut(
    github: FakeGitHub, github_host: GitHubHost, fault: Any, after: bool
) -> None:
    github.fault("POST", "/comments$", fault, after=after)
    assert github_host.forge(timeout_s=0.3).create_comment(1, "x").body == "x"
    assert len(github.comments) == 1


def test_what_does_no_harm_twice_is_sent_again(github: FakeGitHub, github_host: GitHubHost) -> None:
    github.open_pull("b", "main", "T", "B", "a")
    github.fault("POST", "/labels$", faults.resets, faults.cuts, after=True)
    github.fault("PATCH", "/pulls/1$", faults.resets, after=True)
    forge = github_host.forge()
    forge.add_labels(1, ["qa"])
    assert forge.update(1, title="U").labels == ("qa",)


def test_a_post_that_may_have_been_done_is_not_sent_again_blindly(github: FakeGitHub) -> None:
    github.fault("POST", "/labels$", faults.resets)
    client = Client(Settings(api_url=github.url, token=TOKEN), FAST)
    with pytest.raises(ForgeError, match="the connection was cut"):
        client.ask("POST", "/repos/acme/infra/labels", body={"name": "x"})
    assert len(github.asked) == 1


def test_nothing_is_asked_when_no_time_is_left(github: FakeGitHub, github_host: GitHubHost) -> None:
    with pytest.raises(ForgeError, match="no time is left to ask") as raised:
        github_host.forge(deadline=time.monotonic() - 1).repository()
    assert (raised.value.hint, github.asked) == ("give more time", [])


def test_trouble_that_outlives_the_deadline_is_told_as_it_was(github: FakeGitHub, github_host: GitHubHost) -> None:
    github.fault("GET", "/infra$", refuses(503, "Down", Retry_After="40"), refuses(503, "Down", Retry_After="90"))
    with pytest.raises(ForgeError, match="answered 503: Down"):
        github_host.forge(deadline=time.monotonic() + 60).repository()
    assert SLEPT == [40.0]
