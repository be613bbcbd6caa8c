"""credentials(): the server and the user that a target means, as kubectl understands the kubeconfigs."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from kbump.cluster.programs import Programs
from kbump.cluster.words import words_of
from kbump.errors import ClusterError

if TYPE_CHECKING:
    from kbump.cluster.target import Target
    from kbump.process import Done

_KUBECTL_S = 20.0


class Credentials(NamedTuple):
    """A kubeconfig of one context with all that it names in it; None stands for the service account of this pod.

    `plugin` is the program that gave the credentials, if one did; they end at `expires`, in seconds of time.time().
    """

    config: dict[str, Any] | None
    context: str
    namespace: str
    plugin: str = ""
    expires: float = float("inf")


def credentials(target: Target, deadline: float) -> Credentials:
    """Read what a target means, and ask its plugin for credentials if it has one; raise ClusterError, or SourceError.

    kubectl itself merges the kubeconfigs: the client for Python has rules of its own for several of them.
    """
    done = _view(target, deadline, "--minify", "--flatten")
    if done.code:
        return _without_context(target, deadline, words_of(done.stderr))
    config: dict[str, Any] = json.loads(done.stdout)
    [context] = config["contexts"]
    namespace = target.namespace or context["context"].get("namespace") or "default"
    for entry in config.get("clusters") or []:
        _give_scheme(entry["cluster"], config)
    return _asked(Credentials(config, str(context["name"]), namespace), target, deadline)


def _give_scheme(cluster: dict[str, Any], config: dict[str, Any]) -> None:
    """Complete a server without a scheme as kubectl does: HTTPS where anything is said of TLS."""
    users = [entry.get("user") or {} for entry in config.get("users") or []]
    tls = {"certificate-authority-data", "client-certificate-data", "insecure-skip-tls-verify"}
    secured = any(entry.get(name) for entry in (cluster, *users) for name in tls)
    if "://" not in str(cluster.get("server") or "://"):
        cluster["server"] = f"{'https' if secured else 'http'}://{cluster['server']}"


def _view(target: Target, deadline: float, *flags: str) -> Done:
    programs = Programs(target, deadline, lambda: False)
    done = programs.run(["config", "view", "--raw", "-o", "json", *flags], allowed_s=_KUBECTL_S)
    if done.expired:
        raise ClusterError("`kubectl config view` did not end in time")
    if done.code < 0:
        raise ClusterError(f"signal {-done.code} ended `kubectl config view` each time")
    return done


def _without_context(target: Target, deadline: float, words: str) -> Credentials:
    """Take the service account of this pod where nothing else is said, or tell why there is no context."""
    if target.kubeconfig and not os.path.isfile(target.kubeconfig):
        raise ClusterError(f"there is no kubeconfig `{target.kubeconfig}`")
    done = _view(target, deadline)
    if done.code:
        raise ClusterError(f"the kubeconfig cannot be read: {words_of(done.stderr)}")
    config = json.loads(done.stdout)
    names = [str(one["name"]) for one in config.get("contexts") or []]
    wanted = target.context or str(config.get("current-context") or "")
    if not (names or wanted or target.kubeconfig):
        return _in_a_pod(target)
    there = f"there are: {', '.join(names)}" if names else "it has none"
    if not wanted:
        raise ClusterError("the kubeconfig has no current context", hint=f"choose one with `--context`; {there}")
    if wanted not in names:
        raise ClusterError(f"the kubeconfig has no context `{wanted}`", hint=there)
    raise ClusterError(f"context `{wanted}` cannot be used: {words}")


def _in_a_pod(target: Target) -> Credentials:
    """Mean the service account of this pod, if it is one."""
    if not ("KUBERNETES_SERVICE_HOST" in target.environ and os.path.isfile(f"{target.service_account}/token")):
        raise ClusterError(
            "there is no kubeconfig, and this is no pod with a service account",
            hint="name a kubeconfig with `--kubeconfig` or KUBECONFIG",
        )
    namespace = target.namespace
    if not namespace:
        try:
            with open(f"{target.service_account}/namespace", encoding="utf-8") as file:
                namespace = file.read().strip()
        except OSError:
            namespace = "default"
    return Credentials(None, "", namespace or "default")


def _asked(found: Credentials, target: Target, deadline: float) -> Credentials:
    """Put what a file or a plugin gives in the place of its name: the client passes over a plugin that fails."""
    entries = (found.config or {}).get("users") or []
    user: dict[str, Any] = entries[0].get("user") or {} if entries else {}
    if user.get("tokenFile"):
        user["token"] = _token(target.beside(str(user.pop("tokenFile"))))
    if not user.get("exec"):
        return found
    from kbump.cluster.plugin import ask

    call = user.pop("exec")
    clusters = (found.config or {}).get("clusters") or [{}]
    given = ask(call, clusters[0].get("cluster") or {}, target, deadline)
    user.update(given.user)
    return found._replace(plugin=str(call.get("command")), expires=given.expires)


def _token(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    except (OSError, ValueError):
        raise ClusterError(f"the token file `{path}` of the kubeconfig cannot be read") from None
