"""Which forge a repository is on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kbump.errors import ForgeError
from kbump.forge.gitea import Gitea
from kbump.forge.github import GitHub
from kbump.forge.kinds import Place, connect, locate
from kbump.forge.settings import Settings
from kbump.remote import Remote
from tests.forge.faults import answers, refuses, shows_a_page
from tests.forge.hosts import FAST

if TYPE_CHECKING:
    from tests.forge.github_server import FakeGitHub

DOTCOM, CODEBERG = "https://api.github.com", "https://codeberg.org/api/v1"


@pytest.mark.parametrize("url", ["file:///srv/git/infra.git", "https://github.com/infra"])
def test_what_names_no_owner_and_repository_is_on_no_forge(url: str) -> None:
    with pytest.raises(ForgeError, match="names no owner and repository on a forge") as raised:
        locate(Remote.parse(url), Settings())
    assert raised.value.hint == "GitHub (github.com, Enterprise Server) and Gitea or Forgejo are supported"


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://gitlab.com/acme/infra", "GitLab"),
        ("git@gitlab.acme.dev:group/sub/infra.git", "GitLab"),
        ("https://bitbucket.org/acme/infra.git", "Bitbucket"),
        ("https://dev.azure.com/acme/p/_git/infra", "Azure DevOps"),
    ],
)
def test_a_forge_that_is_not_supported_is_named_with_those_that_are(url: str, kind: str) -> None:
    with pytest.raises(ForgeError, match=f" is on {kind}, which kbump does not speak") as raised:
        locate(Remote.parse(url), Settings())
    assert "Gitea or Forgejo are supported" in str(raised.value.hint)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://github.com/acme/infra.git", ("github", DOTCOM)),
        ("https://github.com/acme/infra/", ("github", DOTCOM)),
        ("git@github.com:acme/infra.git", ("github", DOTCOM)),
        ("github.com:acme/infra", ("github", DOTCOM)),
        ("ssh://git@ssh.github.com:443/acme/infra.git", ("github", DOTCOM)),
        ("https://acme.ghe.com/acme/infra", ("github", "https://api.acme.ghe.com")),
        ("git@github.acme.dev:acme/infra.git", ("github", "https://github.acme.dev/api/v3")),
        ("https://codeberg.org/acme/infra", ("gitea", CODEBERG)),
        ("ssh://git@gitea.acme.dev:2222/acme/infra.git", ("gitea", "https://gitea.acme.dev/api/v1")),
        ("https://forgejo.acme.dev:8443/git/acme/infra.git", ("gitea", "https://forgejo.acme.dev:8443/git/api/v1")),
        ("http://gitea:3000/acme/infra", ("gitea", "http://gitea:3000/api/v1")),
    ],
)
def test_a_host_whose_name_tells_is_not_asked(url: str, place: tuple[str, str]) -> None:
    assert locate(Remote.parse(url), Settings(token="secret")) == Place(*place, "acme", "infra")


@pytest.mark.parametrize(
    ("kind", "api_url", "place"),
    [
        ("gitea", "", ("gitea", "https://git.acme.dev/api/v1")),
        ("forgejo", "", ("gitea", "https://git.acme.dev/api/v1")),
        ("github", "", ("github", "https://git.acme.dev/api/v3")),
        ("", "https://code.acme.dev/api/v1/", ("gitea", "https://code.acme.dev/api/v1/")),
        ("", "https://code.acme.dev/api/v3", ("github", "https://code.acme.dev/api/v3")),
        ("", "https://api.acme.ghe.com", ("github", "https://api.acme.ghe.com")),
        ("", DOTCOM, ("github", DOTCOM)),
        ("gitea", "https://code.acme.dev/x", ("gitea", "https://code.acme.dev/x")),
    ],
)
def test_what_is_said_beats_every_guess(kind: str, api_url: str, place: tuple[str, str]) -> None:
    found = locate(Remote.parse("git@git.acme.dev:acme/infra.git"), Settings(api_url), kind=kind)
    assert found == Place(*place, "acme", "infra")


def test_a_kind_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ForgeError, match="is on gerrit, which kbump does not speak"):
        locate(Remote.parse("https://git.acme.dev/acme/infra"), Settings(), kind="gerrit")


NO_GITEA = refuses(404, "Not Found")


@pytest.mark.parametrize(
    ("gitea", "github_says", "kind"),
    [
        (answers(200, {"version": "1.26.0"}), None, "gitea"),
        (answers(403, {"message": "Only signed in", "url": "https://git.acme.dev/api/swagger"}), None, "gitea"),
        (NO_GITEA, answers(200, {"installed_version": "3.19.0"}), "github"),
        (shows_a_page(200), refuses(401, "Must authenticate to access this API."), "github"),
    ],
    ids=["Gitea", "Gitea where all must sign in", "Enterprise Server", "Enterprise Server in private mode"],
)
def test_a_host_whose_name_tells_nothing_is_asked_without_the_token(
    github: FakeGitHub, gitea: Any, github_says: Any, kind: str
) -> None:
    github.fault("GET", "/api/v1/version$", gitea)
    github.fault("GET", "/api/v3/meta$", github_says)
    found = locate(Remote.parse(f"{github.url}/acme/infra.git"), Settings(token="secret"), timing=FAST)
    assert found.kind == kind
    assert found.api_url.startswith(github.url)
    assert all("Authorization" not in one.headers for one in github.asked)


def test_a_host_that_does_not_tell_is_an_error(github: FakeGitHub) -> None:
    github.fault("GET", "/api/v1/version$", shows_a_page(200))
    github.fault("GET", "/api/v3/meta$", answers(404, {"message": "Nope"}, X_GitHub_Request_Id=""))
    with pytest.raises(ForgeError, match=r"127\.0\.0\.1 does not tell which forge it is: GitHub") as raised:
        locate(Remote.parse(f"{github.url}/acme/infra"), Settings(), timing=FAST)
    assert raised.value.hint == "set `forge: {kind, api_url}` in .kbump.yaml"


@pytest.mark.parametrize(("kind", "module"), [("github", GitHub), ("gitea", Gitea)])
def test_a_place_is_connected_to(kind: str, module: type) -> None:
    forge = connect(Place(kind, "https://git.acme.dev/api/v1", "acme", "infra"), Settings())
    assert isinstance(forge, module)
    assert (forge.kind, forge.limits.body) == (kind, 65_536)
