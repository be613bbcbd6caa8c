"""`set-image --repo --pull-request`: one pull request for an image, whatever its tags, on both forges."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from kbump.delivery import Delivery, deliver
from kbump.provenance import Build
from kbump.report.delivery import delivery_words
from tests.delivery.infra import Infra
from tests.git.conftest import run_git

POD = (
    "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web\n    image: acme/web:1.0.0\n"
)
Run = Callable[..., Delivery]


@pytest.fixture
def run(infra: Infra) -> Run:
    """Return the delivery of an image into the repository, which says that it wants pull requests."""
    infra.commit({"web.yaml": POD, ".kbump.yaml": "delivery: pull-request\n"})

    def deliver_to(tag: str, **options: Any) -> Delivery:
        given = {"pull_request": True, "caller": infra.choice, **options}
        images = given.pop("images", [f"acme/web:{tag}"])
        return deliver(images, infra.url, environ={**os.environ, **infra.secrets}, **given)

    return deliver_to


def told(delivery: Delivery) -> list[str]:
    """Return what is said on the terminal."""
    return delivery_words(delivery, verbose=False, colour=False)


def build(number: int) -> Build:
    return Build("acme/web", "main", "0123456789abcdef", number, link="https://ci.example.com/7", author="Ada <a@b>")


def test_a_plain_push_is_refused_and_a_pull_request_is_opened(infra: Infra, run: Run) -> None:
    assert run("1.1.0", pull_request=False).status == "refused"
    done = run("1.1.0", build=build(7))
    assert (done.status, done.proposal.status) == ("proposed", "opened")
    [pull] = infra.pulls(done.proposal.pull_request.head)
    assert pull.title == "chore: set web:1.1.0"
    assert "| `Pod web` | `web` | `acme/web:1.0.0` | `acme/web:1.1.0` | minor |" in pull.body
    assert "By [build 7](https://ci.example.com/7) of `main` at `0123456789ab` in `acme/web`." in pull.body
    assert infra.read("web.yaml") == POD
    assert infra.read("web.yaml", pull.head) == POD.replace("1.0.0", "1.1.0")


def test_the_next_build_refreshes_it_and_the_same_leaves_it(infra: Infra, run: Run) -> None:
    first = run("1.1.0")
    assert run("1.1.0").proposal.status == "unchanged"
    second = run("1.2.0")
    assert second.proposal.status == "refreshed"
    assert second.proposal.pull_request.number == first.proposal.pull_request.number
    assert [pull.title for pull in infra.pulls(second.proposal.pull_request.head)] == ["chore: set web:1.2.0"]


def test_an_older_build_does_not_take_the_place_of_a_newer_one(infra: Infra, run: Run) -> None:
    newer = run("1.2.0", build=build(8))
    older = run("1.1.0", build=build(7))
    assert (older.status, older.exit_code) == ("superseded", 1)
    assert "1.2.0" in infra.read("web.yaml", newer.proposal.pull_request.head)


def test_what_is_there_already_opens_nothing(infra: Infra, run: Run) -> None:
    assert run("1.0.0").status == "unchanged"
    assert infra.branches() == {"main"}


def test_what_was_proposed_is_closed_when_the_target_has_what_is_asked_for(infra: Infra, run: Run) -> None:
    first = run("1.1.0")
    done = run("1.0.0")
    assert (done.status, done.exit_code, done.proposal.status) == ("unchanged", 0, "withdrawn")
    assert infra.branches() == {"main"}
    assert "as asked for" in infra.forge.comments(first.proposal.pull_request.number)[0].body


def test_an_older_build_that_finds_its_image_there_closes_nothing_of_a_newer_one(infra: Infra, run: Run) -> None:
    newer = run("1.1.0", build=build(8))
    assert run("1.0.0", build=build(7)).status == "superseded"
    assert [one.state for one in infra.pulls(newer.proposal.pull_request.head)] == ["open"]


def test_an_image_that_is_there_already_is_part_of_what_it_is_of(infra: Infra, run: Run) -> None:
    infra.commit({"api.yaml": POD.replace("web", "api")})
    both = ["acme/web:1.1.0", "acme/api:1.0.0"], ["acme/web:1.1.0", "acme/api:1.1.0"]
    numbers = [run("", images=images).proposal.pull_request.number for images in both]
    assert numbers[0] == numbers[1]


def test_two_places_of_one_repository_have_one_each(infra: Infra, run: Run) -> None:
    infra.commit({f"{name}/web.yaml": POD for name in ("staging", "qa")})
    done = [run("1.1.0", paths=[name]).proposal.pull_request for name in ("staging", "qa")]
    assert len({one.head for one in done}) == 2
    assert [infra.forge.pull_request(one.number).state for one in done] == ["open", "open"]


def test_two_branches_of_one_repository_have_one_each(infra: Infra, run: Run) -> None:
    infra.commit({}, branch="release")
    done = [run("1.1.0", branch=name).proposal.pull_request for name in ("main", "release")]
    assert [one.base for one in done] == ["main", "release"]
    assert run("1.1.0").proposal.pull_request.number == done[0].number
    run("1.0.0", branch="release")
    assert [infra.forge.pull_request(one.number).state for one in done] == ["open", "closed"]


def test_a_dry_run_opens_nothing(infra: Infra, run: Run) -> None:
    assert run("1.1.0", write=False).status == "planned"
    assert infra.branches() == {"main"}


def test_what_a_person_closed_is_opened_again_only_if_asked_for(infra: Infra, run: Run) -> None:
    first = run("1.1.0")
    infra.close(first.proposal.pull_request.number)
    assert told(first)[1] == f"opened {first.proposal.pull_request.url}"
    left = run("1.1.0")
    assert (left.proposal.status, left.result.written) == ("closed", [])
    words = f"nothing was opened: a person closed {first.proposal.pull_request.url}, which has the same content"
    assert told(left) == ["1 image would change in 1 file", f"{words} (`--reopen` opens another)"]
    assert run("1.1.0", reopen=True).proposal.status == "opened"


def test_the_restart_of_a_restart_counts_as_the_first_that_the_branch_has(infra: Infra, run: Run) -> None:
    run("1.2.0", build=build(6))
    done = run("1.3.0", build=build(10)._replace(parent=9))
    message = run_git("log", "-1", "--format=%B", "FETCH_HEAD", cwd=infra.fetched(done.proposal.pull_request.head))
    assert "Kbump-Source-Build: 6" in message
