"""Objects in the states that a rollout meets: what is applied, and the word and sentence that it comes to."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

IMAGE = "registry.local/web:1.4.0"
SIMULATED = "testcluster=simulated"


class Scenario(NamedTuple):
    """A manifest, what is done to it later, and what is then said of the object; `kubectl` is its verdict.

    Once the object's word is `once`, `after` is applied and the commands `then` are run. What fits may pass: each
    version of the object is looked at. `kubectl` is True where `kubectl rollout status` succeeds, False where it does
    not, None where it has none. NAMESPACE in all of them is the test's own. With `around`, pods, ControllerRevisions,
    nodes and storage classes are looked at too; `resource` is what kubectl calls the kind, if not as the case does.
    What lasts for moments only may be missed: `again` undoes it, so that it is played again.
    """

    manifest: str
    word: str
    message: str
    kubectl: bool | None = None
    after: str = ""
    then: tuple[tuple[str, ...], ...] = ()
    once: str = "done"
    around: bool = False
    resource: str = ""
    again: tuple[str, ...] = ()


def pods(word: str = "", more: str = "") -> str:
    image = f"{IMAGE}-{word}" if word else IMAGE
    spec = f"containers: [{{name: web, image: '{image}'}}]{more}"
    return (
        f"selector: {{matchLabels: {{app: web}}}}, template: {{metadata: {{labels: {{app: web}}}}, spec: {{{spec}}}}}"
    )


def workload(kind: str, spec: str) -> str:
    return f"apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: web}}\nspec: {{{spec}}}\n"


def controller(spec: str) -> str:
    spec = spec.replace("{matchLabels: {app: web}}", "{app: web}")
    return f"apiVersion: v1\nkind: ReplicationController\nmetadata: {{name: web}}\nspec: {{{spec}}}\n"


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


def told(resource: str, **status: Any) -> tuple[str, ...]:
    """Return the command that writes a status as a kubelet or a controller would."""
    return "patch", resource, "--subresource=status", "--type=merge", "-p", json.dumps({"status": status})


def claim(storage_class: str) -> str:
    spec = f"accessModes: [ReadWriteOnce], storageClassName: {storage_class}, resources: {{requests: {{storage: 1Gi}}}}"
    return f"apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: web}}\nspec: {{{spec}}}\n---\n"


def definition(name: str, kind: str) -> str:
    names = f"{{plural: {name}, singular: {name[:-1]}, kind: {kind}}}"
    version = (
        "{name: v1, served: true, storage: true, subresources: {status: {}}, "
        "schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}"
    )
    return (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
        f"metadata: {{name: {name}.NAMESPACE.example.com}}\n"
        f"spec: {{group: NAMESPACE.example.com, scope: Namespaced, names: {names}, versions: [{version}]}}\n---\n"
    )


NOWHERE = ", nodeSelector: {disk: none}"
NEVER = ", restartPolicy: Never"
QUOTA = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: none}\nspec: {hard: {pods: '0'}}\n---\n"
VOLUME = (
    "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: NAMESPACE}\n"
    "spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /none},"
    " claimRef: {name: web, namespace: NAMESPACE}}\n"
)
LAZY = (
    "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: NAMESPACE}\n"
    "provisioner: example.com/none\nvolumeBindingMode: WaitForFirstConsumer\n"
)
OWN_NODES = "".join(
    f"apiVersion: v1\nkind: Node\nmetadata: {{name: NAMESPACE-{number}, labels: {{own: NAMESPACE}}}}\n"
    "spec: {taints: [{key: own, effect: NoSchedule}]}\n---\n"
    for number in range(2)
)
ON_OWN_NODES = ", nodeSelector: {own: NAMESPACE}, tolerations: [{key: own}]"


def partitioned(partition: int, word: str = "", tag: str = "1.4.0") -> str:
    strategy = f"updateStrategy: {{rollingUpdate: {{partition: {partition}}}}}"
    return workload("StatefulSet", f"replicas: 3, {strategy}, {pods(word)}").replace("1.4.0", tag)


def on_delete(kind: str, word: str = "") -> str:
    replicas = "replicas: 2, " if kind == "StatefulSet" else ""
    return workload(kind, f"{replicas}updateStrategy: {{type: OnDelete}}, {pods(word)}")


def deployment(replicas: int, word: str = "", more: str = "") -> str:
    return workload("Deployment", f"replicas: {replicas}, {more}{pods(word)}")


def stateful_set(replicas: int, word: str = "", more: str = "") -> str:
    return workload("StatefulSet", f"replicas: {replicas}, {more}{pods(word)}")


UNSEEN = "no controller has looked at it yet"
PAUSED = "it is paused: `kubectl rollout resume` lets it go on"
DEPLOYMENTS = {
    "deployment-just-applied": Scenario(deployment(2), "waiting", UNSEEN, False),
    "deployment-just-changed": Scenario(deployment(2), "waiting", UNSEEN, False, after=deployment(2, "slow")),
    "deployment-done": Scenario(deployment(2), "done", "2 replicas available", True),
    "deployment-scaled-to-zero": Scenario(deployment(0), "done", "it is scaled to zero", True),
    "deployment-not-available": Scenario(
        deployment(2, "unready"), "waiting", "0 of 2 updated replicas available", False
    ),
    "deployment-with-an-image-that-is-missing": Scenario(
        deployment(1, "missing"), "waiting", "0 of 1 updated replica available", False
    ),
    "deployment-beyond-its-deadline": Scenario(
        deployment(1, "unready", "progressDeadlineSeconds: 2, "), "failed",
        "it has made no progress for 2 s, its `progressDeadlineSeconds`", False,
    ),
    "deployment-that-may-make-no-pods": Scenario(
        QUOTA + deployment(1), "waiting", "0 of 1 new replica updated", False
    ),
    "deployment-paused": Scenario(deployment(1, more="paused: true, "), "paused", PAUSED, False),
    "deployment-paused-when-it-was-done": Scenario(
        deployment(1), "done", "1 replica available", True, then=(("rollout", "pause", "deployment/web"),)
    ),
    "deployment-paused-in-the-middle": Scenario(
        deployment(3, "", "progressDeadlineSeconds: 60, "), "paused", PAUSED, False,
        after=deployment(3, "unready", "progressDeadlineSeconds: 60, "),
        then=(("rollout", "pause", "deployment/web"),),
    ),
    "deployment-changed-in-part": Scenario(
        deployment(2), "waiting", "1 of 2 new replicas updated", False, after=deployment(2, "unready")
    ),
    "deployment-with-an-old-replica": Scenario(
        deployment(1), "waiting", "1 old replica to end, when new ones are available", False,
        after=deployment(1, "unready"),
    ),
    "deployment-scaled-down": Scenario(
        deployment(3), "waiting", "2 replicas too many, to end", True,
        then=(("scale", "deployment/web", "--replicas=1"),),
    ),
    "deployment-that-is-deleted": Scenario(
        deployment(1, "lingers"), "deleting", "it is being deleted",
        then=(("delete", "deployment/web", "--cascade=foreground", "--wait=false"),),
    ),
}  # fmt: skip
DAEMON_SETS = {
    "daemonset-just-applied": Scenario(workload("DaemonSet", pods()), "waiting", UNSEEN, False),
    "daemonset-just-changed": Scenario(
        workload("DaemonSet", pods()), "waiting", UNSEEN, False, after=workload("DaemonSet", pods("slow"))
    ),
    "daemonset-done": Scenario(workload("DaemonSet", pods()), "done", "3 pods available", True),
    "daemonset-not-available": Scenario(
        workload("DaemonSet", pods("unready")), "waiting", "0 of 3 updated pods available", False
    ),
    "daemonset-changed-in-part": Scenario(
        workload("DaemonSet", pods()), "waiting", "1 of 3 new pods updated", False,
        after=workload("DaemonSet", pods("unready")),
    ),
    "daemonset-without-a-node": Scenario(workload("DaemonSet", pods(more=NOWHERE)), "done", "no node is for it", True),
    "daemonset-on-delete": Scenario(
        on_delete("DaemonSet"), "manual", "3 old pods to be deleted by a person: its update strategy is OnDelete",
        False, after=on_delete("DaemonSet", "slow"),
    ),
    "daemonset-on-delete-the-first-time": Scenario(on_delete("DaemonSet"), "done", "3 pods available", False),
    "daemonset-on-a-cordoned-node": Scenario(
        OWN_NODES + workload("DaemonSet", pods("lingers", ON_OWN_NODES)), "done",
        "1 pod ready, 1 node not ready or cordoned", False, around=True,
        then=(
            ("cordon", "NAMESPACE-0"),
            ("delete", "pods", "--field-selector=spec.nodeName=NAMESPACE-0", "--wait=false"),
        ),
        again=("uncordon", "NAMESPACE-0"),
    ),
}  # fmt: skip
STATEFUL_SETS = {
    "statefulset-just-applied": Scenario(stateful_set(2), "waiting", UNSEEN, False),
    "statefulset-just-changed": Scenario(stateful_set(2), "waiting", UNSEEN, False, after=stateful_set(2, "slow")),
    "statefulset-done": Scenario(stateful_set(2), "done", "2 pods ready", True),
    "statefulset-scaled-to-zero": Scenario(stateful_set(0), "done", "it is scaled to zero", True),
    "statefulset-not-ready": Scenario(stateful_set(2, "unready"), "waiting", "0 of 2 pods ready", False),
    "statefulset-of-parallel-pods": Scenario(
        stateful_set(3, more="podManagementPolicy: Parallel, "), "done", "3 pods ready", True
    ),
    "statefulset-changed-in-part": Scenario(
        stateful_set(3), "waiting", "2 of 3 new pods updated", False, after=stateful_set(3, "lingers")
    ),
    "statefulset-partitioned": Scenario(
        partitioned(2), "done", "1 pod updated, 2 pods held by the partition", True, after=partitioned(2, tag="1.5.0")
    ),
    "statefulset-changed-in-part-of-its-partition": Scenario(
        partitioned(1), "waiting", "1 of 2 new pods updated", False, after=partitioned(1, tag="1.5.0")
    ),
    "statefulset-with-a-partition-above-its-replicas": Scenario(
        partitioned(9), "done", "0 pods updated, 3 pods held by the partition", True, after=partitioned(9, tag="1.5.0")
    ),
    "statefulset-scaled-down": Scenario(
        stateful_set(3, "lingers"), "waiting", "2 pods too many, to end", True,
        then=(("scale", "statefulset/web", "--replicas=1"),),
    ),
    "statefulset-on-delete": Scenario(
        on_delete("StatefulSet"), "manual", "2 old pods to be deleted by a person: its update strategy is OnDelete",
        False, after=on_delete("StatefulSet", "slow"),
    ),
    "statefulset-on-delete-the-first-time": Scenario(
        on_delete("StatefulSet", "unready"), "waiting", "0 of 2 pods ready", False
    ),
    "statefulset-on-delete-when-a-person-has-done-it": Scenario(
        on_delete("StatefulSet"), "done", "2 pods ready", False,
        after=on_delete("StatefulSet").replace("1.4.0", "1.5.0"),
        then=(("delete", "pods", "--all"),),
    ),
}  # fmt: skip
REPLICA_SETS = {
    "replicaset-just-applied": Scenario(workload("ReplicaSet", pods()), "waiting", UNSEEN),
    "replicaset-done": Scenario(workload("ReplicaSet", pods()), "done", "1 replica available"),
    "replicaset-scaled-to-zero": Scenario(
        workload("ReplicaSet", f"replicas: 0, {pods()}"), "done", "it is scaled to zero"
    ),
    "replicaset-not-available": Scenario(
        workload("ReplicaSet", pods("unready")), "waiting", "0 of 1 replica available"
    ),
    "replicaset-scaled-down": Scenario(
        workload("ReplicaSet", f"replicas: 3, {pods()}"), "waiting", "2 replicas too many, to end",
        then=(("scale", "replicaset/web", "--replicas=1"),),
    ),
    "replicaset-that-may-make-no-pods": Scenario(
        QUOTA + workload("ReplicaSet", pods()), "waiting", "its pods may not be made: pods * exceeded quota: *"
    ),
    "replicationcontroller-done": Scenario(controller(pods()), "done", "1 replica available"),
    "replicationcontroller-not-available": Scenario(
        controller(pods("unready")), "waiting", "0 of 1 replica available"
    ),
}  # fmt: skip
TASKS = {
    "job-complete": Scenario(batch(job()), "done", "it is complete"),
    "job-running": Scenario(batch(job("slow")), "waiting", "0 of 1 completion, 1 pod active"),
    "job-of-a-queue-of-work": Scenario(
        batch(job("slow", ", parallelism: 2")), "waiting", "0 pods succeeded, 2 pods active"
    ),
    "job-that-tries-again": Scenario(
        batch(job("fails", ", backoffLimit: 3")), "waiting", "0 of 1 completion, * active, 1 pod failed"
    ),
    "job-failed": Scenario(
        batch(job("fails", ", backoffLimit: 0")), "failed", "it failed: Job has reached the specified backoff limit"
    ),
    "job-beyond-its-deadline": Scenario(
        batch(job("slow", ", activeDeadlineSeconds: 1")), "failed",
        "it failed: Job was active longer than specified deadline",
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
    "pod-failed": Scenario(pod("fails", NEVER), "failed", "it failed: container `web` ended with exit code 3"),
    "pod-ended": Scenario(
        pod(more=NEVER), "done", "it has ended well", then=(told("pod/web", phase="Succeeded", conditions=None),)
    ),
    "pod-evicted": Scenario(
        pod(), "failed", "it failed: The node was low on resource: memory.",
        then=(told("pod/web", phase="Failed", reason="Evicted", message="The node was low on resource: memory."),),
    ),
}  # fmt: skip
NETWORK = {
    "service-there": Scenario(
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n", "done", "it is there"
    ),
    "service-without-an-address": Scenario(
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: LoadBalancer, ports: [{port: 80}]}\n",
        "waiting", "its load balancer has no address",
    ),
    "service-with-an-address": Scenario(
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: LoadBalancer, ports: [{port: 80}]}\n",
        "done", "its load balancer has an address", once="waiting",
        then=(told("service/web", loadBalancer={"ingress": [{"ip": "192.0.2.1"}]}),),
    ),
    "service-with-an-address-of-its-own": Scenario(
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n"
        "spec: {type: LoadBalancer, externalIPs: [192.0.2.1], ports: [{port: 80}]}\n", "done", "it is there",
    ),
    "ingress-without-an-address": Scenario(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\n"
        "spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}\n",
        "waiting", "it has no address",
    ),
    "ingress-with-an-address": Scenario(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\n"
        "spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}\n",
        "done", "it has an address", once="waiting",
        then=(told("ingress/web", loadBalancer={"ingress": [{"hostname": "web.example.com"}]}),),
    ),
}  # fmt: skip
WIDGET = "apiVersion: NAMESPACE.example.com/v1\nkind: Widget\nmetadata: {name: web}\nspec: {size: 1}\n"
WIDGETS = "widgets.NAMESPACE.example.com"


def widget(word: str, message: str, *conditions: dict[str, str], **status: Any) -> Scenario:
    """Return a custom resource whose controller says the conditions."""
    then = (("apply", "-f", "-", WIDGET), told(f"{WIDGETS}/web", conditions=[*conditions], **status))
    return Scenario(definition("widgets", "Widget"), word, message, then=then, once="", resource=WIDGETS)


def held(kind: str, value: str, message: str) -> dict[str, str]:
    return {"type": kind, "status": value, "reason": "Reason", "message": message}


OTHERS = {
    "persistentvolumeclaim-pending": Scenario(claim("none"), "waiting", "it is not bound"),
    "persistentvolumeclaim-bound": Scenario(claim("''") + VOLUME, "done", "it is bound"),
    "persistentvolumeclaim-lost": Scenario(
        claim("''") + VOLUME, "failed", "its volume is lost",
        then=(
            ("delete", "persistentvolume/NAMESPACE", "--wait=false"),
            ("patch", "persistentvolume/NAMESPACE", "-p", '{"metadata": {"finalizers": null}}'),
        ),
    ),
    "persistentvolumeclaim-that-waits-for-a-pod": Scenario(
        claim("NAMESPACE") + LAZY, "done", "it waits for its first pod", around=True
    ),
    "customresourcedefinition-established": Scenario(definition("widgets", "Widget"), "done", "it is established"),
    "customresourcedefinition-just-applied": Scenario(
        definition("widgets", "Widget"), "waiting", "it is not established"
    ),
    "customresourcedefinition-with-names-that-are-taken": Scenario(
        definition("gadgets", "Widget") + definition("widgets", "Widget"), "failed",
        'its names are not accepted: "Widget*" is already in use',
    ),
    "widget-without-a-controller": widget("done", "it is there"),
    "widget-ready": widget("done", "it is ready", held("Ready", "True", "all is well"), observedGeneration=1),
    "widget-not-ready": widget("waiting", "it is not ready: no node", held("Ready", "False", "no node")),
    "widget-that-is-worked-on": widget(
        "waiting", "half of it", held("Reconciling", "True", "half of it"), held("Ready", "True", "all is well")
    ),
    "widget-stalled": widget(
        "failed", "it is stalled: bad spec", held("Stalled", "True", "bad spec"), held("Ready", "False", "no node")
    ),
    "widget-whose-controller-counts-in-texts": widget("waiting", UNSEEN, observedGeneration="0"),
    "configmap-there": Scenario("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n", "done", "it is there"),
}  # fmt: skip
SCENARIOS = {**DEPLOYMENTS, **DAEMON_SETS, **STATEFUL_SETS, **REPLICA_SETS, **TASKS, **NETWORK, **OTHERS}
