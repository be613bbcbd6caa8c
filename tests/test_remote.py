"""Remote: which URLs are read, how, and which are refused without repeating a secret."""

from __future__ import annotations

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kbump.errors import UsageError
from kbump.remote import Remote, check_directory, check_ref, is_loopback, is_remote

WORD = st.text(string.ascii_letters + string.digits + "_", min_size=1, max_size=12)
REFS = st.lists(WORD, min_size=1, max_size=3).map("/".join)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("", "is empty", id="nothing"),
        pytest.param(" https://host/a/b", "spaces around it", id="a space before it"),
        pytest.param("https://host/a/b\n", "control characters", id="a line break after it"),
        pytest.param("https://host/a\x1b[1m/b", "control characters", id="an escape sequence"),
        pytest.param("https://host/a%0a/b", "control characters", id="a line break in percent form"),
        pytest.param("--upload-pack=touch x", "cannot start with `-`", id="an option of git"),
        pytest.param("-oProxyCommand=touch x:a/b", "cannot start with `-`", id="an option of ssh"),
        pytest.param("ssh://-oProxyCommand=x/a/b", "no valid host", id="an option as the host"),
        pytest.param("ssh://-oProxyCommand=x@host/a/b", "no valid host", id="an option as the user"),
        pytest.param("git@-oProxyCommand=x:a/b", "no URL", id="an option as the host of the short form"),
        pytest.param("git@host:--upload-pack=x", "starts with `-`", id="an option as the path"),
        pytest.param("https://host/%2d-option", "starts with `-`", id="an option as the path in percent form"),
        pytest.param("ext::sh -c id", "remote helpers", id="a transport that runs a command"),
        pytest.param("git::https://host/a/b", "remote helpers", id="a prefix that names a helper"),
        pytest.param("ftp://host/a/b", "`ftp://` is not known", id="another protocol"),
        pytest.param("git+ssh://git@host/a/b", "`git+ssh://` is not known", id="an old name of ssh"),
        pytest.param("https://host", "names no repository", id="a host alone"),
        pytest.param("https://host/", "names no repository", id="a host with a slash"),
        pytest.param("https://host/a/../b", "names no repository", id="a path that climbs"),
        pytest.param("https://host/a/%2e%2e/b", "names no repository", id="a path that climbs in percent form"),
        pytest.param("https://host/a\\b", "`\\`", id="a backslash"),
        pytest.param("https://host/a/b#main", "`#`", id="a fragment"),
        pytest.param("https://host:99999/a/b", "no valid host", id="a port that is none"),
        pytest.param("https://host:0/a/b", "no valid host", id="port 0"),
        pytest.param("https:///a/b", "no valid host", id="no host"),
        pytest.param("https://host/a/b//../c", "outside of", id="a directory that climbs"),
        pytest.param("https://host/a/b//c/.Git/hooks", "outside of", id="a directory of git's own"),
        pytest.param("https://host/a/b//-c", "starts with `-`", id="a directory like an option"),
        pytest.param("https://host/a/b?ref=--x", "no name of a branch", id="a ref like an option"),
        pytest.param("https://host/a/b?ref=", "no name of a branch", id="an empty ref"),
        pytest.param("https://host/a/b?depth=1", "no other query", id="another query"),
        pytest.param("https://host/a/b?", None, id="a question mark and nothing"),
        pytest.param("https://host/a/b?x", "no other query", id="a query without a value"),
        pytest.param("file://host/a/b", "a file URL has no host", id="a file on another host"),
        pytest.param("/srv/infra.git", "no URL", id="a path"),
        pytest.param("git@host://a/b", "no URL", id="the short form with a double slash"),
    ],
)
def test_what_git_could_misunderstand_is_refused(text: str, words: str | None) -> None:
    if words is None:
        assert Remote.parse(text).ref == ""
        return
    with pytest.raises(UsageError) as caught:
        Remote.parse(text)
    assert words in caught.value.message


def test_another_query_than_ref_is_refused_with_what_there_can_be() -> None:
    with pytest.raises(UsageError) as caught:
        Remote.parse("https://host/a/b?rev=main")
    assert str(caught.value.hint).startswith("leave the rest out")


SECRETS = [
    "https://alice:{}@host/a/b",
    "https://{}@host/a/b",
    "http://x-access-token:{}@host/a/b",
    "https://{}:@host/a/b",
    "ssh://git:{}@host/a/b",
    "alice:{}@host:a/b",
    "https://alice:1/{}@host/a/b",
    "https://alice:{}/x@host/a/b",
    "https://host/a/b?access_token={}",
    "https://host/a/b?ref=main&token={}",
    "ssh://alice:2/{}@host/a/b",
]


@pytest.mark.parametrize("form", [pytest.param(form, id=form.format("SECRET")) for form in SECRETS])
@given(secret=st.text(string.ascii_letters + string.digits + ":/!", min_size=8).filter(lambda text: "//" not in text))
def test_a_url_with_a_secret_is_refused_without_repeating_it(form: str, secret: str) -> None:
    def said(word: str) -> str:
        with pytest.raises(UsageError) as caught:
            Remote.parse(form.format(word))
        return f"{caught.value.message} {caught.value.hint}"

    # `password` is a word of what is said of any other.
    assume(secret not in said("12345678"))
    assert secret not in said(secret)


def test_the_right_way_to_give_a_token_is_named() -> None:
    with pytest.raises(UsageError) as caught:
        Remote.parse("https://token@github.com/acme/web")
    assert "KBUMP_TOKEN_FILE" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("text", "remote"),
    [
        pytest.param(
            "https://GitHub.com/acme/infra.git",
            Remote(
                "https://github.com/acme/infra.git", "https", "", "github.com", 0, "/acme/infra.git", "acme", "infra"
            ),
            id="https",
        ),
        pytest.param(
            "HTTPS://host:443/a/b/",
            Remote("https://host/a/b", "https", "", "host", 0, "/a/b", "a", "b"),
            id="capitals, the usual port and a slash at the end",
        ),
        pytest.param(
            "http://127.0.0.1:3000/git/acme/infra",
            Remote(
                "http://127.0.0.1:3000/git/acme/infra",
                "http",
                "",
                "127.0.0.1",
                3000,
                "/git/acme/infra",
                "git/acme",
                "infra",
            ),
            id="http with a port and a path in front",
        ),
        pytest.param(
            "https://[::1]:8443/a/b",
            Remote("https://[::1]:8443/a/b", "https", "", "::1", 8443, "/a/b", "a", "b"),
            id="an address of IPv6",
        ),
        pytest.param(
            "ssh://git@host:2222/acme/infra.git//k8s/prod/?ref=v1.0",
            Remote(
                "ssh://git@host:2222/acme/infra.git",
                "ssh",
                "git",
                "host",
                2222,
                "/acme/infra.git",
                "acme",
                "infra",
                "k8s/prod",
                "v1.0",
            ),
            id="ssh with a directory and a ref",
        ),
        pytest.param(
            "git@host:group/sub/infra.git",
            Remote(
                "git@host:group/sub/infra.git", "ssh", "git", "host", 0, "/group/sub/infra.git", "group/sub", "infra"
            ),
            id="the short form of ssh with a subgroup",
        ),
        pytest.param(
            "host:/srv/infra//k8s?version=main",
            Remote("host:/srv/infra", "ssh", "", "host", 0, "/srv/infra", "srv", "infra", "k8s", "main"),
            id="the short form without a user, with a directory and kustomize's other name of the ref",
        ),
        pytest.param(
            "file:///srv/my repos/infra.git",
            Remote("file:///srv/my repos/infra.git", "file", "", "", 0, "/srv/my repos/infra.git", "", "infra"),
            id="a bare repository on this disk",
        ),
        pytest.param(
            "file:///srv/infra/.git",
            Remote("file:///srv/infra/.git", "file", "", "", 0, "/srv/infra/.git", "", "infra"),
            id="the inside of a work tree on this disk",
        ),
    ],
)
def test_a_url_is_read(text: str, remote: Remote) -> None:
    assert Remote.parse(text) == remote


@given(WORD, WORD, REFS, REFS)
def test_what_is_displayed_reads_as_the_same(owner: str, name: str, directory: str, ref: str) -> None:
    assume(name != ".git")
    for start in ("https://host:81/", "ssh://git@host/", "git@host:", "file:///"):
        remote = Remote.parse(f"{start}{owner}/{name}.git//{directory}?ref={ref}")
        assert Remote.parse(remote.display) == remote
        assert (remote.name, remote.directory, remote.ref) == (name, directory, ref)


@given(st.text() | st.from_regex(r"(https|ssh|file|ext)://[-a-z@:/?=.%#]*") | st.from_regex(r"[-a-z@]+:[-a-z@:/.]*"))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        remote = Remote.parse(text)
    except UsageError:
        return
    assert not remote.url.startswith("-")
    assert remote.display.isprintable()
    assert not {remote.host[:1], remote.user[:1], remote.directory[:1], remote.ref[:1]} & {"-"}


def test_a_repository_has_the_names_that_forges_use() -> None:
    assert Remote.parse("git@host:acme/infra.git").repository == "acme/infra"
    assert Remote.parse("file:///srv/infra.git").repository == "infra"


def test_an_origin_is_what_git_asks_a_password_for() -> None:
    assert Remote.parse("https://host/a/b").origin == "https://host"
    assert Remote.parse("https://[::1]:81/a/b").origin == "https://[::1]:81"


@pytest.mark.parametrize("text", ["HEAD:k8s/prod", "v1.2.0:deploy", "k8s/prod", "HEAD@{1}:k8s", "a/b@c:d", ""])
def test_a_revision_or_path_is_no_remote(text: str) -> None:
    assert not is_remote(text)


@pytest.mark.parametrize("text", ["https://host/a/b", "git@host:a/b", "file:///srv/a"])
def test_a_url_and_the_short_form_with_a_user_are_remotes(text: str) -> None:
    assert is_remote(text)


@pytest.mark.parametrize(
    "ref",
    [
        "",
        "@",
        "-x",
        "+x",
        "/x",
        "x/",
        "a//b",
        "a..b",
        "a@{b",
        "a b",
        "a~1",
        "a^",
        "a:b",
        "a?",
        "a*",
        "a[",
        "a\\b",
        ".a",
        "a/.b",
        "a.lock",
        "a.lock/b",
        "a.",
        "a\nb",
        "a\u200bb",
    ],
)
def test_what_is_no_name_of_a_ref_is_refused(ref: str) -> None:
    with pytest.raises(UsageError, match="no name of a branch or tag"):
        check_ref(ref)


@pytest.mark.parametrize("ref", ["main", "feature/größe", "v1.0.0", "a" * 40, "x@y", "refs/heads/main", "a-b"])
def test_a_name_of_a_ref_is_taken(ref: str) -> None:
    assert check_ref(ref) == ref


def test_a_directory_loses_needless_parts() -> None:
    assert check_directory("./k8s//prod/") == "k8s/prod"
    assert check_directory("./-odd") == "-odd"


@pytest.mark.parametrize("host", ["localhost", "git.localhost", "127.0.0.1", "127.9.9.9", "::1"])
def test_this_machine_is_told_by_its_names_and_addresses(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["localhost.example.com", "10.0.0.1", "example.com"])
def test_another_machine_is_not_this_one(host: str) -> None:
    assert not is_loopback(host)
