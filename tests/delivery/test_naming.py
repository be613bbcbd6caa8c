"""Names of the branches of pull requests: what is not the same has not the same one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbump.delivery.naming import Subject, head_name, read_subject, repositories

SHORT = {
    "kbump/promote": (Subject(), ""),
    "kbump/promote-live": (Subject("live"), ""),
    "kbump/promote.shop": (Subject("", "shop"), ""),
    "kbump/promote-live.shop": (Subject("live", "shop"), ""),
    "kbump/promote@release-2": (Subject(), "release-2"),
    "kbump/promote+nginx": (Subject("", "", repositories(["library/nginx"])), ""),
}
HASHED = {
    "kbump/promote-a-b-*": (Subject("a/b"), ""),
    "kbump/promote+web-*": (Subject("", "", repositories(["ghcr.io/acme/web"])), ""),
    "kbump/promote+api+web-*": (Subject("", "", repositories(["ghcr.io/acme/web", "ghcr.io/acme/api"])), ""),
    "kbump/promote@release-2-*": (Subject(), "release/2"),
    "kbump/promote.shop-lock-*": (Subject("", "shop.lock"), ""),
    "kbump/promote.lock-*": (Subject("", "lock"), ""),
    "kbump/promote-*": (Subject("", "", (), ("k8s/qa",)), ""),
}


@pytest.mark.parametrize("name", SHORT)
def test_a_name_is_short_where_it_says_all(name: str) -> None:
    assert head_name("promote", *SHORT[name]) == name


@pytest.mark.parametrize("name", HASHED)
def test_a_name_that_does_not_say_all_ends_with_a_hash(name: str) -> None:
    assert re.fullmatch(re.escape(name[:-1]) + "[0-9a-f]{8}", head_name("promote", *HASHED[name]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Subject("a/b"), Subject("a-b")),
        (Subject("a.b"), Subject("a-b")),
        (Subject("a.b"), Subject("a", "b")),
        (Subject("", "", ("ghcr.io/acme/web",)), Subject("", "", ("ghcr.io/other/web",))),
        (Subject("", "", ("a/b",), ("staging",)), Subject("", "", ("a/b",), ("production",))),
    ],
)
def test_two_subjects_have_two_names(one: Subject, other: Subject) -> None:
    assert head_name("promote", one) != head_name("promote", other)


def test_a_base_is_part_of_the_name() -> None:
    bases = ["", "release", "release/1", "release-1"]
    assert len({head_name("promote", Subject("live"), base) for base in bases}) == len(bases)


def test_the_order_and_the_spelling_of_images_say_nothing() -> None:
    spellings = (["nginx", "ghcr.io/acme/web:1"], ["ghcr.io/acme/web", "docker.io/library/nginx", "nginx:1.2"])
    assert len({head_name("promote", Subject("", "", repositories(texts))) for texts in spellings}) == 1


def test_a_long_name_is_cut() -> None:
    images = repositories([f"ghcr.io/acme/service-{number}" for number in range(50)])
    assert len(head_name("promote", Subject("", "", images))) < 150


@given(st.text(), st.text(), st.lists(st.text()), st.lists(st.text()))
def test_what_a_subject_says_is_read(directory: str, group: str, images: list[str], narrowed: list[str]) -> None:
    wanted = Subject(directory, group, tuple(sorted(set(images))), tuple(sorted(set(narrowed))))
    assert read_subject(str(wanted)) == wanted._replace(directory="" if directory == "." else directory)
