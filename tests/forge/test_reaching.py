"""How a forge is reached: addresses, proxies, certificates; and where the token never goes."""

from __future__ import annotations

import logging
import shutil
import socket
import ssl
import subprocess
import threading
from typing import TYPE_CHECKING, Any

import pytest

from kbump.errors import ForgeError
from kbump.forge.http import Client, path
from kbump.forge.refusals import Refusal
from kbump.forge.settings import Settings
from tests.forge.faults import answers, refuses
from tests.forge.hosts import FAST, SLEPT
from tests.web import WebServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.forge.elsewhere import Elsewhere
    from tests.forge.github_server import FakeGitHub
    from tests.forge.hosts import GitHubHost

TOKEN = "ghp_secret"


@pytest.mark.parametrize("status", [301, 302, 307])
@pytest.mark.parametrize("scheme", ["http://127.0.0.1", "//127.0.0.1", "https://127.0.0.1"])
def test_a_redirect_to_another_host_is_not_followed(
    github: FakeGitHub, github_host: GitHubHost, elsewhere: type[Elsewhere], status: int, scheme: str
) -> None:
    github.fault("GET", "/user$", answers(status, {"message": "Moved"}, Location=f"{scheme}:{elsewhere.port}/user"))
    with pytest.raises(ForgeError, match=f"answered {status}: Moved") as raised:
        github_host.forge().who_am_i()
    assert raised.value.hint == "the repository was moved or renamed, or the API's address is another: use the new one"
    assert elsewhere.seen == []


def test_a_redirect_to_the_same_host_is_followed_when_reading(github: FakeGitHub, github_host: GitHubHost) -> None:
    github.fault("GET", "/infra$", answers(301, {}, Location=f"{github.url}/repositories/7?x=1"))
    github.fault("GET", "/repositories/7$", answers(307, {}, Location="/repos/acme/infra"))
    assert github_host.forge().repository().name == "acme/infra"
    assert github.asked[1].query == {"x": "1"}


@pytest.mark.parametrize("location", ["/repos/acme/infra", "", "mailto:x"], ids=["a circle", "nowhere", "no address"])
def test_a_redirect_without_end_is_an_error(github: FakeGitHub, github_host: GitHubHost, location: str) -> None:
    github.fault("GET", "/infra$", *[answers(302, {}, Location=location)] * 6)
    with pytest.raises(ForgeError, match="answered 302: found"):
        github_host.forge().repository()


def test_a_redirect_is_not_followed_when_writing(github: FakeGitHub, github_host: GitHubHost) -> None:
    github.fault("PATCH", "/pulls/1$", answers(307, {"message": "Moved"}, Location=f"{github.url}/repos/acme/new"))
    with pytest.raises(ForgeError, match="answered 307: Moved"):
        github_host.forge().update(1, title="T")
    assert len(github.asked) == 1


@pytest.mark.parametrize(
    "fault",
    [
        refuses(422, f"Bad header Authorization: Bearer {TOKEN}\nSet-Cookie: a=b\x1b[2J" + "x" * 900),
        answers(502, TOKEN),
        answers(200, {"full_name": TOKEN}),
        answers(404, {"message": "No", "errors": [{"message": TOKEN}, TOKEN, {"field": TOKEN, "code": "x"}]}),
        refuses(403, "No", X_Accepted_OAuth_Scopes=TOKEN, X_OAuth_Scopes="repo"),
    ],
    ids=["in the message", "as text", "in the form", "in the errors", "in a header"],
)
def test_a_token_that_a_server_echoes_is_not_shown(
    github: FakeGitHub, github_host: GitHubHost, fault: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    github.fault("GET", "/infra$", *[fault] * 5)
    with pytest.raises(ForgeError) as raised:
        github_host.forge().repository()
    shown = f"{raised.value} {raised.value.hint} {raised.value!r} {caplog.text}"
    assert TOKEN not in shown
    assert raised.value.message.isprintable()
    assert len(raised.value.message) <= 500
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


def test_the_token_is_in_its_header_and_nowhere_else(
    github: FakeGitHub, github_host: GitHubHost, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    forge = github_host.forge()
    forge.repository()
    sent = github.asked[0]
    assert TOKEN not in f"{sent._replace(headers={})} {caplog.text} {forge!r} {vars(forge)!r}"
    settings = Settings("https://x", TOKEN, f"http://u:{TOKEN}@proxy")
    assert repr(settings) == "Settings(api_url='https://x', token=given, proxy=given)"
    assert repr(Refusal("forge.example", TOKEN)) == "Refusal(host='forge.example')"
    assert repr(Settings()) == "Settings(api_url='', token=none, proxy=none)"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"api_url": "http://forge.example/api/v1"}, "the token would go to forge.example in the clear"),
        ({"api_url": "https://me:hunter2@forge.example"}, "must be an http or https URL without a password"),
        ({"api_url": "ftp://forge.example"}, "must be an http or https URL"),
        ({"api_url": "https://[::1/api"}, "must be an http or https URL"),
        ({"api_url": "https://forge.example:port/"}, "must be an http or https URL"),
        ({"api_url": ""}, "must be an http or https URL"),
        ({"api_url": "https://forge.example", "token": "hunter2\n"}, "the token holds characters that no token has"),
        ({"api_url": "https://forge.example", "token": "hunter2 x"}, "the token holds characters that no token has"),
        ({"api_url": "https://forge.example", "token": "hunter2é"}, "the token holds characters that no token has"),
        ({"api_url": "https://forge.example", "ca_file": "/nowhere.pem"}, "the CA file `/nowhere.pem` cannot be used"),
        ({"api_url": "https://forge.example", "ca_file": __file__}, "cannot be used"),
        ({"api_url": "https://forge.example", "proxy": "socks5://hunter2@x"}, "the proxy is no http or https URL"),
        ({"api_url": "https://forge.example", "proxy": "http://hunter2@x:y"}, "the proxy is no http or https URL"),
    ],
    ids=[
        "http", "a password", "ftp", "a broken address", "a broken port", "no address", "a line end", "a space",
        "a letter of no token", "no CA file", "a CA file of something else", "a SOCKS proxy", "a broken proxy",
    ],
)  # fmt: skip
def test_what_cannot_be_asked_safely_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ForgeError) as raised:
        Client(Settings(**given))
    assert words in raised.value.message
    assert raised.value.hint
    assert "hunter2" not in repr(raised.value)


@pytest.mark.parametrize("part", ["", ".", ".."])
def test_a_name_that_would_climb_is_refused(part: str) -> None:
    with pytest.raises(ForgeError, match="cannot be a part of an address"):
        path("repos", part)


def test_a_name_is_quoted_whole() -> None:
    assert path("labels", "a/b ?#%é", 7) == "/labels/a%2Fb%20%3F%23%25%C3%A9/7"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:{port}", "it cannot be connected to"),
        ("https://no-such-host.invalid", "its name does not resolve"),
    ],
    ids=["nobody listens", "no such name"],
)
def test_a_forge_out_of_reach_is_tried_again_even_when_writing(url: str, words: str) -> None:
    SLEPT.clear()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(ForgeError, match=rf"`POST /x` on .*: {words}"):
        Client(Settings(api_url=url.format(port=port)), FAST).ask("POST", "/x", body={})
    assert SLEPT == [0.5, 1.0, 2.0, 4.0]


def test_a_connection_that_is_not_taken_in_time_is_an_error() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        name = full.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(name)
        with pytest.raises(ForgeError, match="it did not take the connection in time"):
            Client(Settings(api_url=f"http://127.0.0.1:{name[1]}", timeout_s=0.1), FAST).ask("GET", "/x")
        for one in waiting:
            one.close()


def test_a_proxy_is_asked_with_its_password_in_a_header(elsewhere: type[Elsewhere]) -> None:
    proxy = f"http://me:p%40ss@127.0.0.1:{elsewhere.port}"
    settings = Settings("http://forge.example/api/v1", TOKEN, proxy, allow_http=True)
    assert Client(settings, FAST).ask("GET", "/user").data == {"login": "eve"}
    line, headers = elsewhere.seen[0]
    assert line == "GET http://forge.example/api/v1/user"
    assert headers["proxy-authorization"] == "Basic bWU6cEBzcw=="


def test_a_proxy_that_does_not_connect_is_an_error_without_its_password(elsewhere: type[Elsewhere]) -> None:
    settings = Settings("https://forge.example", TOKEN, f"http://me:hunter2@127.0.0.1:{elsewhere.port}")
    with pytest.raises(ForgeError, match="the proxy did not connect to it") as raised:
        Client(settings, FAST).ask("GET", "/user")
    assert raised.value.hint == "check HTTPS_PROXY and NO_PROXY"
    assert "hunter2" not in repr(raised.value)
    assert [line for line, _ in elsewhere.seen] == ["CONNECT forge.example:443"]
    assert TOKEN not in str(elsewhere.seen)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not shutil.which("openssl"):
        pytest.skip("openssl is not on PATH")
    pem = tmp_path_factory.mktemp("tls") / "both.pem"
    name = ["-subj", "/CN=forge", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subprocess.run([*command, *name, "-keyout", pem, "-out", f"{pem}.crt"], check=True, capture_output=True)
    pem.write_text(pem.read_text() + pem.with_suffix(".pem.crt").read_text())
    return pem


@pytest.fixture
def secure(elsewhere: type[Elsewhere], certificate: Path) -> Iterator[str]:
    server = WebServer(("127.0.0.1", 0), elsewhere)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_certificate_that_is_not_trusted_is_an_error(secure: str, elsewhere: type[Elsewhere]) -> None:
    with pytest.raises(ForgeError, match="no secure connection: self-signed certificate") as raised:
        Client(Settings(secure, TOKEN), FAST).ask("GET", "/user")
    assert raised.value.hint == "give the file of the private certificate authority that signed it"
    assert elsewhere.seen == []


def test_a_private_certificate_authority_is_trusted_if_given(secure: str, certificate: Path) -> None:
    settings = Settings(secure, TOKEN, ca_file=f"{certificate}.crt")
    assert Client(settings, FAST).ask("GET", "/user").data == {"login": "eve"}


def test_what_speaks_no_tls_is_an_error(elsewhere: type[Elsewhere]) -> None:
    with pytest.raises(ForgeError, match="no secure connection: "):
        Client(Settings(f"https://127.0.0.1:{elsewhere.port}"), FAST).ask("GET", "/user")
