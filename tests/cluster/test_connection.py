"""A cluster is asked as kubectl asks it; what goes wrong is a sentence, and what may pass is waited for."""

from __future__ import annotations

import base64
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kbump.cluster.connection import Cluster, connect
from kbump.cluster.kubectl import Kubectl
from kbump.cluster.target import Kind, Target
from kbump.errors import ClusterError
from tests.cluster.conftest import Changed, plain
from tests.cluster.network import Middle, Proxy, Wire, failure, troubled, until

MAPS = Kind("", "v1", "configmaps", "ConfigMap", True)
PODS = Kind("", "v1", "pods", "Pod", True)
DEFINITIONS = Kind("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", False)


def soon(seconds: float = 60.0) -> float:
    return time.monotonic() + seconds


def config_map(name: str, **data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def refused(target: Target, seconds: float = 20.0) -> ClusterError:
    with pytest.raises(ClusterError) as caught:
        connect(target, soon(seconds))
    return caught.value


@pytest.fixture
def cluster(space: Target) -> Cluster:
    return connect(space, soon())


def test_a_cluster_says_who_it_is(space: Target, cluster: Cluster) -> None:
    config = json.loads(plain(space, "config", "view", "--minify", "-o", "json"))
    assert cluster.server == config["clusters"][0]["cluster"]["server"]
    assert cluster.context == config["current-context"]
    assert cluster.version == json.loads(plain(space, "version", "-o", "json"))["serverVersion"]["gitVersion"]
    assert cluster.namespace == space.namespace
    assert cluster.reachable()


def test_objects_are_plain_and_say_what_they_are(space: Target, cluster: Cluster) -> None:
    plain(space, "create", "configmap", "a", "--from-literal=x=y")
    found = cluster.get(MAPS, space.namespace, "a")
    assert found is not None
    assert (found["apiVersion"], found["kind"], found["data"]) == ("v1", "ConfigMap", {"x": "y"})
    assert "managedFields" not in found["metadata"]
    managed = cluster.get(MAPS, space.namespace, "a", managed=True)
    assert managed is not None
    assert [one["manager"] for one in managed["metadata"]["managedFields"]] == ["kubectl-create"]
    listed = cluster.list(MAPS, space.namespace)
    assert found in listed.objects
    assert int(listed.resource_version) >= int(found["metadata"]["resourceVersion"])
    assert cluster.get(MAPS, space.namespace, "b") is None


def test_a_list_of_several_pages_is_whole(space: Target, cluster: Cluster) -> None:
    with Kubectl(space, soon()) as kubectl:
        made = kubectl.apply([config_map(f"a{number}") for number in range(260)])
    assert len(made.objects) == 260
    names = [one["metadata"]["name"] for one in cluster.list(MAPS, space.namespace).objects]
    assert len({name for name in names if name.startswith("a")}) == 260 == len(names) - names.count("kube-root-ca.crt")


def test_a_list_is_narrowed_by_labels(space: Target, cluster: Cluster) -> None:
    plain(space, "create", "configmap", "a")
    plain(space, "label", "configmap", "a", "app=web")
    assert [one["metadata"]["name"] for one in cluster.list(MAPS, space.namespace, "app=web").objects] == ["a"]


def test_kinds_are_resolved_and_new_ones_are_seen_at_once(space: Target, cluster: Cluster) -> None:
    assert cluster.resolve("v1", "Pod") == PODS
    assert cluster.resolve("apps/v1", "Deployment") == Kind("apps", "v1", "deployments", "Deployment", True)
    group = f"{space.namespace}.example.com"
    assert cluster.resolve(f"{group}/v1", "Widget") is None
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}}
    names = {"plural": "widgets", "singular": "widget", "kind": "Widget"}
    spec = {"group": group, "scope": "Cluster", "names": names, "versions": [version]}
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": f"widgets.{group}"}, "spec": spec,
    }  # fmt: skip
    with Kubectl(space, soon()) as kubectl:
        assert not kubectl.apply([definition]).code
        kind = until(lambda: cluster.resolve(f"{group}/v1", "Widget"))
        assert kind == Kind(group, "v1", "widgets", "Widget", False)
        assert cluster.list(kind).objects == []
        assert not kubectl.delete(DEFINITIONS, "", f"widgets.{group}").code


def test_an_object_is_patched_and_deleted_only_if_it_is_the_same(space: Target, cluster: Cluster) -> None:
    plain(space, "create", "configmap", "a", "--from-literal=x=y")
    made = cluster.patch(MAPS, space.namespace, "a", {"data": {"x": "z"}})
    assert made["data"] == {"x": "z"}
    assert not cluster.delete(MAPS, space.namespace, "a", "another")
    assert cluster.get(MAPS, space.namespace, "a") is not None
    assert cluster.delete(MAPS, space.namespace, "a", made["metadata"]["uid"])
    assert not cluster.delete(MAPS, space.namespace, "a", made["metadata"]["uid"])


def test_events_are_told_from_a_moment_on_but_for_ordinary_ones(space: Target, cluster: Cluster) -> None:
    now = datetime.now(UTC)
    for kind, reason in (("Warning", "Failed"), ("Normal", "Killing"), ("Normal", "Scheduled")):
        event = {
            "apiVersion": "v1", "kind": "Event", "metadata": {"name": reason.lower(), "namespace": space.namespace},
            "involvedObject": {"namespace": space.namespace}, "type": kind, "reason": reason,
            "lastTimestamp": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }  # fmt: skip
        subprocess.run(
            ["kubectl", *space.options(), "create", "-f", "-"], input=json.dumps(event), text=True, check=True,
            capture_output=True,
        )  # fmt: skip
    told = {one["reason"] for one in cluster.events(space.namespace, now - timedelta(seconds=5))}
    assert told == {"Failed", "Killing"}
    assert cluster.events(space.namespace, now + timedelta(seconds=5)) == []


@pytest.fixture
def visitor(space: Target, changed: Changed) -> Target:
    """Return a target whose user may only look at ConfigMaps."""
    plain(space, "create", "serviceaccount", "visitor")
    plain(space, "create", "role", "visitor", "--verb=get,list", "--resource=configmaps")
    plain(space, "create", "rolebinding", "visitor", "--role=visitor", f"--serviceaccount={space.namespace}:visitor")
    return changed(user={"token": plain(space, "create", "token", "visitor").strip()})


def test_permissions_are_asked_for(space: Target, visitor: Target) -> None:
    cluster = connect(visitor, soon())
    until(lambda: cluster.may("list", MAPS, space.namespace))
    assert not cluster.may("create", MAPS, space.namespace)
    assert not cluster.may("get", PODS, space.namespace, subresource="log")
    with pytest.raises(ClusterError, match="does not let us ask for pods: pods is forbidden") as caught:
        cluster.list(PODS, space.namespace)
    assert (caught.value.status, caught.value.hint) == (403, "a Role and a RoleBinding give the permission")


def test_in_a_pod_its_service_account_is_meant(space: Target, visitor: Target, tmp_path: Path) -> None:
    [cluster] = json.loads(plain(space, "config", "view", "--raw", "--minify", "-o", "json"))["clusters"]
    config = json.loads(Path(visitor.kubeconfig).read_text())
    (tmp_path / "account").mkdir()
    (tmp_path / "account" / "token").write_text(config["users"][0]["user"]["token"])
    (tmp_path / "account" / "namespace").write_text(space.namespace)
    (tmp_path / "account" / "ca.crt").write_bytes(base64.b64decode(cluster["cluster"]["certificate-authority-data"]))
    host, _, port = cluster["cluster"]["server"].removeprefix("https://").rpartition(":")
    environ = {
        "PATH": space.environ["PATH"], "HOME": str(tmp_path),
        "KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": port,
    }  # fmt: skip
    found = connect(Target(environ, service_account=str(tmp_path / "account")), soon())
    assert (found.context, found.namespace) == ("", space.namespace)
    assert until(lambda: found.may("list", MAPS, space.namespace))


def test_a_proxy_of_the_kubeconfig_is_used_with_its_password(changed: Changed) -> None:
    proxy = Proxy("me", "hunter2")
    with contextlib.closing(proxy):
        target = changed({"proxy-url": f"http://me:hunter2@127.0.0.1:{proxy.server_port}"})
        cluster = connect(target, soon())
        assert proxy.asked == [cluster.server.removeprefix("https://")] * len(proxy.asked) != []
        with Kubectl(target, soon()) as kubectl:
            assert kubectl.version().server == cluster.version
        refusing = changed({"proxy-url": f"http://me:hunter3@127.0.0.1:{proxy.server_port}"})
        error = refused(refusing)
    assert str(error) == f"no answer from {cluster.server}: the proxy did not connect to it"
    assert "hunter" not in f"{error} {error.hint} {error!r}"


def test_a_proxy_of_the_environment_is_used_but_for_what_is_left_out(changed: Changed) -> None:
    target = changed({"server": "https://cluster.invalid:6443"})
    proxied = target._replace(environ={**target.environ, "HTTPS_PROXY": "http://127.0.0.1:1"})
    assert "the proxy did not connect to it" in str(refused(proxied))
    excepted = target._replace(environ={**proxied.environ, "NO_PROXY": ".invalid"})
    assert "its name does not resolve" in str(refused(excepted))


def test_no_key_of_the_kubeconfig_stays_on_the_disk(
    space: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    cluster = connect(space, soon())
    assert cluster.list(MAPS, space.namespace).objects
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_is_not_there_is_said(changed: Changed) -> None:
    error = refused(changed({"server": "https://127.0.0.1:1"}))
    assert str(error) == "no answer from https://127.0.0.1:1: it cannot be connected to"
    assert error.hint == "check that the server is up, and that this machine may connect to it"


def test_a_name_that_does_not_resolve_is_said(changed: Changed) -> None:
    error = refused(changed({"server": "https://cluster.invalid:6443"}))
    assert str(error) == "no answer from https://cluster.invalid:6443: its name does not resolve"


def test_a_server_that_stalls_is_said_in_time(wire: tuple[Wire, Target]) -> None:
    line, target = wire
    line.stalling = True
    error = refused(target, 4.0)
    assert "it did not answer in time" in str(error)


def test_another_authority_is_said(space: Target, changed: Changed, tmp_path: Path) -> None:
    other = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", tmp_path / "key", "-subj", "/CN=other"],
        capture_output=True, check=True,
    )  # fmt: skip
    error = refused(changed({"certificate-authority-data": base64.b64encode(other.stdout).decode()}))
    assert "no secure connection: " in str(error)
    assert error.hint is not None
    assert error.hint.startswith("check `certificate-authority-data` in the kubeconfig")


def test_a_certificate_is_not_looked_at_if_the_kubeconfig_says_so(space: Target, changed: Changed) -> None:
    entry = {"insecure-skip-tls-verify": True, "certificate-authority-data": ""}
    assert connect(changed(entry), soon()).version


def test_a_token_that_is_wrong_is_said_and_not_shown(changed: Changed) -> None:
    error = refused(changed(user={"token": "secret-token"}))
    assert str(error).endswith("does not take the credentials")
    assert error.hint == "they may have expired; get a new kubeconfig or token"
    assert "secret-token" not in f"{error} {error.hint}"


def test_nobody_is_told_from_somebody(changed: Changed) -> None:
    error = refused(changed(user={}))
    assert str(error).endswith(("was given no credentials", "does not take the credentials"))
    assert error.status in (401, 403)


def test_what_is_no_api_server_is_said(middle: tuple[Middle, Target]) -> None:
    between, target = middle
    between.fault = lambda method, path, headers: failure(404, "no such page")
    assert "does not tell its version" in str(refused(target))


def test_credentials_that_end_are_read_again(space: Target, middle: tuple[Middle, Target], changed: Changed) -> None:
    between, target = middle
    valid = "Bearer first"

    def ended(method: str, path: str, headers: dict[str, str]) -> Any:
        return None if headers.get("Authorization") == valid else failure(401, "Unauthorized")

    between.fault = ended
    cluster = connect(target, soon())
    valid = "Bearer second"
    config = json.loads(Path(target.kubeconfig).read_text())
    config["users"][0]["user"]["token"] = "second"
    Path(target.kubeconfig).write_text(json.dumps(config))
    assert cluster.list(MAPS, space.namespace).objects
    valid = "Bearer third"
    with pytest.raises(ClusterError, match="does not take the credentials"):
        cluster.list(MAPS, space.namespace)


PLUGIN = """#!/bin/sh
echo x >>"$(dirname "$0")/runs"
[ ! -e "$(dirname "$0")/broken" ] || { echo "session is over" >&2; exit 1; }
echo '{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": "t", \
"expirationTimestamp": "'$(date -u -d "+$(cat "$(dirname "$0")/seconds") seconds" +%Y-%m-%dT%H:%M:%SZ)'"}}'
"""


def test_a_plugin_is_asked_again_before_its_credentials_end(
    space: Target, middle: tuple[Middle, Target], changed: Changed, tmp_path: Path
) -> None:
    between, _ = middle
    folder = tmp_path / "plugin"
    folder.mkdir()
    (folder / "plugin").write_text(PLUGIN)
    (folder / "plugin").chmod(0o755)
    (folder / "seconds").write_text("3600")
    call = {"command": str(folder / "plugin"), "apiVersion": "client.authentication.k8s.io/v1"}
    user = {"exec": {**call, "interactiveMode": "Never"}}
    cluster = connect(changed({"server": f"http://{between.place}"}, user), soon())
    runs = folder / "runs"
    assert cluster.list(MAPS, space.namespace).objects
    before = len(runs.read_text().split())
    (folder / "seconds").write_text("10")
    between.fault = lambda method, path, headers: failure(401, "Unauthorized")
    with pytest.raises(ClusterError, match="does not take the credentials") as caught:
        cluster.get(MAPS, space.namespace, "a")
    assert caught.value.hint == f"they may have expired; `{folder / 'plugin'}` gave them: log in again"
    between.fault = lambda method, path, headers: None
    ended = len(runs.read_text().split())
    assert ended > before
    assert cluster.get(MAPS, space.namespace, "a") is None
    assert len(runs.read_text().split()) > ended
    (folder / "broken").touch()
    cluster.extend(soon())
    with pytest.raises(ClusterError, match="gave no credentials: exit status 1: session is over"):
        cluster.get(MAPS, space.namespace, "a")


@pytest.mark.filterwarnings("ignore")
def test_a_kubeconfig_that_cannot_be_used_is_said(changed: Changed) -> None:
    garbage = base64.b64encode(b"garbage").decode()
    authority = refused(changed({"certificate-authority-data": garbage}))
    assert str(authority) == "the kubeconfig cannot be used: its certificate authority is no certificate in PEM form"
    pair = refused(changed(user={"client-certificate-data": garbage, "client-key-data": garbage}))
    assert str(pair) == "the kubeconfig cannot be used: its client certificate and key are no pair in PEM form"
    assert "the proxy of the cluster has no URL" in str(refused(changed({"proxy-url": "ftp://127.0.0.1"})))
    # Whether PySocks is there is not for us to say.
    socks = str(refused(changed({"proxy-url": "socks5://127.0.0.1:1"})))
    assert socks.startswith(("the cluster is behind a SOCKS proxy", "the proxy of the cluster", "no answer from "))


def test_a_server_without_a_scheme_is_what_kubectl_takes_it_for(space: Target, changed: Changed) -> None:
    place = connect(space, soon()).server.removeprefix("https://")
    assert connect(changed({"server": place}), soon()).server == f"https://{place}"


def test_a_certificate_for_another_name_is_said(changed: Changed) -> None:
    error = refused(changed({"tls-server-name": "other.example.com"}))
    assert "no secure connection: Hostname mismatch, certificate is not valid for 'other.example.com'" in str(error)
    assert error.hint == "check the server's URL in the kubeconfig, or give `tls-server-name` there"


def test_a_server_that_expects_tls_is_quoted(space: Target, changed: Changed) -> None:
    server = connect(space, soon()).server
    error = refused(changed({"server": server.replace("https:", "http:")}))
    assert str(error).endswith("does not tell its version: Client sent an HTTP request to an HTTPS server.")


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_server_that_fails_for_a_moment_is_asked_again(
    space: Target, middle: tuple[Middle, Target], status: int
) -> None:
    between, target = middle
    cluster = connect(target, soon())
    left = 3

    def fault(method: str, path: str, headers: dict[str, str]) -> Any:
        nonlocal left
        left -= 1
        return failure(status, "for a moment", ("Retry-After", "1")) if left >= 0 else None

    between.fault = fault
    assert cluster.list(MAPS, space.namespace).objects
    assert left < 0


def test_a_server_that_keeps_failing_is_no_longer_asked_when_time_is_over(middle: tuple[Middle, Target]) -> None:
    between, target = middle
    cluster = connect(target, soon(4.0))
    between.fault = lambda method, path, headers: failure(503, "upgrading")
    with pytest.raises(ClusterError, match="does not tell configmaps: upgrading"):
        cluster.list(MAPS, "default")
    assert time.monotonic() < cluster.session.deadline + 1


def test_connections_that_are_cut_and_reset_all_the_time_are_no_hindrance(wire: tuple[Wire, Target]) -> None:
    line, target = wire
    with troubled(line.cut, line.reset):
        cluster = connect(target, soon())
        for number in range(40):
            assert cluster.get(MAPS, target.namespace, f"a{number}") is None
            time.sleep(0.05)


def test_nothing_is_written_to_stdout_or_stderr(space: Target, wire: tuple[Wire, Target]) -> None:
    line, target = wire
    program = (
        "import os, sys, time\n"
        "from kbump.cluster.connection import connect\n"
        "from kbump.cluster.target import Kind, Target\n"
        "cluster = connect(Target(dict(os.environ), sys.argv[1]), time.monotonic() + 30)\n"
        "for _ in range(20): cluster.list(Kind('', 'v1', 'configmaps', 'ConfigMap', True), 'default'); time.sleep(0.1)"
    )
    with troubled(line.cut, line.reset):
        done = subprocess.run([sys.executable, "-c", program, target.kubeconfig], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
