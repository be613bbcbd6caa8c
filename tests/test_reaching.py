"""How a forge is reached: whose word counts, which token goes where, through what."""

from __future__ import annotations

import math
from typing import Any

import pytest

from kbump.config import ForgeChoice
from kbump.errors import ForgeError, UsageError
from kbump.forge import Forge
from kbump.reaching import forge_of
from kbump.remote import Remote
from tests.forge.conftest import elsewhere, github, github_host
from tests.forge.elsewhere import Elsewhere
from tests.forge.faults import answers, refuses
from tests.forge.github_api import OWNER, REPO
from tests.forge.github_server import FakeGitHub
from tests.forge.hosts import FAST

__all__ = ["elsewhere", "github", "github_host"]


def reach(url: str, environ: dict[str, str] | None = None, **options: Any) -> Forge:
    return forge_of(Remote.parse(url), environ or {}, deadline=math.inf, timing=FAST, **options)


def at(github: FakeGitHub) -> str:
    return f"{github.url}/{OWNER}/{REPO}"


@pytest.mark.parametrize("whose", ["caller", "target"])
def test_the_token_of_the_remotes_host_is_used_with_what_the_file_says(github: FakeGitHub, whose: str) -> None:
    said = {whose: ForgeChoice("github", github.url)}
    forge = reach(at(github), {"KBUMP_TOKEN": "ghp_secret"}, **said)
    assert forge.who_am_i().login == "kbump-bot"


def test_a_host_that_the_file_does_not_name_is_asked(github: FakeGitHub) -> None:
    github.fault("GET", "/api/v1/version$", refuses(404, "Not Found"))
    github.fault("GET", "/api/v3/meta$", answers(200, {"installed_version": "3.19.0"}))
    forge = reach(at(github), {"GITHUB_TOKEN": "ghp_secret", "GITHUB_SERVER_URL": github.url})
    assert forge.kind == "github"
    assert len(github.asked) == 2
    assert all("ghp_secret" not in one.headers.get("Authorization", "") for one in github.asked)


def test_the_caller_beats_the_target(github: FakeGitHub) -> None:
    caller, target = ForgeChoice("github", github.url), ForgeChoice("gitea", "https://evil.example.com/api/v1")
    assert reach(at(github), caller=caller, target=target).kind == "github"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://github.com/acme/infra", "https://api.github.com"),
        ("git@github.com:acme/infra", "https://api.github.com"),
        ("https://acme.ghe.com/acme/infra", "https://api.acme.ghe.com"),
        ("https://git.acme.dev/acme/infra", "https://git.acme.dev:8443/api/v1"),
    ],
)
def test_a_target_may_name_the_api_of_its_own_host(url: str, address: str) -> None:
    assert reach(url, target=ForgeChoice(api_url=address))


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://github.com/acme/infra", "https://api.github.com.evil.example.com"),
        ("https://git.acme.dev/acme/infra", "https://api.github.com"),
        ("git@git.acme.dev:acme/infra", "https://code.acme.dev/api/v1"),
    ],
)
def test_a_target_may_not_name_another(url: str, address: str) -> None:
    with pytest.raises(UsageError, match=r"names https://.*, another host, for the forge's API") as caught:
        reach(url, target=ForgeChoice("gitea", address))
    assert (
        caught.value.hint
        == "another host counts only in a .kbump.yaml of your own, not in one that was cloned or is proposed"
    )
    assert reach(url, caller=ForgeChoice("gitea", address)).kind == "gitea"


def test_only_the_caller_may_send_a_token_in_the_clear() -> None:
    url, environ = "http://gitea.acme.dev/acme/infra", {"KBUMP_TOKEN": "s3cr3t"}
    with pytest.raises(UsageError, match="in the clear"):
        reach(url, environ, target=ForgeChoice(allow_http=True))
    assert reach(url, environ, caller=ForgeChoice(allow_http=True)).kind == "gitea"


def test_a_proxy_of_the_variables_is_used(elsewhere: type[Elsewhere]) -> None:
    proxy = f"http://127.0.0.1:{elsewhere.port}"
    forge = reach("https://gitea.acme.dev/acme/infra", {"https_proxy": proxy})
    with pytest.raises(ForgeError, match="the proxy did not connect"):
        forge.repository()
    assert [line for line, _ in elsewhere.seen] == ["CONNECT gitea.acme.dev:443"]


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "GIT_SSL_CAINFO"])
def test_a_file_of_certificate_authorities_of_the_variables_is_used(name: str) -> None:
    with pytest.raises(ForgeError, match=r"the CA file `/nowhere\.pem` cannot be used"):
        reach("https://gitea.acme.dev/acme/infra", {name: "/nowhere.pem"})
