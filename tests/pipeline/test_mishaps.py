"""What goes wrong in the pipeline: bad images, builds that overtake one another, rollbacks, servers that are away."""

from __future__ import annotations

from tests.pipeline.company import IMAGE, Company


def tag(company: Company, name: str) -> None:
    """Tag, and wait until QA has rolled it out, or failed to."""
    count = len(company.stages("infra-qa"))
    company.push_tag(name)
    company.after("infra-qa", count + 1)


def qa_has(company: Company, name: str) -> None:
    """Bring a tag to QA by hand, and wait until it is rolled out."""
    count = len(company.stages("infra-qa"))
    company.set_tag("infra-qa", name)
    company.after("infra-qa", count + 1)


def production_has(company: Company, name: str) -> None:
    """Bring a tag to production, as a person would."""
    qa_has(company, name)
    [pull] = company.pull_requests()
    count = len([one for one in company.stages("infra-production") if one.pipeline.name == "rollout"])
    company.merge(pull["number"])
    company.drone.until(lambda: len(company.ended("infra-production", "rollout")) > count)
    assert company.clusters["production"].settles(name)


def test_a_bad_image_in_qa_is_undone_and_explained_and_not_promoted(company: Company) -> None:
    qa_has(company, "v1.0.0")
    [before] = company.pull_requests()
    tag(company, "v1.1.0-crash")
    failed = company.stages("infra-qa")[1]
    assert failed.status == "failure"
    assert [one.name for one in failed.steps if one.status == "skipped"] == ["promote"]
    assert "fatal: cannot connect to database" in failed.log
    # The commit that puts git back is rolled out, too.
    undone = company.after("infra-qa", 3)
    assert undone.status == "success", undone.log
    assert company.clusters["qa"].settles("v1.0.0")
    company.change("infra-qa", "Two replicas", "replicas: 1", "replicas: 2")
    company.after("infra-qa", 4)
    assert company.image("infra-qa") == f"{IMAGE}:v1.0.0"
    assert company.clusters["qa"].running() == {"v1.0.0"}
    [after] = company.pull_requests()
    assert (after["number"], after["title"]) == (before["number"], before["title"])


def test_a_newer_tag_refreshes_the_one_pull_request(company: Company) -> None:
    tag(company, "v1.0.0")
    [first] = company.pull_requests()
    tag(company, "v1.1.0")
    [second] = company.pull_requests()
    assert second["number"] == first["number"]
    assert "v1.1.0" in second["title"]
    assert "v1.0.0" not in second["body"]
    company.after("infra-production", 2)
    checks = company.stages("infra-production")
    assert [(one.pipeline.name, one.build.action) for one in checks] == [("check", "opened"), ("check", "synchronized")]
    assert len(company.comments(first["number"])) == 2


def test_of_five_builds_at_once_the_newest_wins_and_older_ones_say_so(company: Company) -> None:
    drone = company.drone
    drone.hold()
    commits = [company.push_branch("feature/login", f"Change {number}") for number in range(5)]
    drone.until(lambda: len(company.stages("application")) == 5)
    # The runner takes the newest first.
    drone.stages.reverse()
    drone.hold(False)
    company.settled()
    newest = company.stages("application")[0]
    assert newest.build.number == 5
    assert company.image("infra-staging").endswith(commits[-1][:12])
    assert {one.status for one in company.stages("application")} == {"success"}
    older = [one for one in company.stages("application") if one.build.number != 5]
    assert all("superseded" in one.log or "pushed" in one.log for one in older)
    assert company.clusters["staging"].settles(newest.images[0].tags[0])

    first = next(one for one in company.stages("application") if one.build.number == 1)
    again = drone.restart(first.build)
    company.settled()
    assert "superseded" in next(one.log for one in company.stages("application") if one.build == again)
    assert company.image("infra-staging").endswith(commits[-1][:12])
    assert company.clusters["staging"].running() == set(newest.images[0].tags)


def test_what_production_rolled_back_is_not_promoted_again_and_a_fixed_image_is(company: Company) -> None:
    production_has(company, "v1.1.0")
    company.roll_back()
    [pull] = company.pull_requests()
    company.merge(pull["number"])
    company.drone.until(lambda: len(company.ended("infra-production", "rollout")) == 2)
    assert company.clusters["production"].settles("0.1.0")

    company.change("infra-qa", "Two replicas", "replicas: 1", "replicas: 2")
    again = company.after("infra-qa", 2)
    assert again.status == "success", again.log
    assert "held back" in again.log
    assert company.pull_requests() == []
    qa_has(company, "v1.1.1")
    [fixed] = company.pull_requests()
    assert "v1.1.1" in fixed["title"]


def test_a_plain_push_of_an_image_to_production_is_refused(company: Company) -> None:
    ran = company.robot("promotion_token", "set-image", f"{IMAGE}:v9", "--repo", company.url("infra-production"))
    assert ran.code == 1
    assert "delivery: pull-request" in ran.stderr
    assert company.image("infra-production") == f"{IMAGE}:0.1.0"


def test_an_invalid_manifest_is_refused_by_the_hook_and_by_the_pipeline(
    company: Company,
) -> None:
    assert company.hook("infra-staging", "kubernetes/deployments/project.yaml").code == 0
    company.change("infra-staging", "Invalid", "replicas: 1", "replica: 1")
    refused = company.hook("infra-staging", "kubernetes/deployments/project.yaml")
    assert (refused.code, "did you mean `replicas`?" in refused.stdout) == (1, True)
    stage = company.after("infra-staging", 1)
    assert stage.status == "failure"
    assert [(one.name, one.status) for one in stage.steps[1:]] == [("validate", "failure"), ("rollout", "skipped")]
    assert "did you mean `replicas`?" in stage.log
    assert company.clusters["staging"].deployment() == {}


def test_of_two_commits_at_once_the_older_one_is_neither_rolled_out_nor_promoted(company: Company) -> None:
    company.drone.hold()
    company.set_tag("infra-qa", "v1.0.0")
    company.set_tag("infra-qa", "v1.1.0")
    company.drone.until(lambda: len(company.stages("infra-qa")) == 2)
    company.drone.hold(False)
    company.settled()
    older, newer = company.stages("infra-qa")
    assert (older.status, newer.status) == ("success", "success"), older.log
    assert company.clusters["qa"].settles("v1.1.0")
    [pull] = company.pull_requests()
    assert "v1.1.0" in pull["title"]
