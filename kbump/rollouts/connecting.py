"""connected(): the cluster that is chosen, by the client and by kubectl, as long as a rollout needs it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from kbump.cluster.kubectl import Kubectl
from kbump.cluster.target import Target
from kbump.rollouts.result import ClusterName

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kbump.cluster.connection import Cluster


class Connection(NamedTuple):
    """Which cluster, as kubectl's options say it, with the variables that it runs with."""

    environ: Mapping[str, str]
    kubeconfig: str
    context: str
    namespace: str


class Link(NamedTuple):
    """A cluster that answered: its name, the client, and kubectl."""

    name: ClusterName
    cluster: Cluster
    kubectl: Kubectl


@contextmanager
def connected(choice: Connection, deadline: float) -> Iterator[Link]:
    """Connect until `deadline`, a moment of time.monotonic().

    Raises ClusterError if the cluster does not answer, or the credentials are none.
    """
    from kbump.cluster.connection import connect

    target = Target(choice.environ, choice.kubeconfig, choice.context, choice.namespace)
    cluster = connect(target, deadline)
    name = ClusterName(cluster.server, cluster.context, cluster.version)
    with Kubectl(target, deadline, cluster.reachable) as kubectl:
        yield Link(name, cluster, kubectl)
