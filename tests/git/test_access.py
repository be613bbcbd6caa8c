"""Credentials: which are found for which host, and that they are not shown."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbump.errors import UsageError
from kbump.git import NOBODY, Credentials, credentials
from kbump.remote import Remote

GITHUB = Remote.parse("https://github.com/acme/infra")
GITEA = Remote.parse("https://git.acme.dev:3000/acme/infra")
GITLAB = Remote.parse("https://gitlab.com/acme/infra")
SSH = Remote.parse("git@github.com:acme/infra.git")
GITEA_OVER_SSH = Remote.parse("ssh://git@git.acme.dev:2222/acme/infra.git")
FILE = Remote.parse("file:///srv/infra.git")
OF_DRONE = {"DRONE_NETRC_MACHINE": "git.acme.dev", "DRONE_NETRC_USERNAME": "bot", "DRONE_NETRC_PASSWORD": "d"}
AT_GITEA = {"GITEA_TOKEN": "t", "GITEA_SERVER_URL": "https://git.acme.dev:3000/"}


@pytest.mark.parametrize(
    ("remote", "environ"),
    [
        pytest.param(FILE, {"KBUMP_TOKEN": "t"}, id="a file needs none"),
        pytest.param(GITHUB, {}, id="nothing is there"),
        pytest.param(GITHUB, {"KBUMP_TOKEN": ""}, id="an empty variable"),
        pytest.param(GITEA, {"GITHUB_TOKEN": "t"}, id="a token of GitHub is not for Gitea"),
        pytest.param(GITHUB, {**AT_GITEA}, id="a token of Gitea is not for GitHub"),
        pytest.param(GITEA, {"GITEA_TOKEN": "t"}, id="a token of Gitea without its server"),
        pytest.param(
            GITEA, {**AT_GITEA, "GITEA_SERVER_URL": "https://git.acme.dev"}, id="another port is another server"
        ),
        pytest.param(GITEA, {**AT_GITEA, "GITEA_SERVER_URL": "https://[git"}, id="a server's URL that is none"),
        pytest.param(
            GITHUB,
            {"GITHUB_TOKEN": "t", "GITHUB_SERVER_URL": "https://ghe.acme.dev"},
            id="GitHub Enterprise's token is not for github.com",
        ),
        pytest.param(GITHUB, OF_DRONE, id="Drone's netrc of another machine"),
    ],
)
def test_no_credentials_are_found_for_another_host(remote: Remote, environ: dict[str, str]) -> None:
    assert credentials(remote, environ).secret == ""


@pytest.mark.parametrize(
    ("remote", "environ", "found"),
    [
        pytest.param(
            GITHUB,
            {"KBUMP_TOKEN": " t\n", "GITHUB_TOKEN": "g"},
            ("x-access-token", "t", "KBUMP_TOKEN"),
            id="kbump's own token first",
        ),
        pytest.param(
            GITHUB, {"GITHUB_TOKEN": "g"}, ("x-access-token", "g", "GITHUB_TOKEN"), id="GitHub's for github.com"
        ),
        pytest.param(
            GITEA,
            {"GITHUB_TOKEN": "g", "GITHUB_SERVER_URL": "https://git.acme.dev:3000"},
            ("x-access-token", "g", "GITHUB_TOKEN"),
            id="GitHub's for its server",
        ),
        pytest.param(
            GITEA, {**AT_GITEA, **OF_DRONE}, ("x-access-token", "t", "GITEA_TOKEN"), id="Gitea's before Drone's"
        ),
        pytest.param(
            GITEA,
            {"FORGEJO_TOKEN": "f", "FORGEJO_SERVER_URL": "https://git.acme.dev:3000"},
            ("x-access-token", "f", "FORGEJO_TOKEN"),
            id="Forgejo's",
        ),
        pytest.param(GITLAB, {"GITLAB_TOKEN": "l"}, ("oauth2", "l", "GITLAB_TOKEN"), id="GitLab's"),
        pytest.param(GITEA, OF_DRONE, ("bot", "d", "DRONE_NETRC_PASSWORD"), id="Drone's"),
        pytest.param(
            GITEA,
            {**OF_DRONE, "DRONE_NETRC_USERNAME": "s", "DRONE_NETRC_PASSWORD": "x-oauth-basic"},
            ("x-access-token", "s", "DRONE_NETRC_PASSWORD"),
            id="Drone's token that stands as the user",
        ),
        pytest.param(
            GITEA,
            {name.replace("DRONE", "CI"): value for name, value in OF_DRONE.items()},
            ("bot", "d", "CI_NETRC_PASSWORD"),
            id="Woodpecker's",
        ),
        pytest.param(
            SSH, {"GITHUB_TOKEN": "g"}, ("x-access-token", "g", "GITHUB_TOKEN"), id="the forge's API of an SSH remote"
        ),
        pytest.param(
            GITEA_OVER_SSH, AT_GITEA, ("x-access-token", "t", "GITEA_TOKEN"), id="the API at another port than SSH"
        ),
    ],
)
def test_credentials_are_found_in_their_order(remote: Remote, environ: dict[str, str], found: tuple[str, ...]) -> None:
    assert credentials(remote, environ) == (*found, remote.host)


def test_kbumps_token_is_for_the_host_that_is_told() -> None:
    environ = {"KBUMP_TOKEN": "t", "GITHUB_TOKEN": "g"}
    assert credentials(GITHUB, environ, token_host="git.acme.dev").source == "GITHUB_TOKEN"
    assert credentials(GITEA, environ, token_host="Git.acme.dev").source == "KBUMP_TOKEN"


def test_a_token_is_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-file\n")
    found = credentials(GITHUB, {"KBUMP_TOKEN_FILE": str(tmp_path / "token")})
    assert (found.secret, found.source) == ("from-file", "KBUMP_TOKEN_FILE")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(None, "No such file", id="is not there"),
        pytest.param(b" \n", "is empty", id="is empty"),
        pytest.param(b"secret\xff", "is not UTF-8", id="is no text"),
        pytest.param(b"secret\nsecond", "control characters", id="has two lines"),
    ],
)
def test_a_token_file_that_is_no_use_is_refused(tmp_path: Path, content: bytes | None, words: str) -> None:
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    with pytest.raises(UsageError, match=words) as caught:
        credentials(GITHUB, {"KBUMP_TOKEN_FILE": str(tmp_path / "token")})
    assert "secret" not in caught.value.message


def test_the_netrc_file_is_read_last(tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine git.acme.dev login bot password n\ndefault login x password y\n")
    environ = {"HOME": str(tmp_path)}
    assert credentials(GITEA, environ) == Credentials("bot", "n", "~/.netrc", "git.acme.dev")
    assert credentials(GITHUB, environ) == NOBODY._replace(host="github.com")
    assert credentials(GITEA, {**environ, **OF_DRONE}).secret == "d"


def test_a_netrc_file_that_is_odd_is_left_to_git(tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine git.acme.dev login bot pass word\n")
    assert credentials(GITEA, {"HOME": str(tmp_path)}).secret == ""


def test_a_secret_does_not_go_over_plain_http_to_another_machine() -> None:
    remote, environ = Remote.parse("http://git.acme.dev/acme/infra"), {"KBUMP_TOKEN": "hidden"}
    with pytest.raises(UsageError, match="in the clear") as caught:
        credentials(remote, environ)
    assert "hidden" not in f"{caught.value.message} {caught.value.hint}"
    assert credentials(remote, environ, allow_http=True).secret == "hidden"
    assert credentials(Remote.parse("http://127.0.0.1:3000/a/b"), environ).secret == "hidden"


@given(st.text(min_size=4).filter(lambda text: text not in "Credentials(user='bot', secret='***', source='')"))
def test_a_secret_is_in_no_repr_and_no_redacted_text(secret: str) -> None:
    given = Credentials("bot", secret, "", "host")
    assert secret not in repr(given)
    pair = b64encode(f"bot:{secret}".encode()).decode()
    shown = given.redact(f"<{secret}> <{quote(secret, safe='')}> <{pair}>")
    assert set(shown.split()) <= {"<***>"}


def test_passwords_of_other_urls_are_redacted_too() -> None:
    assert NOBODY.redact("unable to access 'https://me:secret@host/x': no") == "unable to access 'https://host/x': no"
