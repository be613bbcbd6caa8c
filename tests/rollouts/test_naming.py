"""KIND/NAME, as kubectl's users write it."""

from __future__ import annotations

import pytest

from kbump.errors import UsageError
from kbump.rollouts.naming import named


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("deployment/web", "apps/v1 Deployment shop/web"),
        ("Deployments/web", "apps/v1 Deployment shop/web"),
        ("deployments.apps/web", "apps/v1 Deployment shop/web"),
        ("sts/db", "apps/v1 StatefulSet shop/db"),
        ("ing/web", "networking.k8s.io/v1 Ingress shop/web"),
        ("crd/widgets.example.com", "apiextensions.k8s.io/v1 CustomResourceDefinition /widgets.example.com"),
    ],
)
def test_a_name_means_a_workload(text: str, subject: str) -> None:
    found = named(text, "shop")
    assert f"{found.api_version} {found.kind} {found.namespace}/{found.name}" == subject


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("web", "write it as deployment/web"),
        ("deployment/", "write it as deployment/web"),
        ("deployment/a/b", "write it as deployment/web"),
        ("deploymnet/web", "did you mean `deployment/web`?"),
        ("xyz/web", "known are cronjob, "),
    ],
)
def test_what_is_no_name_is_refused_with_a_hint(text: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        named(text, "shop")
    assert (caught.value.hint or "").startswith(hint)
