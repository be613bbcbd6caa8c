"""The examples are valid, and the manifests that they were made from are refused with the way out named."""

from __future__ import annotations

import pytest

from kbump import validate
from tests.conftest import CASES, ROOT

SEEDS = ("infra-staging", "infra-qa", "infra-production")


def test_the_examples_are_valid_for_1_36() -> None:
    result = validate(str(ROOT / "examples"), kubernetes_version="1.36")
    assert (result.findings, result.errors, result.unknown) == ([], [], {})
    assert result.resources == 9


@pytest.mark.parametrize("seed", SEEDS)
def test_the_original_manifests_are_refused_with_the_replacement_and_the_line(seed: str) -> None:
    result = validate(str(CASES / "seed" / seed), kubernetes_version="1.36")
    found = [(one.location.line, one.location.column, one.rule, one.message, one.fix) for one in result.findings]
    assert found == [
        (
            1,
            13,
            "removed-api",
            "apps/v1beta1 Deployment was removed in Kubernetes 1.16",
            "use apps/v1 Deployment (available since 1.9)",
        ),
        (
            1,
            13,
            "removed-api",
            "extensions/v1beta1 Ingress was removed in Kubernetes 1.22",
            "use networking.k8s.io/v1 Ingress (available since 1.19)",
        ),
    ]
