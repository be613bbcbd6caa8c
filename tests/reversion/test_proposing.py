"""Where the policy is pull requests, images go back by one, on both forges."""

from __future__ import annotations

import os
import time

from kbump.config import NO_CONFIG, Config
from kbump.delivery.checkout import Access
from kbump.provenance import Build
from kbump.remote import Remote
from kbump.reversion.place import Place
from kbump.reversion.result import Gone, Reverted
from kbump.reversion.reverting import revert
from tests.delivery.infra import Infra
from tests.reversion.test_reverting import deployment


def reverted(infra: Infra) -> Reverted:
    config: Config = NO_CONFIG._replace(forge=infra.choice)
    access = Access({**os.environ, **infra.secrets}, time.monotonic() + 60)
    gone = Gone("Deployment", "web", "main", "acme/web:2", "acme/web:1")
    place = Place(Remote.parse(infra.url), "main", ("k8s",))
    return revert(place, [gone], config, Build("acme/infra", "main", "", 7, link="https://ci.example.com/7"), access)


def test_what_takes_only_pull_requests_gets_one_and_the_next_run_refreshes_it(infra: Infra) -> None:
    infra.commit({"k8s/web.yaml": deployment("1"), ".kbump.yaml": "delivery: pull-request\n"})
    had = infra.tip("main")
    infra.commit({"k8s/web.yaml": deployment("2")})
    done = reverted(infra)
    assert (done.status, done.proposal and done.proposal.status) == ("proposed", "opened")
    assert infra.read("k8s/web.yaml") == deployment("2")
    assert done.proposal
    assert done.proposal.pull_request
    [pull] = infra.pulls(done.proposal.pull_request.head)
    assert pull.title == "Roll back web 2 → 1"
    assert pull.head.startswith("kbump/rollback+web-")
    assert f"This goes back to what was here at `{had[:12]}`, too." in pull.body
    assert "By [build 7](https://ci.example.com/7) of `main` in `acme/infra`." in pull.body
    assert infra.read("k8s/web.yaml", pull.head) == deployment("1")
    assert "docker.io/acme/web:2" in infra.read(".kbump-holds.json", pull.head)
    again = reverted(infra)
    assert again.proposal
    assert again.proposal.status == "unchanged"


def test_what_people_did_with_the_pull_request_stays(infra: Infra) -> None:
    infra.commit({"k8s/web.yaml": deployment("1"), ".kbump.yaml": "delivery: pull-request\n"})
    infra.commit({"k8s/web.yaml": deployment("2")})
    opened = reverted(infra)
    assert opened.proposal
    assert opened.proposal.pull_request
    pull = opened.proposal.pull_request
    infra.commit({"mine.txt": "by hand\n"}, branch=pull.head)
    done = reverted(infra)
    assert (done.status, done.reason) == ("failed", f"{pull.url} has commits that kbump did not make")
    infra.close(pull.number)
    done = reverted(infra)
    assert (done.status, done.reason) == ("nothing", f"a person closed {pull.url}, which has the same content")
