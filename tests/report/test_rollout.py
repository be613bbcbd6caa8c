"""A rollout as text, markdown, annotations and JSON; whole outputs are compared."""

from __future__ import annotations

import json

import jsonschema
import pytest

from kbump.cluster.diagnosis import Trouble
from kbump.delivery.result import Proposed
from kbump.errors import Location, SourceError
from kbump.forge import PullRequest
from kbump.report.rollout import (
    explanations_text,
    refusals_text,
    rollout_words,
    rows,
    status_words,
    undone_rows,
    undone_words,
)
from kbump.report.rollout_github import rollout_github
from kbump.report.rollout_json import rollout_json, status_json
from kbump.report.rollout_markdown import rollout_markdown
from kbump.reversion.result import Reverted
from kbump.rewriting.result import Change
from kbump.rollouts import (
    Applied,
    ClusterName,
    Explanation,
    Log,
    Refusal,
    RolloutResult,
    StatusResult,
    Undone,
    Warned,
    Workload,
)
from tests.conftest import ROOT

WEB, API = Location("k8s/web.yaml", 1, 1), Location("k8s/api.yaml", 3, 1)
CLUSTER = ClusterName("https://10.0.0.1:6443", "qa", "v1.36.3")
MISSING = Trouble(
    "image-missing", "the image `acme/api:2` does not exist", "check that the tag was pushed", "api-x2k1q", "api"
)
WHY = Explanation(
    [MISSING], [Log("api-x2k1q", "api", True, ["starting", "fatal: no \x1b[31mdatabase"])],
    [Warned("Pod api-x2k1q", "Failed", "Error: ErrImagePull", 3)], "kubectl describe pod api-x2k1q -n shop",
)  # fmt: skip
DONE = Workload("Deployment", "shop", "web", "changed", True, "done", "3 replicas available", 4.12, WEB)
FAILED = Workload(
    "Deployment", "shop", "api", "created", True, "failed", f"container api: {MISSING.message}", 6.2, API, WHY
)  # fmt: skip
CLAIM = Workload("PersistentVolumeClaim", "shop", "data", "unchanged", False, "waiting", "it is not bound", 0.0, API)
APPLIED = [
    Applied("Deployment", "shop", "web", "changed", WEB), Applied("Deployment", "shop", "api", "created", API),
    Applied("PersistentVolumeClaim", "shop", "data", "unchanged", API),
]  # fmt: skip
RESULT = RolloutResult(
    "failed", CLUSTER, APPLIED, [DONE, FAILED, CLAIM], seconds=8.04,
    notes=["pods may not be read", "passed over: a.txt is no manifest"], undone=[
        Undone("Deployment", "shop", "web", "failed", "it was put back to revision 2, and is not done: 0 of 3"),
        Undone("Deployment", "shop", "api", "left", "it is new"),
    ], held=["acme/web:2"],
)  # fmt: skip
TAG = Change(
    WEB, "Deployment", "shop", "web", "web", "spec", "acme/web:2", "acme/web:1", "downgrade", "changed", "", "",
    "manifest",
)  # fmt: skip
URL = "https://git.example.com/acme/infra"
PUSHED = Reverted("pushed", URL, "main", [TAG], "0123456789abcdef", left=["a.yaml: no"])
PULL = PullRequest(7, f"{URL}/pulls/7", "back", "", "open", "kbump/rollback", "", "main", draft=False, author="kbump")
PROPOSED = PUSHED._replace(status="proposed", left=[], proposal=Proposed("opened", PULL, "0123456789abcdef"))
FAILED_GIT = PUSHED._replace(status="failed", changes=[], commit="", reason="the push was refused")
NOTHING = FAILED_GIT._replace(status="nothing", reason="no image was undone")
STILL = "git still holds acme/web:2; the next rollout will try it again"
BACK = "promotions hold back what it had"
INFRA = "`main` of https://git.example.com/acme/infra"
REFUSED = RolloutResult(
    "refused", CLUSTER, refusals=[Refusal("Service shop/web", "`spec.clusterIP` cannot change\nmore", "delete it", WEB)]
)


def test_the_rows_are_aligned() -> None:
    assert rows(RESULT.workloads, colour=False) == (
        "done        Deployment shop/web              3 replicas available (changed, 4.1 s)\n"
        "failed      Deployment shop/api              container api: the image `acme/api:2` does not exist "
        "(created, 6.2 s)\n"
        "waiting     PersistentVolumeClaim shop/data  it is not bound (unchanged, not waited for)\n"
    )


def test_what_is_not_done_in_time_is_said_with_its_reason() -> None:
    waiting = FAILED._replace(word="waiting", message="0 of 1 updated replica available")
    words = rollout_words(RESULT._replace(ending="timed-out", workloads=[waiting]), verbose=False)[-1]
    why = f"(pod api-x2k1q, container api: {MISSING.message})"
    assert words.endswith(f"1 of 1 workload not done: Deployment shop/api: {waiting.message} {why}")


def test_what_is_not_done_is_explained() -> None:
    assert explanations_text(RESULT.workloads, colour=False) == (
        "\n"
        "Deployment shop/api failed: container api: the image `acme/api:2` does not exist\n"
        "  --> k8s/api.yaml:3:1\n"
        "  pod api-x2k1q, container api: the image `acme/api:2` does not exist\n"
        "  help: check that the tag was pushed\n"
        "  log of pod api-x2k1q, container api (before it was started again):\n"
        "    | starting\n"
        "    | fatal: no \u241b[31mdatabase\n"
        "  warnings:\n"
        "    Pod api-x2k1q: Failed: Error: ErrImagePull (3 times)\n"
        "  look further: kubectl describe pod api-x2k1q -n shop\n"
    )


def test_what_was_undone_is_said_with_what_failed_last() -> None:
    assert undone_rows(RESULT, colour=False) == (
        "\nundo:\n"
        "left        Deployment shop/api  it is new\n"
        "failed      Deployment shop/web  it was put back to revision 2, and is not done: 0 of 3\n"
    )
    assert undone_words(RESULT, colour=False) == [
        "git still holds acme/web:2; the next rollout will try it again",
        "THE UNDO FAILED for Deployment shop/web: look at it now, the cluster is between two versions",
    ]


def test_a_checkout_that_is_behind_is_no_failure() -> None:
    late = RolloutResult("superseded", notes=["the checkout is 0123456789ab, and `main` is at ba9876543210 by now"])
    assert rollout_words(late, verbose=False) == [
        "note: the checkout is 0123456789ab, and `main` is at ba9876543210 by now",
        "nothing was applied: a newer commit is there, whose own rollout counts",
    ]


@pytest.mark.parametrize(
    ("reverted", "held", "words"),
    [
        (PUSHED, [], ["left: a.yaml: no", f"{INFRA} is back at acme/web:1 by 0123456789ab; {BACK}"]),
        (
            PROPOSED, ["acme/web:2"],
            [
                "opened https://git.example.com/acme/infra/pulls/7",
                f"{INFRA} takes pull requests only: it goes back to acme/web:1 once that is merged",
                STILL,
            ],
        ),
        (NOTHING, ["acme/web:2"], [f"nothing was put back on {INFRA}: no image was undone", STILL]),
        (FAILED_GIT, ["acme/web:2"], [STILL, f"GIT WAS NOT PUT BACK, {INFRA}: the push was refused"]),
    ],
)  # fmt: skip
def test_what_came_of_git_is_said_in_every_form(reverted: Reverted, held: list[str], words: list[str]) -> None:
    result = RESULT._replace(reverted=reverted, held=held, undone=RESULT.undone[1:])
    assert undone_words(result, colour=False) == words
    schema = json.loads((ROOT / "schemas" / "rollout.schema.json").read_text())
    data = json.loads(rollout_json(result))
    jsonschema.validate(data, schema)
    assert (data["reverted"]["status"], data["reverted"]["reason"]) == (reverted.status, reverted.reason)
    level = {"pushed": "notice", "failed": "error"}.get(reverted.status, "warning")
    [line] = [line for line in rollout_github(result).splitlines() if "undo-git" in line]
    assert line.startswith(f"::{level} title=kbump undo-git::")
    assert words[0].partition(" ")[0] in line or reverted.status == "failed"
    page = rollout_markdown(result)
    assert ("**GIT WAS NOT PUT BACK" in page) == (reverted.status == "failed")
    assert "git.example.com/acme/infra" in page


def test_the_words_at_the_end_name_what_is_not_done() -> None:
    assert rollout_words(RESULT, verbose=False) == [
        "note: pods may not be read",
        "1 path passed over; `-v` names them",
        "failed after 8.0 s: 3 objects (1 created, 1 changed, 1 unchanged) applied to https://10.0.0.1:6443 "
        "(context qa, Kubernetes v1.36.3); 1 of 2 workloads not done: Deployment shop/api: container api: "
        "the image `acme/api:2` does not exist",
    ]


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (RESULT._replace(ending="timed-out"), "timed out after 8.0 s: 3 objects"),
        (
            RESULT._replace(ending="timed-out", applied=[], workloads=[], refusals=[Refusal("", "time was over")]),
            "timed out after 8.0 s: nothing was changed",
        ),
        (
            RESULT._replace(ending="timed-out", workloads=[], refusals=[Refusal("", "time was over")]),
            "timed out after 8.0 s: 3 objects (1 created, 1 changed, 1 unchanged) applied to https://10.0.0.1:6443",
        ),
        (RESULT._replace(ending="done", workloads=[DONE]), "1 workload done in 8.0 s"),
        (RESULT._replace(ending="done", workloads=[]), "; no workload to wait for in 8.0 s"),
        (RESULT._replace(ending="planned"), "dry run: 3 objects"),
        (REFUSED, "refused: 1 reason; nothing was changed"),
        (REFUSED._replace(refusals=(), errors=[SourceError("x")]), "refused: 1 error; nothing was changed"),
        (REFUSED._replace(ending="failed", applied=APPLIED[:1]), "failed: 1 object (1 changed) applied to"),
    ],
)
def test_each_ending_has_its_words(result: RolloutResult, words: str) -> None:
    assert words in rollout_words(result, verbose=True)[-1]


def test_a_refusal_has_its_place_and_a_hint() -> None:
    assert refusals_text(REFUSED, lambda file: None, colour=False) == (
        "k8s/web.yaml:1:1: error: Service shop/web: `spec.clusterIP` cannot change\n  more\n  hint: delete it\n"
    )


def test_a_page_has_no_logs() -> None:
    page = rollout_markdown(RESULT)
    assert "fatal" not in page
    assert page.startswith("**kbump rollout**: failed after ")
    assert "| **failed** | `Deployment shop/api` |" in page
    assert "<summary>1 warning of the cluster</summary>" in page
    assert "| **failed** | `Deployment shop/web` | it was put back to revision 2" in page
    assert "git still holds `acme/web:2`" in page
    assert rollout_markdown(REFUSED).splitlines()[2] == (
        "- `k8s/web.yaml:1:1`: `Service shop/web`: `spec.clusterIP` cannot change more (delete it)"
    )


def test_annotations_are_at_the_manifests() -> None:
    lines = rollout_github(RESULT).splitlines()
    assert lines[0] == (
        "::notice file=k8s/web.yaml,line=1,col=1,title=kbump done::Deployment shop/web: 3 replicas available"
    )
    assert lines[1].startswith("::error file=k8s/api.yaml,line=3,col=1,title=kbump failed::Deployment shop/api: ")
    assert lines[3].startswith("::error title=kbump undo failed::Deployment shop/web: ")
    assert rollout_github(REFUSED).startswith("::error file=k8s/web.yaml,line=1,col=1,title=kbump rollout::Service")


@pytest.mark.parametrize("result", [RESULT, REFUSED, RESULT._replace(errors=[SourceError("x", location=WEB)])])
def test_the_json_is_as_its_schema_says(result: RolloutResult) -> None:
    schema = json.loads((ROOT / "schemas" / "rollout.schema.json").read_text())
    jsonschema.validate(json.loads(rollout_json(result)), schema)


def test_a_status_has_rows_and_words() -> None:
    result = StatusResult(CLUSTER, [DONE, FAILED], ["Service shop/web"], ["pods may not be read"])
    schema = json.loads((ROOT / "schemas" / "status.schema.json").read_text())
    jsonschema.validate(json.loads(status_json(result)), schema)
    assert result.exit_code == 1
    assert status_words(result, verbose=False) == [
        "note: pods may not be read",
        "https://10.0.0.1:6443 (context qa, Kubernetes v1.36.3): 1 done, 1 failed, 1 not there",
    ]
    assert StatusResult(CLUSTER, [DONE]).exit_code == 0


def test_exit_codes_are_those_of_the_readme() -> None:
    endings = {"done": 0, "planned": 0, "superseded": 0, "failed": 1, "refused": 1, "timed-out": 3}
    assert {ending: RolloutResult(ending).exit_code for ending in endings} == endings  # type: ignore[arg-type]
    assert REFUSED._replace(errors=[SourceError("x")]).exit_code == 2
