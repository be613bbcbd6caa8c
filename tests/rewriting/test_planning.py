from __future__ import annotations

import pytest

from kbump.fields import image_fields
from kbump.image import ImageReference
from kbump.manifest import manifests
from kbump.rewriting.planning import plan
from kbump.source import Source, apply_edits
from kbump.yaml.composer import compose

SPLIT = "image: {{registry: {}, repository: {}, tag: {}}}\n"
# What a values file says, what it is to say, and what it says then: a promotion brings names in any spelling.
PAIRS = {
    "another spelling of the same name changes nothing": (
        ("docker.io", "library/nginx", "v1"), "nginx:v1", ("docker.io", "library/nginx", "v1"),
    ),
    "another spelling of the same name changes the tag alone": (
        ("docker.io", "library/nginx", "v1"), "index.docker.io/library/nginx:v2", ("docker.io", "library/nginx", "v2"),
    ),
    "another registry changes the registry alone": (
        ("ghcr.io", "acme/web", "v1"), "quay.io/acme/web:v1", ("quay.io", "acme/web", "v1"),
    ),
    "another repository of the registry changes the repository alone": (
        ("ghcr.io", "acme/web", "v1"), "ghcr.io/acme/app:v1", ("ghcr.io", "acme/app", "v1"),
    ),
    "a registry that has a part of the path gets the domain alone": (
        ("ghcr.io/acme", "web", "v1"), "quay.io/acme/web:v2", ("quay.io", "acme/web", "v2"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("before", "reference", "after"), PAIRS.values(), ids=PAIRS)
def test_a_pair_of_field_and_reference_becomes_edits(
    before: tuple[str, ...], reference: str, after: tuple[str, ...]
) -> None:
    source = Source("values.yaml", SPLIT.format(*before))
    fields = [field for one in manifests(source, compose(source), values=True) for field in image_fields(one)]
    [planned] = plan((field, ImageReference.parse(reference)) for field in fields)
    assert not planned.refusal
    assert apply_edits(source.text, planned.edits) == SPLIT.format(*after)
