"""What is applied before what."""

from __future__ import annotations

import pytest

from kbump.errors import Location
from kbump.rollouts.ordering import FOUNDATIONS, NEEDS, ROUTES, WORKLOADS, in_phases, phase_of
from kbump.rollouts.planned import Planned


def planned(api_version: str, kind: str, name: str = "a") -> Planned:
    return Planned(api_version, kind, "", name, {}, Location("a.yaml", 1, 1))


@pytest.mark.parametrize(
    ("api_version", "kind", "phase"),
    [
        ("v1", "Namespace", FOUNDATIONS),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition", FOUNDATIONS),
        ("v1", "ServiceAccount", NEEDS),
        ("rbac.authorization.k8s.io/v1", "RoleBinding", NEEDS),
        ("v1", "ConfigMap", NEEDS),
        ("v1", "Secret", NEEDS),
        ("v1", "PersistentVolumeClaim", NEEDS),
        ("apps/v1", "Deployment", WORKLOADS),
        ("batch/v1", "CronJob", WORKLOADS),
        ("example.com/v1", "Widget", WORKLOADS),
        ("v1", "Service", ROUTES),
        ("networking.k8s.io/v1", "Ingress", ROUTES),
        ("gateway.networking.k8s.io/v1", "HTTPRoute", ROUTES),
        ("autoscaling/v2", "HorizontalPodAutoscaler", ROUTES),
        ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", ROUTES),
    ],
)
def test_a_kind_has_its_phase(api_version: str, kind: str, phase: int) -> None:
    assert phase_of(planned(api_version, kind)) == phase


def test_a_kind_of_another_group_with_a_known_name_is_a_custom_resource() -> None:
    assert phase_of(planned("serving.knative.dev/v1", "Service")) == WORKLOADS


def test_within_a_phase_what_others_need_comes_first_and_workloads_keep_their_order() -> None:
    listed = [
        planned("apps/v1", "Deployment", "b"), planned("rbac.authorization.k8s.io/v1", "RoleBinding"),
        planned("apps/v1", "Deployment", "a"), planned("v1", "Secret"), planned("v1", "ServiceAccount"),
    ]  # fmt: skip
    found = [[f"{one.kind} {one.name}" for one in phase] for phase in in_phases(listed)]
    assert found == [
        [], ["ServiceAccount a", "RoleBinding a", "Secret a"], ["Deployment b", "Deployment a"], [],
    ]  # fmt: skip
