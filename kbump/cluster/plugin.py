"""ask(): the credentials that a plugin of a kubeconfig gives.

https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
"""

from __future__ import annotations

import base64
import json
import os
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from kbump.errors import ClusterError
from kbump.process import execute

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kbump.cluster.target import Target
    from kbump.process import Done

_ALLOWED_S = 60.0
_MOST = 300
_EXTENSION = "client.authentication.k8s.io/exec"
_HINT = "run `kubectl version` by hand: it may ask you to log in"


class Given(NamedTuple):
    """What a plugin gave, as an entry of `users` in a kubeconfig; it ends at `expires`, in seconds of time.time()."""

    user: dict[str, str]
    expires: float


def ask(call: Mapping[str, Any], cluster: Mapping[str, Any], target: Target, deadline: float) -> Given:
    """Run a plugin, as the kubeconfig calls it; raise ClusterError, with its name, for all that goes wrong."""
    command = _command(call, target)
    environ = {**target.environ, **{one["name"]: one["value"] for one in call.get("env") or ()}}
    environ["KUBERNETES_EXEC_INFO"] = json.dumps(_information(call, cluster))
    try:
        allowed_s = max(0.1, min(_ALLOWED_S, deadline - time.monotonic()))
        done = execute([command, *(call.get("args") or ())], environ, allowed_s=allowed_s)
    except OSError as error:
        hint = str(call.get("installHint") or "").strip() or f"install `{command}`, or take another context"
        why = "is not on PATH" if isinstance(error, FileNotFoundError) else f"cannot be run: {error.strerror}"
        raise ClusterError(f"`{command}`, which gives the credentials of the kubeconfig, {why}", hint=hint) from None
    return _given(command, call, done)


def _command(call: Mapping[str, Any], target: Target) -> str:
    """Return the program that is called."""
    command = str(call.get("command", ""))
    # A name without a folder is looked for on PATH.
    return target.beside(command) if os.sep in command else command


def _information(call: Mapping[str, Any], cluster: Mapping[str, Any]) -> dict[str, Any]:
    spec: dict[str, Any] = {"interactive": False}
    if call.get("provideClusterInfo"):
        extensions = {one["name"]: one["extension"] for one in cluster.get("extensions") or ()}
        spec["cluster"] = {key: value for key, value in cluster.items() if key != "extensions"}
        spec["cluster"]["config"] = extensions.get(_EXTENSION)
    return {"apiVersion": call.get("apiVersion"), "kind": "ExecCredential", "spec": spec}


def _given(command: str, call: Mapping[str, Any], done: Done) -> Given:
    if done.expired:
        raise ClusterError(f"`{command}` gave no credentials in time", hint=_HINT)
    if done.code:
        said = " ".join(done.stderr.split())[-_MOST:]
        words = f": {said}" if said else ""
        raise ClusterError(f"`{command}` gave no credentials: exit status {done.code}{words}", hint=_HINT)
    told = _status(done.stdout, call)
    if told.get("token"):
        user = {"token": str(told["token"])}
    elif told.get("clientCertificateData") and told.get("clientKeyData"):
        pair = {"client-certificate-data": "clientCertificateData", "client-key-data": "clientKeyData"}
        user = {key: base64.b64encode(str(told[name]).encode()).decode() for key, name in pair.items()}
    else:
        raise ClusterError(f"`{command}` gave neither a token nor a certificate with its key", hint=_HINT)
    return Given(user, _moment(told.get("expirationTimestamp")))


def _status(output: bytes, call: Mapping[str, Any]) -> dict[str, Any]:
    """Return the status of what a plugin wrote, empty if that is not what the kubeconfig expects."""
    try:
        told = json.loads(output)
    except ValueError:
        return {}
    fits = isinstance(told, dict) and told.get("apiVersion") == call.get("apiVersion")
    return told.get("status") or {} if fits else {}


def _moment(text: Any) -> float:
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except ValueError:
        return float("inf")
