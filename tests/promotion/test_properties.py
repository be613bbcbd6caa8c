"""Properties of a promotion over made-up trees: manifests, kustomizations and Helm values, in several directories."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kbump.config import NO_CONFIG
from kbump.holds import Holds
from kbump.rewriting.carrying import Carriage, carry
from kbump.rewriting.partners import Placed
from kbump.source import Source, apply_edits
from kbump.targets.contents import Contents, read_contents
from kbump.targets.planning import TargetPlan, planned
from kbump.yaml.constructor import construct

Files = dict[str, str]

DIRECTORIES = st.sampled_from(["", "a/", "b/", "a/c/", "overlays/x/", "overlays/y/"])
REPOSITORIES = ["web", "acme/web", "ghcr.io/acme/web", "redis"]
DIGESTS = [f"@sha256:{digit * 64}" for digit in "ab"]
NAMES = st.sampled_from(["web", "redis"])
IMAGES = st.builds(
    lambda name, tag, digest: f"{name}{tag}{digest}",
    st.sampled_from(REPOSITORIES),
    st.sampled_from(["", ":1.0", ":1.1", ":2"]),
    st.sampled_from(["", "", *DIGESTS]),
)
OTHERS = {"image", "newTag", "newName", "digest", "tag", "repository"}


@st.composite
def workloads(draw: Any) -> str:
    kind = draw(st.sampled_from(["Deployment", "StatefulSet"]))
    names = draw(st.lists(st.sampled_from("cd"), min_size=1, max_size=2, unique=True))
    containers = [{"name": name, "image": draw(IMAGES)} for name in names]
    namespace = draw(st.sampled_from(["", "", "one", "two"]))
    metadata = {"name": draw(NAMES), **({"namespace": namespace} if namespace else {})}
    spec = {"replicas": 1, "template": {"spec": {"containers": containers}}}
    return json.dumps({"apiVersion": "apps/v1", "kind": kind, "metadata": metadata, "spec": spec}, indent=1)


@st.composite
def entries(draw: Any) -> dict[str, str]:
    found = {"name": draw(st.sampled_from(REPOSITORIES))}
    parts = {"newName": REPOSITORIES, "newTag": ["1.0", "2.1"], "digest": [one[1:] for one in DIGESTS]}
    for key, texts in parts.items():
        if draw(st.booleans()):
            found[key] = draw(st.sampled_from(texts))
    return found


def values(image: str, tag: str, other: str) -> str:
    return f"replicas: 2\nimage:\n  repository: {image}\n  tag: '{tag}'\nsidecar:\n  image: {other}\n"


@st.composite
def trees(draw: Any) -> Files:
    found: Files = {}
    for _ in range(draw(st.integers(1, 4))):
        place = draw(DIRECTORIES) + draw(st.sampled_from(["web.yaml", "all.yaml"]))
        found[place] = "\n---\n".join(draw(st.lists(workloads(), min_size=1, max_size=2))) + "\n"
    for directory in draw(st.lists(DIRECTORIES, max_size=2, unique=True)):
        below = "../" * directory.count("/")
        listed = [f"{below}{name}" for name in draw(st.lists(st.sampled_from(sorted(found)), max_size=2, unique=True))]
        images = draw(st.lists(entries(), min_size=1, max_size=2, unique_by=lambda one: one["name"]))
        data = {"resources": listed, "images": images}
        found[f"{directory}kustomization.yaml"] = json.dumps(data, indent=1) + "\n"
    if draw(st.booleans()):
        found["chart/Chart.yaml"] = "apiVersion: v2\nname: web\nversion: 1.0.0\n"
        for name in draw(st.lists(st.sampled_from(["values.yaml", "values-x.yaml"]), min_size=1, unique=True)):
            name_of = st.sampled_from(REPOSITORIES)
            found[f"chart/{name}"] = values(draw(name_of), draw(st.sampled_from(["1.0", "1.1"])), draw(IMAGES))
    return found


MAPS = st.sampled_from([{}, {"redis": "registry.example.com/redis"}, {"ghcr.io/acme/web": "acme/web"}])
PROFILE = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Ran(NamedTuple):
    """A promotion of one tree into another one."""

    source: Contents
    target: Contents
    found: Carriage
    plan: TargetPlan
    after: Files


def promoted(source: Files, target: Files, repositories: dict[str, str]) -> Ran:
    with tempfile.TemporaryDirectory() as folder:
        sides = Path(folder).resolve() / "source", Path(folder).resolve() / "target"
        for side, files in zip(sides, (source, target), strict=True):
            for name, text in files.items():
                (side / name).parent.mkdir(parents=True, exist_ok=True)
                (side / name).write_text(text)
        ours, theirs = (
            read_contents(str(side), NO_CONFIG, lambda path, side=side: str(Path(path).relative_to(side)), ignore=False)
            for side in sides
        )
        found = carry(ours.decided(), theirs.placed, repositories)
        plan = planned(found.carried, theirs, Holds())
    edited = {text.name: apply_edits(text.text, edits) for text, edits in plan.edits}
    return Ran(ours, theirs, found, plan, {**target, **edited})


@PROFILE
@given(trees(), trees(), MAPS)
def test_a_second_run_changes_nothing(source: Files, target: Files, repositories: dict[str, str]) -> None:
    first = promoted(source, target, repositories)
    second = promoted(source, first.after, repositories)
    assert second.after == first.after
    assert second.plan.edits == []


@PROFILE
@given(trees(), trees(), MAPS)
def test_only_images_change(source: Files, target: Files, repositories: dict[str, str]) -> None:
    after = promoted(source, target, repositories).after
    assert sorted(after) == sorted(target)
    for name, text in target.items():
        assert masked(read(name, after[name])) == masked(read(name, text))


@PROFILE
@given(trees(), trees(), MAPS)
def test_each_field_gets_what_its_partner_has_or_is_left_with_a_reason(
    source: Files, target: Files, repositories: dict[str, str]
) -> None:
    ran = promoted(source, target, repositories)
    told = [id(one.field.main) for one in (*ran.found.carried, *ran.found.left)]
    assert sorted(told) == sorted(id(one.field.main) for one in ran.target.placed)
    assert all(one.reason for one in ran.found.left)
    partners = {id(one.field): one for one in ran.source.decided()}
    for carried, one in paired(ran):
        partner = partners[id(carried.source)]
        new, old = partner.reference, carried.reference
        assert new is not None
        assert old.tag in (new.tag, one.field.reference and one.field.reference.tag)
        own = [other for other in partners.values() if exact(other) == exact(one)]
        if len(own) == 1:
            assert partner.field is own[0].field
    changes = [change for change in ran.plan.changes if change.status == "refused"]
    assert all(change.reason for change in changes)


@PROFILE
@given(trees())
def test_an_environment_is_its_own_match(tree: Files) -> None:
    ran = promoted(tree, tree, {})
    assert ran.plan.edits == []


def paired(ran: Ran) -> list[tuple[Any, Placed]]:
    fields = {id(one.field.main): one for one in ran.target.placed}
    return [(one, fields[id(one.field.main)]) for one in ran.found.carried]


def exact(one: Placed) -> tuple[object, ...]:
    """Return all that says which field of a tree one is."""
    field, manifest = one.field, one.field.manifest
    return one.file, manifest.kind, manifest.namespace, manifest.name, field.container or field.path_text


def read(name: str, text: str) -> list[Any]:
    return list(construct(Source(name, text)))


def masked(value: Any) -> Any:
    """Return a value without its images."""
    if isinstance(value, dict):
        kept = {key: masked(below) for key, below in value.items() if not (key in OTHERS and isinstance(below, str))}
        return {key: below for key, below in kept.items() if below != {}}
    return [masked(item) for item in value] if isinstance(value, list) else value
