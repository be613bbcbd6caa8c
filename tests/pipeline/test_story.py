"""One test for each sentence of the description in examples/seed/deployment-pipeline.md, of one story."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forge.hosts import GiteaServer
from tests.pipeline.cluster import Cluster
from tests.pipeline.company import IMAGE, Company
from tests.pipeline.story import Told, tell


@pytest.fixture(scope="module")
def company(gitea_server: GiteaServer, clusters: dict[str, Cluster]) -> Iterator[Company]:
    with tempfile.TemporaryDirectory() as folder, Company.open(gitea_server, clusters, Path(folder)) as found:
        yield found


@pytest.fixture(scope="module")
def told(company: Company) -> Told:
    return tell(company, print)


def test_a_push_to_any_branch_but_master_builds_an_image_and_updates_the_staging_repository(told: Told) -> None:
    assert told.branch.status == "success", told.branch.log
    assert told.branch_image.repository == IMAGE
    [tag] = told.branch_image.tags
    assert tag.startswith("feature-login")
    assert told.commit[:12] in tag
    assert told.after_branch.git == {"staging": tag, "qa": "0.1.0", "production": "0.1.0"}


def test_a_push_to_the_staging_repository_is_deployed_to_the_staging_cluster(told: Told) -> None:
    assert told.after_branch.running == {"staging": set(told.branch_image.tags), "qa": set(), "production": set()}


def test_a_tag_builds_an_image_of_that_tag_and_updates_the_qa_repository(told: Told) -> None:
    assert [(one.repository, one.tags) for one in told.tag.images] == [(IMAGE, ("v1.0.0",))]
    assert (told.after_tag.git["qa"], told.after_tag.git["production"]) == ("v1.0.0", "0.1.0")


def test_a_push_to_the_qa_repository_is_deployed_to_the_qa_cluster(told: Told) -> None:
    assert told.after_tag.running == {**told.after_branch.running, "qa": {"v1.0.0"}}


def test_a_successful_deployment_to_qa_opens_a_pull_request_on_the_production_repository(told: Told) -> None:
    assert told.proposal["title"] == (
        "Promote pipeline-application 0.1.0 → v1.0.0 to pipeline-application-infra-production"
    )
    assert "0.1.0" in told.proposal["body"]
    assert "v1.0.0" in told.proposal["body"]
    assert "deployed" in told.proposal["body"]


def test_the_rolling_update_to_production_is_gated_by_the_pull_request(told: Told) -> None:
    assert told.after_tag.running["production"] == set()
    assert [one.splitlines()[0] for one in told.checked] == [
        "<!-- kbump:validate of=kubernetes -->",
        "<!-- kbump:diff of=origin/master%3Akubernetes%20kubernetes -->",
    ]


def test_a_merge_on_the_production_repository_is_deployed_to_the_production_cluster(told: Told) -> None:
    assert told.after_merge.git == {**told.after_tag.git, "production": "v1.0.0"}
    assert told.after_merge.running == {**told.after_tag.running, "production": {"v1.0.0"}}
    [comment] = told.commented
    assert "1 workload done" in comment


def test_a_push_to_master_of_the_application_builds_nothing(company: Company, told: Told) -> None:
    assert [one.build.ref for one in company.stages("application")] == ["refs/heads/feature/login", "refs/tags/v1.0.0"]


def test_nobody_was_given_more_than_they_needed(company: Company, told: Told) -> None:
    assert all(one.status == "success" for one in company.drone.stages)
    assert all("may not" not in one.log for one in company.drone.stages)
