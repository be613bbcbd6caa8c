"""ImageReference: the cases of distribution/reference, the words of errors, the classes of changes."""

from __future__ import annotations

import pickle
import re
import string
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kbump.errors import ImageReferenceError
from kbump.image import ImageReference
from kbump.versions import change, version

CASES = Path(__file__).parent / "cases" / "image"


def table(name):
    """Rows of a table: `-` is empty, `<f*64>` is 64 times f; the last column is the id."""
    lines = (CASES / name).read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return [pytest.param(tuple(map(spelled_out, row[:-1])), id=row[-1]) for row in rows]


def spelled_out(cell):
    return "" if cell == "-" else re.sub(r"<([^<>]+)\*(\d+)>", lambda repeat: repeat[1] * int(repeat[2]), cell)


def reference(cell):
    tag, _, digit = cell.partition("@")
    return ImageReference("example.com/app", tag, f"sha256:{digit * 64}" if digit else "")


@pytest.mark.parametrize("row", table("invalid.tsv"))
def test_what_is_no_reference_is_refused_with_the_reason(row):
    text, reason, hint = row
    with pytest.raises(ImageReferenceError) as caught:
        ImageReference.parse(text)
    assert caught.value.message.partition(" is not an image reference: ")[2] == reason
    assert (caught.value.hint or "") == hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "an empty text is not", id="an empty text is named"),
        pytest.param("a^a", "`a^a` is not", id="the text is quoted"),
        pytest.param("https://me:secret@host/app", "`https://***@host/app` is not", id="a password is masked"),
        pytest.param("a\x1b[1m", r"`a\x1b[1m` is not", id="a control character is spelled out"),
        pytest.param("a" * 301 + "!", f"`{'a' * 300}...` is not", id="a long text is cut"),
    ],
)
def test_an_error_quotes_the_text(text, message):
    with pytest.raises(ImageReferenceError) as caught:
        ImageReference.parse(text)
    assert str(caught.value).startswith(f"{message} an image reference: ")


@pytest.mark.parametrize("row", table("valid.tsv"))
def test_what_is_a_reference_parses(row):
    text, domain, path, tag, digest, familiar = row
    parsed = ImageReference.parse(text)
    assert str(parsed) == text
    assert (parsed.domain, parsed.path, parsed.tag, parsed.digest) == (domain, path, tag, digest)
    assert parsed.repository == (f"{domain}/{path}" if domain else path)
    assert parsed.familiar() == familiar


@pytest.mark.parametrize(
    "spelling",
    ["nginx", "library/nginx", "docker.io/nginx", "index.docker.io/nginx", "docker.io/library/nginx"],
)
def test_all_spellings_of_a_repository_are_one_repository_and_keep_their_name(spelling):
    parsed = ImageReference.parse(f"{spelling}:1.25")
    assert (parsed.name, parsed.repository) == (spelling, "docker.io/library/nginx")


def test_a_reference_is_a_value():
    parsed = ImageReference.parse("nginx:1.25")
    assert parsed == ImageReference("nginx", "1.25") == pickle.loads(pickle.dumps(parsed))


def test_a_long_text_is_refused_in_linear_time():
    for text in (
        "a" * 200_000 + "!",
        "a-" * 100_000,
        "a." * 100_000 + "/",
        "a/" * 100_000,
        "x:" + "1" * 200_000,
    ):
        with pytest.raises(ImageReferenceError):
            ImageReference.parse(text)


@pytest.mark.parametrize("row", table("changes.tsv"))
def test_a_change_has_a_class(row):
    old, new, expected = row
    assert change(reference(old), reference(new)) == expected


def test_a_change_of_repository_is_classed_by_the_tags():
    parse = ImageReference.parse
    assert change(parse("nginx:1.25.3"), parse("ghcr.io/acme/nginx:1.26.0")) == "minor"
    assert change(parse("nginx:1.25.3"), parse("ghcr.io/acme/nginx:1.25.3")) == "same"


@pytest.mark.parametrize("row", table("versions.tsv"))
def test_a_tag_reads_as_a_version(row):
    tag, expected = row
    read = version(tag)
    assert ("" if read is None else str(read)) == expected


def test_a_text_that_is_too_long_for_a_tag_is_no_version():
    assert version("9" * 5_000) is None
    assert change(reference("1." + "9" * 5_000), reference("1.0")) == "unknown"


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("", id="the import"),
        pytest.param("change(parse('a:1.2'), parse('a:1.2@sha256:' + 'f' * 64))", id="a change of equal tags"),
        pytest.param("change(parse('a:1.2'), parse('a:latest'))", id="a change to what is no version"),
        pytest.param("change(parse('a:1.2-alpine'), parse('a:1.3'))", id="a change of variant"),
        pytest.param("version('latest')", id="a tag that is no version"),
    ],
)
def test_semver_is_not_imported_for(statement):
    imports = "from kbump.image import ImageReference\nfrom kbump.versions import change, version\n"
    code = imports + "parse = ImageReference.parse\n"
    check = "\nimport sys\nsys.exit('semver' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code + statement + check], check=False).returncode == 0


words = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=8)
separators = st.sampled_from([".", "_", "__", "-", "---"])
components = st.builds(
    lambda first, rest: first + "".join(map("".join, rest)),
    words,
    st.lists(st.tuples(separators, words), max_size=2),
)
labels = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9-]{0,5}[A-Za-z0-9])?", fullmatch=True)
hosts = st.one_of(
    st.lists(labels, min_size=1, max_size=3).map(".".join),
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).filter(lambda address: "." not in str(address)).map("[{}]".format),
)
domains = st.builds("{}{}/".format, hosts, st.just("") | st.integers(0, 65535).map(":{}".format)) | st.sampled_from(
    ["", "localhost/", "docker.io/", "index.docker.io/"]
)
names = st.builds("{}{}".format, domains, st.lists(components, min_size=1, max_size=3).map("/".join)).filter(
    lambda name: not re.fullmatch("[a-f0-9]{64}", name)
)
tags = st.just("") | st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}", fullmatch=True)
digests = st.just("") | st.sampled_from([("sha256", 64), ("sha384", 96), ("sha512", 128)]).flatmap(
    lambda kind: st.text("0123456789abcdef", min_size=kind[1], max_size=kind[1]).map(f"{kind[0]}:{{}}".format)
)
references = st.builds(ImageReference, names, tags, digests)
numbered_tags = st.from_regex(r"v?[0-9]{1,8}([.-][0-9]{1,4}){0,3}([-._+]?[a-z]{1,5}[0-9]{0,2}){0,2}", fullmatch=True)


@given(references)
def test_printing_and_parsing_are_inverse(expected):
    assert ImageReference.parse(str(expected)) == expected


@given(references)
def test_the_familiar_spelling_and_the_repository_mean_the_same(parsed):
    for text in (parsed.familiar(), str(parsed._replace(name=parsed.repository))):
        again = ImageReference.parse(text)
        assert (again.repository, again.tag, again.digest) == (parsed.repository, parsed.tag, parsed.digest)


@given(
    st.text(max_size=40)
    | st.text("aA0._-/:@[] %$\n", max_size=30)
    | st.builds(
        lambda parsed, at, junk: str(parsed)[:at] + junk + str(parsed)[at:],
        references,
        st.integers(0, 80),
        st.sampled_from(list("aA0._-/:@[] %$\né")),
    )
)
@example("nginx\n")
@example("a/\ud800")
def test_any_text_comes_back_or_is_refused_with_a_reason(text):
    error = refusal(text)
    if error is None:
        assert str(ImageReference.parse(text)) == text
    else:
        assert " is not an image reference: " in error.message
        assert "the path has" not in error.message or "upper case" in error.message or len(text) > 247


def refusal(text):
    try:
        ImageReference.parse(text)
    except ImageReferenceError as error:
        return error
    return None


@given(tags | numbered_tags, tags | numbered_tags)
def test_the_class_of_a_change_and_of_its_undoing_agree(old, new):
    forward, backward = change(reference(old), reference(new)), change(reference(new), reference(old))
    rises = {"major", "minor", "patch", "prerelease"}
    if forward in rises or backward in rises:
        assert "downgrade" in (forward, backward)
    else:
        assert forward == backward
