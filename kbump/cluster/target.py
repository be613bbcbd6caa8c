"""Which cluster is meant, and how one of its kinds of objects is called."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"


# Every pod has them, and no diagnosis reads them: the server itself leaves them out.
_ORDINARY = ("Created", "ScalingReplicaSet", "Scheduled", "Started", "SuccessfulCreate", "SuccessfulDelete")


class Target(NamedTuple):
    """Which cluster, as kubectl's own options say it; `environ` is what kubectl, and its plugins, run with.

    An explicit kubeconfig, else those of $KUBECONFIG, else ~/.kube/config, else, in a pod, its service account.
    """

    environ: Mapping[str, str]
    kubeconfig: str = ""
    context: str = ""
    namespace: str = ""
    service_account: str = SERVICE_ACCOUNT

    def options(self) -> list[str]:
        """Return the options of kubectl that say the same."""
        given = {"kubeconfig": self.kubeconfig, "context": self.context, "namespace": self.namespace}
        return [f"--{name}={value}" for name, value in given.items() if value]

    def beside(self, path: str) -> str:
        """Return where a path of the kubeconfig leads: a relative one begins at the file that has it."""
        named = self.kubeconfig or self.environ.get("KUBECONFIG", "") or f"{self.environ.get('HOME', '')}/.kube/config"
        folders = [os.path.dirname(os.path.abspath(one)) for one in named.split(os.pathsep) if one]
        found = [os.path.join(folder, path) for folder in folders]
        return next((one for one in found if os.path.isfile(one)), found[0] if found else path)


class Kind(NamedTuple):
    """A kind of objects that a server has; `group` is empty for the core."""

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool

    @property
    def api_version(self) -> str:
        """Return what `apiVersion` of such an object says."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def resource(self) -> str:
        """Return what kubectl calls it without a doubt: deployments.apps."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    def path(self, namespace: str = "", name: str = "") -> str:
        """Return its path below the server's URL: of one object, or of all in a namespace, or in all of them."""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        within = f"/namespaces/{namespace}" if self.namespaced and namespace else ""
        return f"{root}{within}/{self.plural}" + (f"/{name}" if name else "")

    @property
    def fields(self) -> str:
        """Return the field selector that leaves out ordinary events; it is empty for all other kinds."""
        events = (self.group, self.plural) == ("", "events")
        return ",".join(f"reason!={reason}" for reason in _ORDINARY) if events else ""


EVENTS = Kind("", "v1", "events", "Event", True)
"""The events of the core, which has the same as the group events.k8s.io."""
