"""Which build a commit comes from, written into its message and read back."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbump.provenance import Build, build_of, read_trailers, supersedes, trailers

WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)
BUILDS = st.builds(
    Build,
    repository=WORDS,
    branch=WORDS,
    commit=st.text("0123456789abcdef", min_size=40, max_size=40),
    number=st.integers(1, 10**9),
    parent=st.just(0),
    tag=st.just(""),
    link=st.just(""),
    author=st.builds("{} <{}@example.com>".format, WORDS, WORDS),
    ci=WORDS,
)
WEB = Build("acme/web", "main", "c0ffee", 7)


@pytest.mark.parametrize(
    "message",
    [
        pytest.param("chore: set web to 1.5.0\n", id="a subject alone"),
        pytest.param("chore: x\n\nKbump-Image: a\nand more words\n", id="a last paragraph with other lines"),
        pytest.param("chore: x\n\nKbump-Image: a\n\nThe end.\n", id="trailers that are not at the end"),
        pytest.param("", id="an empty message"),
    ],
)
def test_a_message_without_trailers_has_none(message: str) -> None:
    assert read_trailers(message) == {}


@given(BUILDS, st.lists(WORDS, max_size=3))
def test_trailers_are_read_as_they_were_written(build: Build, images: list[str]) -> None:
    found = read_trailers("chore: x\n\nbody\n\n" + "\n".join(trailers(build, images)) + "\n")
    assert build_of(found) == build
    assert found.get("Kbump-Image", []) == images


def test_git_reads_the_same_trailers() -> None:
    message = "chore: x\n\n" + "\n".join(trailers(WEB._replace(author="A B <a@b.c>"), ["acme/web:1.5.0"])) + "\n"
    parsed = subprocess.run(
        ["git", "interpret-trailers", "--parse"], input=message, capture_output=True, text=True, check=True
    ).stdout
    assert parsed == message.partition("\n\n")[2]


def test_a_text_of_several_lines_cannot_make_a_trailer_of_its_own() -> None:
    forged = WEB._replace(author="Eve\nKbump-Source-Build: 999")
    assert "Triggered-by: Eve Kbump-Source-Build: 999" in trailers(forged, [])


@pytest.mark.parametrize(
    ("last", "build"),
    [
        pytest.param(WEB, WEB, id="the same build"),
        pytest.param(WEB, WEB._replace(number=8), id="a newer build"),
        pytest.param(WEB._replace(number=9), WEB._replace(branch="other"), id="a build of another branch"),
        pytest.param(WEB._replace(number=9), WEB._replace(repository="acme/api"), id="a build of another repository"),
        pytest.param(WEB._replace(number=9), WEB._replace(number=0), id="a build without a number"),
        pytest.param(Build(), WEB, id="a commit that tells of no build"),
        pytest.param(WEB._replace(number=9), WEB._replace(tag="v1"), id="a tag after a branch"),
        pytest.param(WEB._replace(number=9, ci="drone"), WEB._replace(ci="jenkins"), id="a build that others counted"),
        pytest.param(WEB._replace(number=9), WEB._replace(ci="drone"), id="a build of which nobody said who counted"),
        pytest.param(WEB._replace(number=9), WEB._replace(number=12, parent=9), id="a restart of the last build"),
    ],
)
def test_a_build_is_not_superseded_by(last: Build, build: Build) -> None:
    assert not supersedes(last, build)


@pytest.mark.parametrize(
    ("last", "build"),
    [
        pytest.param(WEB._replace(number=9), WEB, id="a newer build of the branch"),
        pytest.param(WEB._replace(number=9), WEB._replace(number=12, parent=7), id="a newer one than it restarts"),
        pytest.param(WEB._replace(number=9, ci="a b"), WEB._replace(ci="a  b "), id="a newer one by the same counter"),
        pytest.param(WEB._replace(number=9, tag="v2"), WEB._replace(tag="v1", branch="x"), id="a newer tag"),
    ],
)
def test_a_build_is_superseded_by(last: Build, build: Build) -> None:
    assert supersedes(last, build)


def test_a_number_that_is_none_is_unknown() -> None:
    assert build_of({"Kbump-Source-Build": ["seven"]}).number == 0
