"""Tags: valid whatever a branch is called, never the same for two branches, never a downgrade."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kbump.errors import SourceError, UsageError
from kbump.image import ImageReference, tag_fault
from kbump.provenance import Build
from kbump.source import Source
from kbump.tags import Tagged, read_tags, tag_of, with_tag
from kbump.versions import change

COMMIT = "1a2b3c4d5e6f708192a3b4c5d6e7f80910213243"
# What comes close to what tags are made of finds more than any text.
NAMES = st.one_of(
    st.text(min_size=1),
    st.text("aA1._-/ü", min_size=1, max_size=8),
    st.text("ab/_-1", min_size=100, max_size=160),
    st.from_regex(r"\A[ab/]{1,3}_[0-9a-f]{8}\Z"),
    st.from_regex(r"\Av?\d{1,4}(\.\d{1,2}){0,2}(-(rc|alpha|dev|beta)\.?\d{0,2})?\Z"),
)
COMMITS = st.one_of(
    st.text("0123456789abcdef", min_size=40, max_size=40), st.text("0123456789", min_size=7, max_size=40)
)


def of_branch(name: str, commit: str = COMMIT) -> str:
    return tag_of(Build(branch=name, commit=commit))


@settings(deadline=None)
@given(NAMES, COMMITS)
def test_any_branch_gives_a_valid_tag_with_the_commit_at_its_end(branch: str, commit: str) -> None:
    tag = of_branch(branch, commit)
    assert tag_fault(tag) is None
    assert ImageReference.parse(f"acme/web:{tag}").tag == tag
    assert tag.rpartition("-")[2].removeprefix("g") == commit[:12]


@settings(deadline=None)
@given(NAMES)
def test_any_git_tag_gives_a_valid_tag(name: str) -> None:
    assert tag_fault(tag_of(Build(tag=name))) is None


@settings(deadline=None)
@given(NAMES, NAMES)
def test_two_branches_never_have_the_same_tag(one: str, other: str) -> None:
    assume(one != other)
    assert of_branch(one) != of_branch(other)


@settings(deadline=None)
@given(NAMES)
def test_no_branch_can_be_called_what_another_one_is_made_into(branch: str) -> None:
    made = of_branch(branch).removesuffix(f"-{COMMIT[:12]}")
    assume(made != branch)
    assert of_branch(made) != of_branch(branch)


@settings(deadline=None)
@given(NAMES, COMMITS, COMMITS)
def test_a_build_of_a_branch_is_never_seen_as_a_lower_or_higher_version_of_another(
    branch: str, one: str, other: str
) -> None:
    old, new = (ImageReference("acme/web", of_branch(branch, commit)) for commit in (one, other))
    assert change(old, new) in ({"same"} if old == new else {"unknown"})


@pytest.mark.parametrize(
    ("build", "tag"),
    [
        pytest.param(Build(branch="main", commit=COMMIT), "main-1a2b3c4d5e6f", id="a plain branch keeps its name"),
        pytest.param(
            Build(branch="my_Branch.2", commit=COMMIT), "my_Branch.2-1a2b3c4d5e6f",
            id="underscores, dots and upper case are valid",
        ),
        pytest.param(
            Build(branch="feature/login", commit=COMMIT), "feature-login_df7c7aeb-1a2b3c4d5e6f",
            id="a slash is a hyphen, and a mark tells it from feature-login",
        ),
        pytest.param(
            Build(branch="fix/Übergrößen", commit=COMMIT), "fix-Ubergroen_43bc57b4-1a2b3c4d5e6f",
            id="umlauts lose their dots",
        ),
        pytest.param(
            Build(branch=".hidden", commit=COMMIT), "hidden_16924190-1a2b3c4d5e6f", id="a dot comes first nowhere"
        ),
        pytest.param(
            Build(branch="日本", commit=COMMIT), "branch_cf2abf0c-1a2b3c4d5e6f", id="a name of which nothing is left"
        ),
        pytest.param(
            Build(branch="x" * 200, commit=COMMIT), "x" * 106 + "_aa20c23e-1a2b3c4d5e6f",
            id="a long name is cut to 128 in all",
        ),
        pytest.param(
            Build(branch="x" * 115, commit=COMMIT), "x" * 115 + "-1a2b3c4d5e6f", id="the longest name that fits is kept"
        ),
        pytest.param(
            Build(branch="main", commit="123456789012" + "f" * 28), "main-g123456789012",
            id="a commit of digits alone is told as git describe tells it",
        ),
        pytest.param(Build(branch="main", commit="1a2b3c4"), "main-1a2b3c4", id="a short commit stays short"),
        pytest.param(Build(branch="main", commit=COMMIT, tag="v1.5.0"), "v1.5.0", id="a git tag keeps its v"),
        pytest.param(Build(tag="v1.5.0+build.7"), "v1.5.0_build.7", id="build metadata is written as Helm writes it"),
        pytest.param(Build(tag="web/v1.5.0"), "web-v1.5.0_7040b69c", id="a tag with a slash has a mark, too"),
        pytest.param(Build(tag="v1+2"), "v1-2_b022d090", id="a plus in what is no semantic version has a mark"),
        pytest.param(Build(tag="日本"), "tag_cf2abf0c", id="a git tag of which nothing is left"),
    ],
)  # fmt: skip
def test_the_tag_of(build: Build, tag: str) -> None:
    assert tag_of(build) == tag


@pytest.mark.parametrize(
    ("build", "message", "hint"),
    [
        pytest.param(Build(), "nothing says which branch was built", "--source-branch", id="nothing"),
        pytest.param(Build(branch="main"), "nothing says which commit was built", "--source-commit", id="a branch"),
        pytest.param(
            Build(branch="main", commit="HEAD"), "`HEAD` is no commit", "git rev-parse HEAD", id="a name for a commit"
        ),
        pytest.param(Build(branch="main", commit="1a2b3c"), "`1a2b3c` is no commit", "at least 7", id="six digits"),
    ],
)
def test_a_build_without_a_tag(build: Build, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as raised:
        tag_of(build)
    assert raised.value.message == message
    assert hint in (raised.value.hint or "")


@pytest.mark.parametrize(
    ("image", "tagged"),
    [
        ("ghcr.io/acme/web", "ghcr.io/acme/web:1.5"),
        ("localhost:5000/web", "localhost:5000/web:1.5"),
        ("nginx=mirror.example.com/nginx", "nginx=mirror.example.com/nginx:1.5"),
        ("web=acme/web:1.4", "web=acme/web:1.4"),
        (f"acme/web@sha256:{'0' * 64}", f"acme/web@sha256:{'0' * 64}"),
        ("Acme/web", "Acme/web:1.5"),
        ("not an image", "not an image"),
    ],
)
def test_an_image_takes_a_tag_if_it_has_none(image: str, tagged: str) -> None:
    assert with_tag(image, "1.5") == tagged


@settings(deadline=None)
@given(st.lists(st.from_regex(r"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}\Z"), min_size=1))
def test_what_is_written_is_read_again(tags: list[str]) -> None:
    tagged = Tagged(tuple(tags), Build())
    assert read_tags(Source(".tags", tagged.text)) == read_tags(Source(".tags", tagged.lines)) == tags


def test_tags_may_stand_on_lines_of_their_own() -> None:
    assert read_tags(Source(".tags", " v1.5.0,\r\nlatest\n\n")) == ["v1.5.0", "latest"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ".tags:1:1: there is no tag in it"),
        (" ,\n", ".tags:1:1: there is no tag in it"),
        ("main,\nfeature/x", ".tags:2:1: `feature/x` is no tag of an image: `/` is not allowed in a tag"),
        (
            "x" * 129,
            f".tags:1:1: `{'x' * 128}` is no tag of an image: the tag has 129 characters, at most 128 are allowed",
        ),
    ],
)
def test_a_file_that_has_no_tags_is_an_error_with_its_place(text: str, message: str) -> None:
    with pytest.raises(SourceError) as raised:
        read_tags(Source(".tags", text))
    assert str(raised.value) == message
