"""promote(): one pull request for the images of an environment, on a real Gitea and on the GitHub of the tests."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kbump.config import NO_CONFIG, Gates
from kbump.delivery import Style
from kbump.errors import ForgeError, KbumpError, UsageError
from kbump.promotion import PromoteResult, promote
from kbump.provenance import Build, read_trailers
from kbump.report.promotion import promote_words
from tests.delivery.infra import Infra
from tests.forge.faults import refuses
from tests.git.conftest import run_git

Run = Callable[..., PromoteResult]


def pod(tag: str, name: str = "web") -> str:
    spec = f'{{containers: [{{name: c, image: "acme/{name}:{tag}"}}]}}'
    return f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec: {spec}\n"


class Source:
    """The environment that images come from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def has(self, **files: str) -> None:
        """Write manifests: `has(web=TEXT)`."""
        for name, text in files.items():
            (self.folder / f"{name}.yaml").write_text(text)


@pytest.fixture
def qa(tmp_path: Path) -> Source:
    """Return an environment that has web 1.1.0."""
    made = Source(tmp_path / "qa")
    made.has(web=pod("1.1.0"))
    return made


@pytest.fixture
def run(infra: Infra, qa: Source) -> Run:
    """Return the promotion of the environment to the repository, which has web 1.0.0."""
    infra.commit({"web.yaml": pod("1.0.0")})

    def promoted(**options: Any) -> PromoteResult:
        caller = NO_CONFIG._replace(forge=infra.choice)
        given = {"environ": {**os.environ, **infra.secrets}, "caller": caller, **options}
        return promote(infra.url, str(qa.folder), **given)

    return promoted


def test_the_first_run_opens_one_and_the_second_leaves_it(infra: Infra, run: Run) -> None:
    first = run(build=Build("acme/infra-qa", "main", "0123456789abcdef", 7, link="https://ci.example.com/7"))
    [one] = first.promotions
    assert (one.status, first.exit_code) == ("opened", 0)
    [pull] = infra.pulls("kbump/promote")
    assert pull.title == f"Promote web 1.0.0 → 1.1.0 to {infra.name}"
    assert "| `Pod web` | `c` | `acme/web:1.0.0` | `acme/web:1.1.0` | minor |" in pull.body
    assert "By [build 7](https://ci.example.com/7) of `main` at `0123456789ab` in `acme/infra-qa`." in pull.body
    assert "| Gate | Verdict |\n|---|---|\n| no-downgrade | passed |" in pull.body
    assert infra.read("web.yaml", "kbump/promote") == pod("1.1.0")
    again = run(build=Build("acme/infra-qa", "main", "0123456789abcdef", 7, link="https://ci.example.com/7"))
    assert again.promotions[0].status == "unchanged"
    assert infra.pulls("kbump/promote") == [pull]


def test_the_commit_tells_where_it_comes_from(infra: Infra, run: Run) -> None:
    build = Build("acme/infra-qa", "main", "c0ffee", 7, author="Ada <ada@example.com>")
    run(build=build, style=Style(author="Bot <bot@example.com>"))
    work = infra.fetched("kbump/promote")
    message = run_git("log", "-1", "--format=%an <%ae>%n%B", "FETCH_HEAD", cwd=work)
    assert message.startswith("Bot <bot@example.com>\nchore: promote web:1.1.0\n\n- Pod web, c: acme/web:1.0.0 -> ")
    trailers = read_trailers(message)
    assert trailers["Kbump-Image"] == ["acme/web:1.1.0"]
    assert trailers["Kbump-Source-Build"] == ["7"]
    assert trailers["Triggered-by"] == ["Ada <ada@example.com>"]


def test_the_next_image_refreshes_it(infra: Infra, run: Run, qa: Source) -> None:
    run()
    qa.has(web=pod("1.2.0"))
    assert run().promotions[0].status == "refreshed"
    [pull] = infra.pulls("kbump/promote")
    assert "1.2.0" in pull.title
    assert "acme/web:1.1.0" not in pull.body


def test_once_it_is_merged_there_is_nothing_to_promote(infra: Infra, run: Run, qa: Source) -> None:
    infra.merge(run().promotions[0].proposal.pull_request.number)
    assert infra.read("web.yaml") == pod("1.1.0")
    assert run().promotions[0].status in ("nothing", "withdrawn")
    qa.has(web=pod("1.2.0"))
    assert run().promotions[0].status == "opened"


def test_if_the_source_goes_back_it_is_closed_with_a_word(infra: Infra, run: Run, qa: Source) -> None:
    run()
    qa.has(web=pod("1.0.0"))
    [one] = run().promotions
    assert one.status == "withdrawn"
    assert "kbump/promote" not in infra.branches()
    [pull] = infra.pulls("kbump/promote")
    assert pull.state == "closed"
    assert "nothing left to promote" in infra.forge.comments(pull.number)[0].body


def test_a_gate_that_refuses_opens_nothing_and_says_why(infra: Infra, run: Run, qa: Source) -> None:
    qa.has(web=pod("2.0.0"))
    refused = run(gates=Gates({}, "minor"))
    assert (refused.promotions[0].status, refused.exit_code) == ("refused", 1)
    assert infra.branches() == {"main"}


def test_the_targets_gates_and_labels_are_heeded(infra: Infra, run: Run, qa: Source) -> None:
    infra.commit({".kbump.yaml": "promotion: {gates: {max-change: patch}, labels: [promotion], draft: true}\n"})
    assert run(gates=Gates({}, "major")).promotions[0].status == "refused"
    qa.has(web=pod("1.0.1"))
    pull = run(labels=["qa"]).promotions[0].proposal.pull_request
    assert {*infra.forge.pull_request(pull.number).labels} == {"qa", "promotion"}
    assert infra.forge.pull_request(pull.number).draft


def test_each_group_has_one_of_its_own(infra: Infra, run: Run, qa: Source) -> None:
    infra.commit({"api.yaml": pod("1", "api"), ".kbump.yaml": "promotion: {groups: {shop: [acme/web]}}\n"})
    qa.has(api=pod("2", "api"))
    assert [(one.group, one.status) for one in run().promotions] == [("shop", "opened"), ("", "opened")]
    assert {pull.title for name in ("kbump/promote", "kbump/promote.shop") for pull in infra.pulls(name)} == {
        f"Promote api 1 → 2 to {infra.name}",
        f"Promote web 1.0.0 → 1.1.0 to {infra.name} (shop)",
    }
    qa.has(api=pod("1", "api"))
    assert [(one.group, one.status) for one in run().promotions] == [("shop", "refreshed"), ("", "withdrawn")]


def test_what_a_person_closed_is_opened_again_only_if_asked_for(infra: Infra, run: Run) -> None:
    first = run(draft=True).promotions[0].proposal.pull_request
    assert infra.forge.pull_request(first.number).draft
    infra.close(first.number)
    assert run().promotions[0].status == "closed"
    again = run(reopen=True, draft=True).promotions[0]
    assert again.status == "opened"
    assert infra.forge.pull_request(again.proposal.pull_request.number).draft
    assert run().promotions[0].status == "unchanged"


def test_a_draft_that_a_person_made_ready_stays_ready(infra: Infra, run: Run, qa: Source) -> None:
    number = run(draft=True).promotions[0].proposal.pull_request.number
    infra.forge.update(number, draft=False)
    qa.has(web=pod("1.2.0"))
    assert run(draft=True).promotions[0].status == "refreshed"
    assert not infra.forge.pull_request(number).draft


def test_a_default_branch_that_was_renamed_keeps_its_pull_request(infra: Infra, run: Run, qa: Source) -> None:
    first = run().promotions[0].proposal.pull_request
    infra.rename_default("trunk")
    qa.has(web=pod("1.2.0"))
    done = run()
    assert (done.branch, done.promotions[0].status) == ("trunk", "refreshed")
    assert done.promotions[0].proposal.pull_request.number == first.number


def test_each_base_has_one_of_its_own(infra: Infra, run: Run, qa: Source) -> None:
    infra.commit({}, branch="release")
    [one], [other] = run().promotions, run(branch="release").promotions
    assert (one.status, one.branch, other.status, other.branch) == (
        "opened", "kbump/promote", "opened", "kbump/promote@release",
    )  # fmt: skip
    qa.has(web=pod("1.0.0"))
    assert run(branch="release").promotions[0].status == "withdrawn"
    assert infra.forge.pull_request(one.proposal.pull_request.number).state == "open"
    assert infra.branches() == {"main", "release", "kbump/promote"}


def test_the_order_of_images_opens_no_second_one(infra: Infra, run: Run, qa: Source) -> None:
    infra.commit({"api.yaml": pod("1", "api")})
    qa.has(api=pod("2", "api"))
    first = run(only=["acme/web", "acme/api"]).promotions[0]
    second = run(only=["docker.io/acme/api", "acme/web"]).promotions[0]
    assert (second.status, second.branch) == ("unchanged", first.branch)


def test_the_pull_request_of_a_group_that_is_gone_is_closed(infra: Infra, run: Run, qa: Source) -> None:
    infra.commit({".kbump.yaml": "promotion: {groups: {shop: [acme/web]}}\n"})
    first = run().promotions[0]
    infra.commit({".kbump.yaml": None})
    done = run().promotions
    assert [(one.group, one.branch, one.status) for one in done] == [
        ("", "kbump/promote", "opened"), ("shop", "kbump/promote.shop", "withdrawn"),
    ]  # fmt: skip
    number = first.proposal.pull_request.number
    assert infra.forge.pull_request(number).state == "closed"
    assert "no group `shop` any more" in infra.forge.comments(number)[0].body
    assert "kbump/promote.shop" not in infra.branches()
    assert len(run().promotions) == 1


def test_what_another_source_promotes_in_a_group_of_its_own_stays(infra: Infra, run: Run, qa: Source) -> None:
    infra.commit({"api.yaml": pod("1", "api"), ".kbump.yaml": "promotion: {groups: {shop: [acme/web]}}\n"})
    run()
    infra.commit({".kbump.yaml": None})
    (qa.folder / "web.yaml").unlink()
    qa.has(api=pod("2", "api"))
    assert [(one.group, one.status) for one in run().promotions] == [("", "opened")]
    assert [one.state for one in infra.pulls("kbump/promote.shop")] == ["open"]


def test_one_of_an_image_alone_is_closed_once_the_whole_was_merged(infra: Infra, run: Run, qa: Source) -> None:
    alone = run(only=["acme/web"]).promotions[0]
    whole = run().promotions
    assert [one.status for one in whole] == ["opened"]
    infra.merge(whole[0].proposal.pull_request.number)
    assert [(one.branch, one.status) for one in run().promotions][1:] == [(alone.branch, "withdrawn")]
    assert infra.branches() - {"kbump/promote"} == {"main"}


def test_one_whose_very_commit_came_in_another_way_is_closed(infra: Infra, run: Run, qa: Source) -> None:
    alone = run(only=["acme/web"]).promotions[0]
    # As two pull requests do whose commits are one: of the same content, made in the same second.
    infra.forward(alone.branch)
    run()
    assert [one.state for one in infra.pulls(alone.branch) if one.state == "open"] == []


def test_commits_of_a_person_are_left_alone(infra: Infra, run: Run, qa: Source) -> None:
    run()
    infra.commit({"note": "x"}, "mine", "kbump/promote")
    qa.has(web=pod("1.2.0"))
    done = run()
    assert (done.promotions[0].status, done.blocked, done.exit_code) == ("blocked", True, 0)


def test_a_dry_run_asks_no_forge(infra: Infra, run: Run) -> None:
    done = run(write=False, environ=os.environ if infra.kind == "gitea" else {**os.environ, **infra.secrets})
    assert done.promotions[0].status == "planned"
    assert infra.branches() == {"main"}


def test_a_rollback_takes_the_image_away_and_no_promotion_brings_it_back(infra: Infra, run: Run, qa: Source) -> None:
    infra.merge(run().promotions[0].proposal.pull_request.number)
    [one] = run(rollback="").promotions
    assert (one.status, one.branch) == ("opened", "kbump/rollback")
    assert one.proposal.pull_request.title == f"Roll back web 1.1.0 → 1.0.0 in {infra.name}"
    assert infra.read("web.yaml", "kbump/rollback") == pod("1.0.0")
    holds = json.loads(infra.read(".kbump-holds.json", "kbump/rollback"))
    assert [hold["image"] for hold in holds["holds"]] == ["docker.io/acme/web:1.1.0"]
    infra.merge(one.proposal.pull_request.number)
    [held] = run().promotions
    assert (held.status, [entry.hold.image for entry in held.held]) == ("nothing", ["docker.io/acme/web:1.1.0"])
    qa.has(web=pod("1.1.1"))
    assert run().promotions[0].status == "opened"


def test_a_second_rollback_changes_nothing(infra: Infra, run: Run) -> None:
    infra.merge(run().promotions[0].proposal.pull_request.number)
    first = run(rollback="").promotions[0].proposal
    assert run(rollback="").promotions[0].proposal == first._replace(status="unchanged")


def test_what_is_released_may_be_promoted_again(infra: Infra, run: Run) -> None:
    infra.merge(run().promotions[0].proposal.pull_request.number)
    infra.merge(run(rollback="").promotions[0].proposal.pull_request.number)
    [one] = run(release=["acme/web:1.1.0"]).promotions
    assert one.status == "opened"
    infra.merge(one.proposal.pull_request.number)
    assert infra.read("web.yaml") == pod("1.1.0")
    with pytest.raises(AssertionError):
        infra.read(".kbump-holds.json")


def test_a_release_stays_on_its_pull_request_until_somebody_merges_it(infra: Infra, run: Run, qa: Source) -> None:
    infra.merge(run().promotions[0].proposal.pull_request.number)
    infra.merge(run(rollback="").promotions[0].proposal.pull_request.number)
    first = run(release=["acme/web:1.1.0"]).promotions[0].proposal
    [again] = run().promotions
    assert (again.status, again.released) == ("unchanged", ["docker.io/acme/web:1.1.0"])
    assert run(release=["acme/web:1.1.0"]).promotions[0].status == "unchanged"
    assert run(write=False, environ={**os.environ, **infra.secrets}).promotions[0].status == "planned"
    qa.has(web=pod("1.2.0"))
    assert run().promotions[0].status == "refreshed"
    infra.merge(first.pull_request.number)
    assert infra.read("web.yaml") == pod("1.2.0")
    with pytest.raises(AssertionError):
        infra.read(".kbump-holds.json")


def test_a_release_that_a_person_closed_is_forgotten(infra: Infra, run: Run) -> None:
    infra.merge(run().promotions[0].proposal.pull_request.number)
    infra.merge(run(rollback="").promotions[0].proposal.pull_request.number)
    infra.close(run(release=["acme/web:1.1.0"]).promotions[0].proposal.pull_request.number)
    [one] = run().promotions
    assert (one.released, [held.hold.image for held in one.held]) == ([], ["docker.io/acme/web:1.1.0"])


def test_what_was_held_back_again_is_not_released_by_an_old_branch(infra: Infra, run: Run) -> None:
    infra.merge(run().promotions[0].proposal.pull_request.number)
    infra.merge(run(rollback="").promotions[0].proposal.pull_request.number)
    run(release=["acme/web:1.1.0"])
    hold = {"image": "docker.io/acme/web:1.1.0", "reason": "bad all the same"}
    infra.commit({".kbump-holds.json": json.dumps({"version": 1, "holds": [hold]})})
    [one] = run().promotions
    assert (one.released, [held.hold.reason for held in one.held]) == ([], ["bad all the same"])


@pytest.mark.parametrize("infra", ["github"], indirect=True)
def test_each_group_releases_its_own(infra: Infra, run: Run, qa: Source) -> None:
    infra.commit({"api.yaml": pod("1", "api"), ".kbump.yaml": "promotion: {groups: {shop: [acme/web]}}\n"})
    holds = [{"image": "docker.io/acme/api:2"}, {"image": "docker.io/acme/web:1.1.0"}]
    infra.commit({".kbump-holds.json": json.dumps({"version": 1, "holds": holds})})
    qa.has(api=pod("2", "api"))
    run(release=["acme/web:1.1.0"])
    assert [(one.group, one.status, one.released) for one in run().promotions] == [
        ("shop", "unchanged", ["docker.io/acme/web:1.1.0"]),
        ("", "nothing", []),
    ]


def test_a_second_rollback_goes_further_back(infra: Infra, run: Run, qa: Source) -> None:
    infra.merge(run().promotions[0].proposal.pull_request.number)
    qa.has(web=pod("1.2.0"))
    infra.merge(run().promotions[0].proposal.pull_request.number)
    infra.merge(run(rollback="").promotions[0].proposal.pull_request.number)
    assert infra.read("web.yaml") == pod("1.1.0")
    infra.merge(run(rollback="").promotions[0].proposal.pull_request.number)
    assert infra.read("web.yaml") == pod("1.0.0")
    holds = json.loads(infra.read(".kbump-holds.json"))["holds"]
    assert [hold["image"] for hold in holds] == ["docker.io/acme/web:1.1.0", "docker.io/acme/web:1.2.0"]


@pytest.mark.parametrize("infra", ["github"], indirect=True)
def test_a_run_that_dies_between_branch_and_pull_request_is_finished_by_the_next(infra: Infra, run: Run) -> None:
    infra.host.github.fault("POST", "/pulls$", refuses(403))
    with pytest.raises(ForgeError):
        run()
    assert infra.branches() == {"main", "kbump/promote"}
    assert run().promotions[0].status == "opened"


def test_standard_input_is_no_source() -> None:
    with pytest.raises(UsageError, match="standard input"):
        promote("https://git.example.com/ops/infra", "-", environ=os.environ)


def words(result: PromoteResult) -> str:
    return "\n".join(promote_words(result, verbose=False, colour=False))


def test_an_open_pull_request_that_a_gate_keeps_as_it_is_is_said(infra: Infra, run: Run, qa: Source) -> None:
    pull = run().promotions[0].proposal.pull_request
    qa.has(web=pod("2.0.0"))
    refused = run(gates=Gates({}, "minor"))
    [one] = refused.promotions
    assert (one.status, one.standing.number, refused.exit_code) == ("refused", pull.number, 1)
    assert words(refused).endswith(f'a gate refused: {pull.url} stays as it is, and still offers "{pull.title}"')
    assert [(one.state, one.title) for one in infra.pulls("kbump/promote")] == [("open", pull.title)]


def test_what_is_held_back_meanwhile_is_closed_with_that_reason(infra: Infra, run: Run) -> None:
    pull = run().promotions[0].proposal.pull_request
    hold = {"image": "docker.io/acme/web:1.1.0", "reason": "bad"}
    infra.commit({".kbump-holds.json": json.dumps({"version": 1, "holds": [hold]})})
    done = run()
    assert done.promotions[0].status == "withdrawn"
    assert words(done).endswith(f"closed {pull.url}: what it proposed is held back")
    assert "held back now" in infra.forge.comments(pull.number)[0].body


def test_another_source_replaces_what_the_first_proposed_and_says_so(infra: Infra, run: Run) -> None:
    run(build=Build("acme/shop"))
    done = run(build=Build("acme/admin"))
    assert (done.promotions[0].status, done.promotions[0].replaces) == ("refreshed", "acme/shop")
    assert "note: this replaces what acme/shop proposed" in words(done)
    assert run(build=Build("acme/admin")).promotions[0].replaces == ""


def test_what_another_source_proposes_is_not_closed(infra: Infra, run: Run, qa: Source) -> None:
    pull = run(build=Build("acme/shop")).promotions[0].proposal.pull_request
    qa.has(web=pod("1.0.0"))
    [one] = run(build=Build("acme/admin")).promotions
    assert (one.status, infra.forge.pull_request(pull.number).state) == ("nothing", "open")
    assert run(build=Build("acme/shop")).promotions[0].status == "withdrawn"


def test_sources_with_a_group_each_have_a_pull_request_each(infra: Infra, run: Run, qa: Source) -> None:
    infra.commit({"api.yaml": pod("1", "api")})
    for name, files in (("shop", {"web": pod("1.1.0")}), ("admin", {"api": pod("2", "api")})):
        for path in qa.folder.iterdir():
            path.unlink()
        qa.has(**files)
        (qa.folder / ".kbump.yaml").write_text(f"promotion: {{groups: {{{name}: ['*']}}}}\n")
        assert [(one.group, one.status) for one in run(build=Build(f"acme/{name}")).promotions] == [
            (name, "opened"),
            ("", "nothing"),
        ]
    assert {"kbump/promote.shop", "kbump/promote.admin"} < infra.branches()


SCOPES = ("write:repository", "write:issue", "read:user")


@pytest.mark.parametrize("infra", ["gitea"], indirect=True)
@pytest.mark.parametrize("missing", ["write:repository", "write:issue"])
def test_what_a_narrow_token_lacks_is_named(infra: Infra, run: Run, missing: str) -> None:
    server = infra.host.server
    token = server.token(infra.host.bot, *(scope for scope in SCOPES if scope != missing))
    with pytest.raises(KbumpError) as caught:
        run(environ={**os.environ, "KBUMP_TOKEN": token}, labels=["promotion"])
    words = f"{caught.value} {caught.value.hint}"
    assert missing.partition(":")[2] in words or "may not do this" in words


@pytest.mark.parametrize("infra", ["gitea"], indirect=True)
def test_a_token_that_may_not_tell_whose_it_is_promotes_all_the_same(infra: Infra, run: Run) -> None:
    token = infra.host.server.token(infra.host.bot, "write:repository", "write:issue")
    assert run(environ={**os.environ, "KBUMP_TOKEN": token}, labels=["promotion"]).promotions[0].status == "opened"


@pytest.mark.parametrize("infra", ["gitea"], indirect=True)
def test_a_protected_branch_takes_a_pull_request_and_a_renamed_one_is_followed(infra: Infra, run: Run) -> None:
    infra.host.rename_default("trunk")
    infra.host.protect("trunk")
    done = run(reviewers=[infra.host.server.person, "nobody-at-all"])
    [one] = done.promotions
    assert (one.status, done.branch, one.proposal.pull_request.base) == ("opened", "trunk", "trunk")
    assert "nobody-at-all" in one.proposal.notes[0]


@pytest.mark.parametrize("infra", ["gitea"], indirect=True)
def test_an_archived_repository_is_said_to_be_archived(infra: Infra, run: Run) -> None:
    infra.host.archive()
    with pytest.raises(KbumpError) as caught:
        run()
    assert "archived" in f"{caught.value} {caught.value.hint}"
