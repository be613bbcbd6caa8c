"""`${...}`: the forms of https://docs.drone.io/pipeline/environment/substitution/."""

from __future__ import annotations

import pytest

from tests.pipeline.drone.substitution import substitute

VARIABLES = {
    "DRONE_BRANCH": "feature/log/in",
    "DRONE_COMMIT_SHA": "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d",
    "DRONE_REPO_NAME": "pipeline-application-infra-qa",
    "DRONE_TAG": "v1.2.3",
    "DRONE_COMMIT_MESSAGE": 'one\ntwo "three"',
    "DRONE_STEP_NAME": "build",
    "EMPTY": "",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${DRONE_TAG}", "v1.2.3"),
        ("a${DRONE_TAG}b${DRONE_TAG}", "av1.2.3bv1.2.3"),
        ("$DRONE_TAG", "$DRONE_TAG"),
        ("$${DRONE_TAG}", "${DRONE_TAG}"),
        ("${UNKNOWN}", ""),
        ("${DRONE_STEP_NAME}", ""),
        ("${#DRONE_TAG}", "6"),
        ("${DRONE_COMMIT_SHA:0:7}", "7fd1a60"),
        ("${DRONE_COMMIT_SHA:36}", "f11d"),
        ("${DRONE_TAG:9:2}", ""),
        ("${DRONE_TAG#v}", "1.2.3"),
        ("${DRONE_BRANCH#*/}", "log/in"),
        ("${DRONE_BRANCH##*/}", "in"),
        ("${DRONE_BRANCH%/*}", "feature/log"),
        ("${DRONE_BRANCH%%/*}", "feature"),
        ("${DRONE_BRANCH%nothing}", "feature/log/in"),
        ("${DRONE_REPO_NAME/qa/production}", "pipeline-application-infra-production"),
        ("${DRONE_BRANCH/\\//-}", "feature-log/in"),
        ("${DRONE_BRANCH//\\//-}", "feature-log-in"),
        ("${DRONE_BRANCH/#feature/f}", "f/log/in"),
        ("${DRONE_BRANCH/%in/out}", "feature/log/out"),
        ("${DRONE_BRANCH/#in/out}", "feature/log/in"),
        ("${DRONE_BRANCH/log}", "feature//in"),
        ("${DRONE_TAG^}", "V1.2.3"),
        ("${DRONE_TAG^^}", "V1.2.3"),
        ("${DRONE_REPO_NAME^^}", "PIPELINE-APPLICATION-INFRA-QA"),
        ("${DRONE_REPO_NAME,,}", "pipeline-application-infra-qa"),
        ("${EMPTY=x}", "x"),
        ("${EMPTY:=x}", "x"),
        ("${EMPTY:-x y}", "x y"),
        ("${DRONE_TAG:-x}", "v1.2.3"),
        ("message: ${DRONE_COMMIT_MESSAGE}", 'message: "one\\ntwo \\"three\\""'),
    ],
)
def test_a_form_becomes_its_value(text: str, expected: str) -> None:
    assert substitute(text, VARIABLES) == expected


def test_a_form_that_drone_does_not_know_is_an_error() -> None:
    with pytest.raises(ValueError, match="is no substitution that Drone knows"):
        substitute("${DRONE_TAG?}", VARIABLES)
