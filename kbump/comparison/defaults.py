"""What the API server makes of a field that a manifest leaves out.

From Kubernetes' own defaults (https://github.com/kubernetes/kubernetes), and where no other source is
named, from the function SetDefaults_TYPE there:
core: pkg/apis/core/v1/defaults.go; apps: pkg/apis/apps/v1/defaults.go; batch: pkg/apis/batch/v1/defaults.go;
networking: pkg/apis/networking/v1/defaults.go; rbac: pkg/apis/rbac/v1/defaults.go; autoscaling:
pkg/apis/autoscaling/v2/defaults.go; storage: pkg/apis/storage/v1/defaults.go; admissionregistration:
pkg/apis/admissionregistration/v1/defaults.go. A field that is no pointer is unset with the zero of its type, too
(marked as zero; staging/src/k8s.io/api/core/v1/types.go).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kbump.errors import ImageReferenceError
from kbump.image import ImageReference

if TYPE_CHECKING:
    from collections.abc import Callable

    Fields = dict[str, Any]

_ROLLING = "RollingUpdate"
_RBAC = "rbac.authorization.k8s.io"


def _pull_policy(key: str) -> Callable[[Fields], str | None]:
    def policy(fields: Fields) -> str | None:
        try:
            image = ImageReference.parse(str(fields.get(key) or ""))
        except ImageReferenceError:
            return None
        return "Always" if image.tag == "latest" or not (image.tag or image.digest) else "IfNotPresent"

    return policy


def _rolling(fields: Fields) -> Fields | None:
    return {} if fields.get("type", _ROLLING) == _ROLLING else None


def _policy_types(fields: Fields) -> list[str]:
    return ["Ingress", "Egress"] if fields.get("egress") else ["Ingress"]


def _subject_group(fields: Fields) -> str:
    return _RBAC if fields.get("kind") in ("User", "Group") else ""


def _completions(fields: Fields) -> int | None:
    return 1 if fields.get("parallelism") is None else None


def _traffic_policy(fields: Fields) -> str | None:
    return "Cluster" if fields.get("type") in ("NodePort", "LoadBalancer") else None


_CONTAINER: Fields = {
    "imagePullPolicy": _pull_policy("image"),
    "resources": {},
    "stdin": False,  # zero, as the next two
    "stdinOnce": False,
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
    "tty": False,
}
_FILES = {"defaultMode": 420, "optional": False}
_OPTIONAL = {"optional": False}
# type -> field -> its default, or what makes it of the other fields; None is no default.
DEFAULTS: dict[str, Fields] = {
    "admissionregistration.MutatingWebhook": {
        "failurePolicy": "Fail",
        "matchPolicy": "Equivalent",
        "namespaceSelector": {},
        "objectSelector": {},
        "reinvocationPolicy": "Never",
    },
    "admissionregistration.RuleWithOperations": {"scope": "*"},
    "admissionregistration.ServiceReference": {"port": 443},
    "admissionregistration.ValidatingWebhook": {
        "failurePolicy": "Fail",
        "matchPolicy": "Equivalent",
        "namespaceSelector": {},
        "objectSelector": {},
    },
    "apps.DaemonSetSpec": {"minReadySeconds": 0, "revisionHistoryLimit": 10, "updateStrategy": {}},
    "apps.DaemonSetUpdateStrategy": {"rollingUpdate": _rolling, "type": _ROLLING},
    "apps.DeploymentSpec": {
        "minReadySeconds": 0,
        "paused": False,
        "progressDeadlineSeconds": 600,
        "replicas": 1,
        "revisionHistoryLimit": 10,
        "strategy": {},
    },
    "apps.DeploymentStrategy": {"rollingUpdate": _rolling, "type": _ROLLING},
    "apps.ReplicaSetSpec": {"minReadySeconds": 0, "replicas": 1},
    "apps.RollingUpdateDaemonSet": {"maxSurge": 0, "maxUnavailable": 1},
    "apps.RollingUpdateDeployment": {"maxSurge": "25%", "maxUnavailable": "25%"},
    "apps.RollingUpdateStatefulSetStrategy": {"partition": 0},
    "apps.StatefulSetPersistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"},
    "apps.StatefulSetSpec": {
        "minReadySeconds": 0,
        "persistentVolumeClaimRetentionPolicy": {},
        "podManagementPolicy": "OrderedReady",
        "replicas": 1,
        "revisionHistoryLimit": 10,
        "updateStrategy": {},
    },
    "apps.StatefulSetUpdateStrategy": {"rollingUpdate": _rolling, "type": _ROLLING},
    "autoscaling.HorizontalPodAutoscalerSpec": {"minReplicas": 1},
    "batch.CronJobSpec": {
        "concurrencyPolicy": "Allow",
        "failedJobsHistoryLimit": 1,
        "successfulJobsHistoryLimit": 3,
        "suspend": False,
    },
    "batch.JobSpec": {
        "backoffLimit": 6,
        "completionMode": "NonIndexed",
        "completions": _completions,
        "parallelism": 1,
        "suspend": False,
    },
    "core.ConfigMapEnvSource": _OPTIONAL,  # optional: types.go, "must be defined" unless true
    "core.ConfigMapKeySelector": _OPTIONAL,
    "core.ConfigMapProjection": _OPTIONAL,
    "core.ConfigMapVolumeSource": _FILES,
    "core.Container": _CONTAINER,
    "core.ContainerPort": {"protocol": "TCP"},  # +default="TCP" in types.go
    "core.DownwardAPIVolumeSource": {"defaultMode": 420},
    "core.EndpointPort": {"protocol": "TCP"},
    "core.EnvVar": {"value": ""},  # zero
    "core.EphemeralContainer": _CONTAINER,
    "core.HTTPGetAction": {"path": "/", "scheme": "HTTP"},
    "core.HostPathVolumeSource": {"type": ""},
    "core.ImageVolumeSource": {"pullPolicy": _pull_policy("reference")},
    "core.ObjectFieldSelector": {"apiVersion": "v1"},
    "core.PersistentVolumeClaimSpec": {"resources": {}, "volumeMode": "Filesystem"},
    "core.PersistentVolumeSpec": {"persistentVolumeReclaimPolicy": "Retain", "volumeMode": "Filesystem"},
    "core.PodSpec": {
        "dnsPolicy": "ClusterFirst",
        "enableServiceLinks": True,
        "hostIPC": False,  # zero, as the next two
        "hostNetwork": False,
        "hostPID": False,
        "restartPolicy": "Always",
        "schedulerName": "default-scheduler",
        "securityContext": {},
        # The old name of the field: Convert_core_PodSpec_To_v1_PodSpec in pkg/apis/core/v1/conversion.go.
        "serviceAccount": lambda fields: fields.get("serviceAccountName") or "default",
        "serviceAccountName": lambda fields: fields.get("serviceAccount") or "default",
        "terminationGracePeriodSeconds": 30,
    },
    "core.Probe": {
        "failureThreshold": 3,
        "initialDelaySeconds": 0,  # zero
        "periodSeconds": 10,
        "successThreshold": 1,
        "timeoutSeconds": 1,
    },
    "core.ProjectedVolumeSource": {"defaultMode": 420},
    "core.ReplicationControllerSpec": {"minReadySeconds": 0, "replicas": 1},
    "core.Secret": {"type": "Opaque"},
    "core.SecretEnvSource": _OPTIONAL,
    "core.SecretKeySelector": _OPTIONAL,
    "core.SecretProjection": _OPTIONAL,
    "core.SecretVolumeSource": _FILES,
    "core.ServiceAccountTokenProjection": {"expirationSeconds": 3600},
    "core.ServicePort": {"protocol": "TCP", "targetPort": lambda fields: fields.get("port")},
    "core.ServiceSpec": {
        "externalTrafficPolicy": _traffic_policy,
        "internalTrafficPolicy": lambda fields: None if fields.get("type") == "ExternalName" else "Cluster",
        "publishNotReadyAddresses": False,  # zero
        "sessionAffinity": "None",
        "type": "ClusterIP",
    },
    "core.Toleration": {"operator": "Equal"},  # types.go: "Defaults to Equal"
    "core.VolumeMount": {"readOnly": False},  # zero
    "networking.NetworkPolicyPort": {"protocol": "TCP"},
    "networking.NetworkPolicySpec": {"policyTypes": _policy_types},
    "rbac.RoleRef": {"apiGroup": _RBAC},
    "rbac.Subject": {"apiGroup": _subject_group},
    "storage.CSIDriverSpec": {"attachRequired": True, "podInfoOnMount": False},
    "storage.StorageClass": {"reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"},
}


def default(type_: str, field: str, fields: Fields) -> Any:
    """Return what a field means that is left out beside the other fields of its object, None if it has no default."""
    found = DEFAULTS.get(type_, {}).get(field)
    return found(fields) if callable(found) else found
