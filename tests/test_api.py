from __future__ import annotations

import doctest
import importlib

import pytest

import kbump


def test_all_is_sorted_and_every_name_can_be_imported() -> None:
    assert kbump.__all__ == sorted(kbump.__all__)
    for name in kbump.__all__:
        assert getattr(kbump, name) is not None


def test_dir_lists_what_is_public() -> None:
    assert set(kbump.__all__) <= set(dir(kbump))


def test_every_public_name_has_a_docstring_that_starts_with_a_sentence() -> None:
    for name in kbump.__all__:
        first = (getattr(kbump, name).__doc__ or "").strip().partition("\n")[0]
        assert first, name


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'rollback'"):
        kbump.rollback  # noqa: B018


def test_the_examples_in_the_module_docstring_are_true() -> None:
    assert doctest.testmod(importlib.import_module("kbump")).failed == 0
    assert doctest.testmod(importlib.import_module("kbump")).attempted >= 4


def test_set_image_takes_one_path_or_several(tmp_path) -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - {name: c, image: 'a/b:1'}\n"
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    one.write_text(text)
    two.write_text(text)
    assert kbump.set_image("a/b:2", str(one)).written == [str(one)]
    result = kbump.set_image(["a/b:3"], [str(one), str(two)])
    assert [change.change for change in result.changed] == ["major", "major"]
    assert one.read_text() == text.replace("a/b:1", "a/b:3") == two.read_text()


def test_set_image_can_plan_without_writing(tmp_path) -> None:
    file = tmp_path / "pod.yaml"
    file.write_text("apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: a/b:1\n")
    result = kbump.set_image("a/b:2", str(file), write=False, patch=True)
    assert (len(result.changed), result.written, result.exit_code) == (1, [], 0)
    assert "+  - image: a/b:2\n" in result.patch
    assert file.read_text().endswith("a/b:1\n")


def test_set_image_refuses_what_is_no_image() -> None:
    with pytest.raises(kbump.UsageError, match="has no tag and no digest"):
        kbump.set_image("nginx", text="")


def test_images_lists_what_it_finds_in_a_text() -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: shop}\nspec:\n  containers:\n  - image: nginx:1\n"
    (image,) = kbump.images(text=text, name="pod.yaml").images
    assert str(image.location) == "pod.yaml:6:12"
    assert (image.workload, image.repository, image.tag) == ("Pod shop/p", "docker.io/library/nginx", "1")
