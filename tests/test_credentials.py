"""A target means what kubectl would take for it; a plugin that gives no credentials is named."""

from __future__ import annotations

import base64
import json
import shutil
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kbump.cluster.credentials import Credentials, credentials
from kbump.cluster.target import Target
from kbump.errors import ClusterError, KbumpError, SourceError

pytestmark = pytest.mark.skipif(not shutil.which("kubectl"), reason="kubectl is not on PATH")
API = "client.authentication.k8s.io/v1"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Return variables with kubectl and Python on PATH, and a home without a kubeconfig."""
    folders = {str(Path(found).parent) for found in (shutil.which("kubectl"), sys.executable) if found}
    return {"PATH": ":".join([*sorted(folders), "/bin", "/usr/bin"]), "HOME": str(tmp_path / "home")}


def kubeconfig(path: Path, name: str, current: str = "", namespace: str = "", **user: Any) -> str:
    path.parent.mkdir(exist_ok=True, parents=True)
    context = {"cluster": name, "user": name, **({"namespace": namespace} if namespace else {})}
    config = {
        "apiVersion": "v1", "kind": "Config", "current-context": current,
        "clusters": [{"name": name, "cluster": {"server": f"https://{name}.example.com"}}],
        "users": [{"name": name, "user": user}], "contexts": [{"name": name, "context": context}],
    }  # fmt: skip
    path.write_text(json.dumps(config))
    return str(path)


def read(target: Target) -> Credentials:
    return credentials(target, time.monotonic() + 30)


def refused(target: Target) -> KbumpError:
    with pytest.raises(KbumpError) as caught:
        read(target)
    return caught.value


def server(found: Credentials) -> str:
    assert found.config is not None
    return str(found.config["clusters"][0]["cluster"]["server"])


def test_a_kubeconfig_that_is_named_beats_that_of_the_environment_and_of_the_home(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    kubeconfig(tmp_path / "home" / ".kube" / "config", "home", "home")
    environ_path = kubeconfig(tmp_path / "environ", "environ", "environ")
    named = kubeconfig(tmp_path / "named", "named", "named", "shop")
    assert server(read(Target(environ))) == "https://home.example.com"
    environ["KUBECONFIG"] = environ_path
    assert server(read(Target(environ))) == "https://environ.example.com"
    found = read(Target(environ, kubeconfig=named))
    assert (server(found), found.context, found.namespace) == ("https://named.example.com", "named", "shop")


def dying(folder: Path, environ: dict[str, str], times: str) -> Target:
    """Put a kubectl first on PATH that a signal kills, so often or always, before it is the real one."""
    program = folder / "dying" / "kubectl"
    program.parent.mkdir()
    again = f'echo >> {folder}/times; [ "$(wc -l < {folder}/times)" -gt {times} ] || kill -KILL $$'
    program.write_text(f'#!/bin/sh\n{again}\nexec {shutil.which("kubectl")} "$@"\n')
    program.chmod(0o755)
    environ = {**environ, "PATH": f"{program.parent}:{environ['PATH']}"}
    return Target(environ, kubeconfig=kubeconfig(folder / "config", "a", "a"))


def test_a_kubectl_that_was_killed_is_asked_again(tmp_path: Path, environ: dict[str, str]) -> None:
    assert server(read(dying(tmp_path, environ, "2"))) == "https://a.example.com"


def test_a_kubectl_that_is_killed_each_time_is_said(tmp_path: Path, environ: dict[str, str]) -> None:
    with pytest.raises(ClusterError, match="signal 9 ended `kubectl config view` each time"):
        credentials(dying(tmp_path, environ, "1000"), time.monotonic() + 2)


def test_of_several_kubeconfigs_the_first_says_the_context(tmp_path: Path, environ: dict[str, str]) -> None:
    paths = [kubeconfig(tmp_path / name, name, name) for name in ("one", "two")]
    environ["KUBECONFIG"] = ":".join(paths)
    found = read(Target(environ))
    assert (found.context, found.namespace) == ("one", "default")
    assert server(read(Target(environ, context="two"))) == "https://two.example.com"
    assert read(Target(environ, context="two", namespace="shop")).namespace == "shop"


def test_a_server_without_a_scheme_gets_one(tmp_path: Path, environ: dict[str, str]) -> None:
    path = Path(kubeconfig(tmp_path / "config", "a", "a"))
    path.write_text(path.read_text().replace("https://", ""))
    assert server(read(Target(environ, kubeconfig=str(path)))) == "http://a.example.com"
    path.write_text(path.read_text().replace('"server"', '"insecure-skip-tls-verify": true, "server"'))
    assert server(read(Target(environ, kubeconfig=str(path)))) == "https://a.example.com"


def test_a_file_with_a_token_is_found_beside_the_kubeconfig(tmp_path: Path, environ: dict[str, str]) -> None:
    (tmp_path / "token").write_text("secret\n")
    found = read(Target(environ, kubeconfig=kubeconfig(tmp_path / "config", "a", "a", tokenFile="token")))
    assert found.config is not None
    assert found.config["users"][0]["user"]["token"] == "secret"


def test_a_file_with_a_token_that_is_missing_is_said(tmp_path: Path, environ: dict[str, str]) -> None:
    error = refused(Target(environ, kubeconfig=kubeconfig(tmp_path / "config", "a", "a", tokenFile="token")))
    assert str(error) == f"the token file `{tmp_path / 'token'}` of the kubeconfig cannot be read"


def test_a_kubeconfig_that_is_missing_is_said(tmp_path: Path, environ: dict[str, str]) -> None:
    error = refused(Target(environ, kubeconfig=str(tmp_path / "none")))
    assert str(error) == f"there is no kubeconfig `{tmp_path / 'none'}`"


def test_a_kubeconfig_that_is_no_yaml_is_said(tmp_path: Path, environ: dict[str, str]) -> None:
    (tmp_path / "config").write_text("{")
    error = refused(Target(environ, kubeconfig=str(tmp_path / "config")))
    assert str(error).startswith("the kubeconfig cannot be read: ")


def test_a_context_that_is_missing_is_said_with_those_that_are_there(tmp_path: Path, environ: dict[str, str]) -> None:
    environ["KUBECONFIG"] = ":".join(kubeconfig(tmp_path / name, name) for name in ("one", "two"))
    error = refused(Target(environ, context="three"))
    assert (str(error), error.hint) == ("the kubeconfig has no context `three`", "there are: one, two")
    error = refused(Target(environ))
    assert str(error) == "the kubeconfig has no current context"
    assert error.hint == "choose one with `--context`; there are: one, two"


def test_a_context_that_cannot_be_used_is_said_in_kubectls_words(tmp_path: Path, environ: dict[str, str]) -> None:
    path = kubeconfig(tmp_path / "config", "a", "a", **{"client-certificate": "none.crt"})
    error = refused(Target(environ, kubeconfig=path))
    assert str(error).startswith("context `a` cannot be used: ")
    assert "none.crt" in str(error)


def test_without_anything_there_is_no_cluster(environ: dict[str, str], tmp_path: Path) -> None:
    error = refused(Target(environ))
    assert str(error) == "there is no kubeconfig, and this is no pod with a service account"
    environ["KUBERNETES_SERVICE_HOST"] = "10.0.0.1"
    assert "no pod with a service account" in str(refused(Target(environ, service_account=str(tmp_path))))


def test_in_a_pod_the_service_account_says_the_namespace(environ: dict[str, str], tmp_path: Path) -> None:
    environ["KUBERNETES_SERVICE_HOST"] = "10.0.0.1"
    (tmp_path / "token").write_text("t")
    target = Target(environ, service_account=str(tmp_path))
    assert read(target) == Credentials(None, "", "default")
    (tmp_path / "namespace").write_text("shop\n")
    assert read(target) == Credentials(None, "", "shop")
    assert read(target._replace(namespace="other")).namespace == "other"


def test_a_machine_without_kubectl_is_said(tmp_path: Path) -> None:
    error = refused(Target({"PATH": str(tmp_path)}))
    assert isinstance(error, SourceError)
    assert str(error) == "kubectl is not on PATH"


PLUGIN = """#!{python}
import json, os, sys
asked = json.loads(os.environ["KUBERNETES_EXEC_INFO"])
with open(os.path.join(os.path.dirname(__file__), "asked"), "w") as file:
    json.dump([asked, sys.argv[1:], os.environ.get("WHO")], file)
{body}
"""


def plugin(folder: Path, environ: dict[str, str], body: str, **call: Any) -> Target:
    """Return a target whose credentials come from a program beside the kubeconfig."""
    program = folder / "acme-auth-plugin"
    program.write_text(PLUGIN.format(python=sys.executable, body=body))
    program.chmod(0o755)
    entry = {"command": str(program), "apiVersion": API, "interactiveMode": "IfAvailable", **call}
    return Target(environ, kubeconfig=kubeconfig(folder / "config", "a", "a", exec=entry))


def given(**status: str) -> str:
    return f"print(json.dumps({{'apiVersion': {API!r}, 'kind': 'ExecCredential', 'status': {status!r}}}))"


def test_a_plugin_gives_a_token(tmp_path: Path, environ: dict[str, str]) -> None:
    moment = datetime(2030, 1, 1, tzinfo=UTC)
    body = given(token="secret", expirationTimestamp="2030-01-01T00:00:00Z")
    more = {"args": ["get", "token"], "env": [{"name": "WHO", "value": "me"}], "provideClusterInfo": True}
    target = plugin(tmp_path, environ, body, **more)
    found = read(target)
    assert found.config is not None
    assert found.config["users"][0]["user"] == {"token": "secret"}
    assert (found.plugin, found.expires) == (str(tmp_path / "acme-auth-plugin"), moment.timestamp())
    asked, arguments, who = json.loads((tmp_path / "asked").read_text())
    spec = {"interactive": False, "cluster": {"server": "https://a.example.com", "config": None}}
    assert asked == {"apiVersion": API, "kind": "ExecCredential", "spec": spec}
    assert (arguments, who) == (["get", "token"], "me")


def test_a_plugin_gives_a_certificate(tmp_path: Path, environ: dict[str, str]) -> None:
    target = plugin(tmp_path, environ, given(clientCertificateData="CERT", clientKeyData="KEY"))
    found = read(target)
    assert found.config is not None
    user = found.config["users"][0]["user"]
    assert {name: base64.b64decode(value) for name, value in user.items()} == {
        "client-certificate-data": b"CERT", "client-key-data": b"KEY",
    }  # fmt: skip
    assert found.expires == float("inf")


def test_a_plugin_is_found_beside_the_kubeconfig(tmp_path: Path, environ: dict[str, str]) -> None:
    target = plugin(tmp_path, environ, given(token="secret"), command="./acme-auth-plugin")
    assert read(target).plugin == "./acme-auth-plugin"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(
            "sys.exit('not\\n logged in')", "gave no credentials: exit status 1: not logged in", id="fails"
        ),
        pytest.param("print('no json')", "gave neither a token nor a certificate with its key", id="says no JSON"),
        pytest.param("print('[]')", "gave neither a token nor a certificate with its key", id="says something else"),
        pytest.param(given(clientCertificateData="C"), "gave neither a token nor", id="gives half a certificate"),
        pytest.param(
            given(token="secret").replace("/v1'", "/v1alpha1'"), "gave neither a token nor", id="speaks another API"
        ),
    ],
)  # fmt: skip
def test_a_plugin_is_named_that(tmp_path: Path, environ: dict[str, str], body: str, words: str) -> None:
    error = refused(plugin(tmp_path, environ, body))
    assert str(error).startswith(f"`{tmp_path / 'acme-auth-plugin'}` {words}")
    assert error.hint == "run `kubectl version` by hand: it may ask you to log in"
    assert "secret" not in str(error)


def test_a_plugin_that_is_missing_is_named_with_what_it_says_of_its_installation(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    error = refused(plugin(tmp_path, environ, "", command="acme-missing-plugin"))
    words = "`acme-missing-plugin`, which gives the credentials of the kubeconfig, is not on PATH"
    assert (str(error), error.hint) == (words, "install `acme-missing-plugin`, or take another context")
    told = plugin(tmp_path, environ, "", command="acme-missing-plugin", installHint="see the manual\n")
    assert refused(told).hint == "see the manual"
    (tmp_path / "acme-auth-plugin").chmod(0o644)
    assert "cannot be run: Permission denied" in str(refused(plugin_as_it_is(tmp_path, environ)))


def plugin_as_it_is(folder: Path, environ: dict[str, str]) -> Target:
    entry = {"command": str(folder / "acme-auth-plugin"), "apiVersion": API, "interactiveMode": "Never"}
    return Target(environ, kubeconfig=kubeconfig(folder / "config", "a", "a", exec=entry))


@pytest.mark.once
def test_a_plugin_that_hangs_is_ended_in_time(tmp_path: Path, environ: dict[str, str]) -> None:
    target = plugin(tmp_path, environ, "import time; time.sleep(60)")
    started = time.monotonic()
    # Some builds of kubectl ask the server for its version before anything else, and so the plugin.
    with pytest.raises(ClusterError, match=r"acme-auth-plugin` gave no credentials in time|kubectl config view"):
        credentials(target, time.monotonic() + 8.0)
    assert time.monotonic() - started < 40
