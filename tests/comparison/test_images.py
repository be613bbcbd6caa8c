from __future__ import annotations

from pathlib import Path

import pytest

from kbump.comparison import PromotionDiff, Side, compare
from kbump.comparison.documents import items, parts
from kbump.comparison.images import Images, change_of, same_image
from kbump.errors import SourceError
from kbump.fields import image_fields
from kbump.manifest import manifests
from kbump.source import Source
from kbump.yaml.composer import compose
from kbump.yaml.nodes import walk
from kbump.yaml.scalars import resolve
from tests.conftest import CASES

FILES = sorted(path for verb in ("images", "seed", "set_image") for path in (CASES / verb).rglob("*.yaml"))
POD = "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  containers:\n{0}"


def differing(old: str, new: str) -> PromotionDiff:
    return compare(*(Side(name, [Source(f"{name}.yaml", text)]) for name, text in (("old", old), ("new", new))))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CASES)))
def test_the_images_of_objects_are_where_image_fields_has_them(path: Path) -> None:
    try:
        source = Source.from_bytes(str(path), path.read_bytes())
        found = list(manifests(source, compose(source)))
    except SourceError:
        return
    side = Side("a", [source])
    known = {
        (one.part.number + one.resource.document, one.resource.path): one for one in items(side, list(parts(side)))[0]
    }
    for manifest in (one for one in found if one.role == "manifest"):
        images = Images(known[manifest.document.number, manifest.path], {})
        fields = {field.path[len(manifest.path) :]: field for field in image_fields(manifest)}
        for node, place in walk(manifest.node):
            image, field = images.find(place), fields.get(place)
            if type(getattr(node, "value", None)) is str and (image or field):
                assert image
                assert field
                assert image.raw == field.raw
                # To kubectl the name `y` is true.
                assert image.container == field.container or type(resolve(field.container)) is not str
                assert images.location(place, image.raw) == field.location


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("  - {{name: c, image: a/b:{0}}}\n", id="in a flow mapping"),
        pytest.param('  - name: c\n    image: "a/b:{0}"  # the image\n', id="in quotes"),
        pytest.param("  - image: a/b:{0}\n    name: c\n", id="behind a dash"),
        pytest.param(
            "  - name: c\n    # image: a/b:{0}\n    image: &image a/b:{0}\n", id="with an anchor, and in a comment"
        ),
        pytest.param("  - name: c\n    image: >-\n      a/b:{0}\n", id="in a block"),
        pytest.param("  - name: c\n    image: 'a/b:{0}'\n  - name: d\n    image: a/b:{0}\n", id="twice"),
        pytest.param('  - name: c\n    image: "a/b\\u003a{0}"\n', id="with an escape"),
        pytest.param(
            '  - name: c\n    env: [{{name: X, value: a/b:{0}x}}]\n    "image": a/b:{0}\n', id="with a quoted key"
        ),
    ],
)
def test_an_image_is_where_image_fields_has_it(line: str) -> None:
    old, new = (POD.format(line.format(tag)) for tag in ("1.4.1", "1.4.2"))
    result = differing(old, f"# moved\n---\n{new}")
    for name, text, locations in (
        ("old.yaml", old, [one.old_location for one in result.images]),
        ("new.yaml", f"# moved\n---\n{new}", [one.new_location for one in result.images]),
    ):
        source = Source(name, text)
        fields = [field for one in manifests(source, compose(source)) for field in image_fields(one)]
        assert locations == [field.location for field in fields]
    assert {(one.old, one.new, one.change) for one in result.images} == {("a/b:1.4.1", "a/b:1.4.2", "patch")}
    assert [one for one in result.differences if "image" in one.path] == []


@pytest.mark.parametrize(
    ("old", "new", "implied", "same"),
    [
        ("nginx:1", "nginx:2", True, False),
        ("nginx:1", "acme/nginx:1", True, False),
        ("nginx", "nginx:latest", False, False),
        ("{{ a }}", "{{ b }}", True, False),
        ("nginx:1", "nginx:{{ a }}", True, False),
        (f"nginx@sha256:{'a' * 64}", f"nginx:latest@sha256:{'a' * 64}", True, False),
        ("nginx", "nginx:latest", True, True),
        ("nginx:1", "docker.io/library/nginx:1", True, True),
        ("{{ a }}", "{{ a }}", True, True),
    ],
)
def test_two_images_are_the_same(old: str, new: str, implied: bool, same: bool) -> None:
    assert same_image(old, new, implied=implied) is same


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [("a:1", "a:2", "major"), ("a:1", "{{ b }}", "unknown"), ("", "a:1", "unknown"), ("a:1", "b:1", "same")],
)
def test_the_class_of_a_change(old: str, new: str, expected: str) -> None:
    assert change_of(old, new) == expected


def test_an_image_that_is_written_otherwise_is_no_difference() -> None:
    old, new = (
        POD.format(f"  - {{name: c, image: {image}}}\n") for image in ("nginx", "docker.io/library/nginx:latest")
    )
    result = differing(old, new)
    assert (result.images, result.differences, result.equal) == ([], [], 1)


def test_an_image_that_comes_or_goes_is_a_difference_of_its_object() -> None:
    old = POD.format("  - {name: c, image: a:1}\n  - {name: d}\n")
    new = POD.format("  - {name: d, image: b:1}\n  - {name: e, image: c:1}\n")
    result = differing(old, new)
    assert result.images == []
    assert [(one.kind, one.path) for one in result.differences] == [
        ("removed", "spec.containers[c]"),
        ("added", "spec.containers[d].image"),
        ("added", "spec.containers[e]"),
    ]


def test_an_item_of_a_list_has_its_images_too() -> None:
    item = (
        '{{apiVersion: v1, kind: Pod, metadata: {{name: p}}, spec: {{containers: [{{name: c, image: &i "a:{0}"}}]}}}}'
    )
    old, new = (f"apiVersion: v1\nkind: List\nitems:\n- {item.format(tag)}\n" for tag in (1, 2))
    (image,) = differing(old, new).images
    assert (image.new_object.subject, image.new_location.line) == ("Pod p", 4)


def test_what_only_looks_like_an_image_is_none() -> None:
    head = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: c}\n"
    old = f"{head}spec:\n  containers:\n  - {{name: a, image: b:1}}\n"
    result = differing(old, old.replace("b:1", "b:2"))
    assert (result.images, [one.path for one in result.differences]) == ([], ["spec.containers[a].image"])
    pod = POD.format("  - {name: c, image: 15}\n")
    assert [one.path for one in differing(pod, pod.replace("15", "16")).differences] == ["spec.containers[c].image"]


def test_an_image_volume_is_an_image() -> None:
    old = POD.format("  - {name: c}\n  volumes:\n  - {name: v, image: {reference: a:1}}\n")
    (image,) = differing(old, old.replace("a:1", "a:1.1")).images
    assert (image.container, image.path, image.new_location.line) == ("v", "spec.volumes[v].image.reference", 8)
