"""Objects in the states that a rollout meets: what is applied, and the word and sentence that it comes to."""

from __future__ import annotations

from typing import NamedTuple

IMAGE = "registry.local/web:1.4.0"
SIMULATED = "testcluster=simulated"


class Scenario(NamedTuple):
    """A manifest, what is applied on top of it later, and what is then said of the object; `kubectl` is its verdict.

    `kubectl` is True where `kubectl rollout status` succeeds, False where it does not, None where it has none.
    """

    manifest: str
    word: str
    message: str
    kubectl: bool | None = None
    after: str = ""


def pods(word: str = "", more: str = "") -> str:
    image = f"{IMAGE}-{word}" if word else IMAGE
    spec = f"containers: [{{name: web, image: '{image}'}}]{more}"
    return (
        f"selector: {{matchLabels: {{app: web}}}}, template: {{metadata: {{labels: {{app: web}}}}, spec: {{{spec}}}}}"
    )


def workload(kind: str, spec: str) -> str:
    return f"apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: web}}\nspec: {{{spec}}}\n"


def batch(spec: str, kind: str = "Job") -> str:
    return f"apiVersion: batch/v1\nkind: {kind}\nmetadata: {{name: web}}\nspec: {{{spec}}}\n"


def job(word: str = "", more: str = "") -> str:
    image = f"{IMAGE}-{word}" if word else IMAGE
    containers = f"containers: [{{name: web, image: '{image}'}}]"
    return f"template: {{spec: {{restartPolicy: Never, {containers}}}}}{more}"


def pod(word: str = "", more: str = "") -> str:
    image = f"{IMAGE}-{word}" if word else IMAGE
    spec = f"{{containers: [{{name: web, image: '{image}'}}]{more}}}"
    return f"apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec: {spec}\n"


NOWHERE = ", nodeSelector: {disk: none}"
PARTITION = "replicas: 3, updateStrategy: {rollingUpdate: {partition: 2}}"
NEVER = ", restartPolicy: Never"
SCENARIOS = {
    "deployment-done": Scenario(workload("Deployment", f"replicas: 2, {pods()}"), "done", "2 replicas available", True),
    "deployment-scaled-to-zero": Scenario(
        workload("Deployment", f"replicas: 0, {pods()}"), "done", "it is scaled to zero", True
    ),
    "deployment-not-available": Scenario(
        workload("Deployment", f"replicas: 2, {pods('unready')}"), "waiting", "0 of 2 updated replicas available", False
    ),
    "deployment-with-an-image-that-is-missing": Scenario(
        workload("Deployment", f"{pods('missing')}"), "waiting", "0 of 1 updated replica available", False
    ),
    "deployment-beyond-its-deadline": Scenario(
        workload("Deployment", f"progressDeadlineSeconds: 2, {pods('unready')}"), "failed",
        'it exceeded its progress deadline: ReplicaSet "*" has timed out progressing.', False,
    ),
    "deployment-paused": Scenario(
        workload("Deployment", f"paused: true, {pods()}"), "paused",
        "it is paused: `kubectl rollout resume` lets it go on", False,
    ),
    "deployment-with-an-old-replica": Scenario(
        workload("Deployment", f"replicas: 2, {pods()}"), "waiting", "1 of 2 new replicas updated", False,
        after=workload("Deployment", f"replicas: 2, {pods('unready')}"),
    ),
    "daemonset-done": Scenario(workload("DaemonSet", pods()), "done", "3 pods available", True),
    "daemonset-not-available": Scenario(
        workload("DaemonSet", pods("unready")), "waiting", "0 of 3 updated pods available", False
    ),
    "daemonset-on-delete": Scenario(
        workload("DaemonSet", f"updateStrategy: {{type: OnDelete}}, {pods()}"), "manual",
        "3 pods to be deleted by a person: its update strategy is OnDelete", False,
        after=workload("DaemonSet", f"updateStrategy: {{type: OnDelete}}, {pods('slow')}"),
    ),
    "daemonset-without-a-node": Scenario(workload("DaemonSet", pods(more=NOWHERE)), "done", "no node is for it", True),
    "statefulset-done": Scenario(workload("StatefulSet", f"replicas: 2, {pods()}"), "done", "2 pods ready", True),
    "statefulset-not-ready": Scenario(
        workload("StatefulSet", f"replicas: 2, {pods('unready')}"), "waiting", "0 of 2 pods ready", False
    ),
    "statefulset-partitioned": Scenario(
        workload("StatefulSet", f"{PARTITION}, {pods()}"), "done", "1 pod updated, 2 pods held by the partition", True,
        after=workload("StatefulSet", f"{PARTITION}, {pods()}").replace("1.4.0", "1.5.0"),
    ),
    "statefulset-on-delete": Scenario(
        workload("StatefulSet", f"replicas: 2, updateStrategy: {{type: OnDelete}}, {pods()}"), "manual",
        "2 pods to be deleted by a person: its update strategy is OnDelete", False,
        after=workload("StatefulSet", f"replicas: 2, updateStrategy: {{type: OnDelete}}, {pods('slow')}"),
    ),
    "replicaset-done": Scenario(workload("ReplicaSet", pods()), "done", "1 replica available"),
    "replicaset-not-available": Scenario(
        workload("ReplicaSet", pods("unready")), "waiting", "0 of 1 replica available"
    ),
    "job-complete": Scenario(batch(job()), "done", "it is complete"),
    "job-running": Scenario(batch(job("slow")), "waiting", "0 of 1 completion, 1 pod active"),
    "job-failed": Scenario(
        batch(job("fails", ", backoffLimit: 0")), "failed", "it failed: Job has reached the specified backoff limit"
    ),
    "job-suspended": Scenario(batch(job(more=", suspend: true")), "paused", "it is suspended"),
    "cronjob-scheduled": Scenario(
        batch(f"schedule: '0 3 * * *', jobTemplate: {{spec: {{{job()}}}}}", "CronJob"), "done", "it is scheduled"
    ),
    "cronjob-suspended": Scenario(
        batch(f"suspend: true, schedule: '0 3 * * *', jobTemplate: {{spec: {{{job()}}}}}", "CronJob"), "paused",
        "it is suspended",
    ),
    "pod-ready": Scenario(pod(), "done", "it is ready"),
    "pod-not-ready": Scenario(pod("unready"), "waiting", "it is not ready"),
    "pod-unschedulable": Scenario(pod(more=NOWHERE), "waiting", "it is pending"),
    "pod-failed": Scenario(pod("fails", NEVER), "failed", "it failed: a container ended with an error"),
    "persistentvolumeclaim-pending": Scenario(
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: web}\n"
        "spec: {accessModes: [ReadWriteOnce], storageClassName: none, resources: {requests: {storage: 1Gi}}}\n",
        "waiting", "it is not bound",
    ),
    "service-there": Scenario(
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n", "done", "it is there"
    ),
    "service-without-an-address": Scenario(
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: LoadBalancer, ports: [{port: 80}]}\n",
        "waiting", "its load balancer has no address",
    ),
    "ingress-without-an-address": Scenario(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\n"
        "spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}\n",
        "waiting", "it has no address",
    ),
    "configmap-there": Scenario("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n", "done", "it is there"),
}  # fmt: skip
