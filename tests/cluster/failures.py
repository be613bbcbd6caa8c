"""What keeps pods from being ready: what is applied and done, and the reason and sentence that come of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from tests.cluster.scenarios import (
    IMAGE,
    NOWHERE,
    ON_OWN_NODES,
    OWN_NODES,
    QUOTA,
    batch,
    claim,
    deployment,
    job,
    pod,
    pods,
    stateful_set,
    workload,
)
from tests.cluster.watching import Kubectl, until


class Failure(NamedTuple):
    """A manifest, of which the last object is looked at, what is done to it, the reason and sentence of a trouble."""

    manifest: str
    reason: str
    message: str
    then: Callable[[Kubectl], Any] | None = None
    hint: str = "*"


def ready(kubectl: Kubectl) -> list[Any]:
    """Return the pods once they are ready, or were at least started."""
    assert until(lambda: (found := kubectl.listed("pods")) and all("startTime" in one["status"] for one in found))
    return kubectl.listed("pods")


def kubelet(event: tuple[str, str] = ("", ""), kind: str = "Warning", **status: Any) -> Callable[[Kubectl], None]:
    """Return what says of each pod what a kubelet would, and sends an event as it would."""

    def say(kubectl: Kubectl) -> None:
        for one in ready(kubectl):
            name, uid = one["metadata"]["name"], one["metadata"]["uid"]
            about = {
                "kind": "Pod",
                "name": name,
                "uid": uid,
                "namespace": "NAMESPACE",
                "fieldPath": "spec.containers{web}",
            }
            if event[0]:
                kubectl.apply(json.dumps({
                    "apiVersion": "v1", "kind": "Event", "metadata": {"name": f"{name}-{event[0].lower()}"},
                    "type": kind, "reason": event[0], "message": event[1], "involvedObject": about,
                }))  # fmt: skip
            patch = json.dumps({"status": status})
            done = kubectl("patch", "pod", name, "--subresource=status", "--type=merge", "-p", patch)
            assert not done.returncode, done.stderr

    return say


def container(restarts: int = 0, last: dict[str, Any] | None = None, **state: Any) -> list[dict[str, Any]]:
    """Return the status of the container web as a kubelet would write it."""
    found = {"name": "web", "image": "x", "imageID": "", "ready": False, "started": False, "restartCount": restarts}
    return [{**found, "state": state, "lastState": {"terminated": last} if last else {}}]


def waits(reason: str, message: str = "") -> dict[str, Any]:
    return {"waiting": {"reason": reason, "message": message}}


def pulling(message: str, reason: str = "ErrImagePull") -> Callable[[Kubectl], None]:
    return kubelet(phase="Pending", conditions=None, containerStatuses=container(**waits(reason, message)))


def looping(code: int, reason: str = "Error", message: str = "", **event: Any) -> Callable[[Kubectl], None]:
    last = {"exitCode": code, "reason": reason, **({"message": message} if message else {})}
    back_off = waits("CrashLoopBackOff", "back-off 10s restarting failed container=web")
    return kubelet(**event, conditions=None, containerStatuses=container(2, last, **back_off))


def creating(reason: str, message: str) -> Callable[[Kubectl], None]:
    statuses = container(**waits("ContainerCreating"))
    return kubelet((reason, message), phase="Pending", conditions=None, containerStatuses=statuses)


def restricted(kubectl: Kubectl) -> None:
    kubectl("label", "namespace", "NAMESPACE", "pod-security.kubernetes.io/enforce=restricted")
    kubectl.apply(deployment(1))


def healed(kubectl: Kubectl) -> None:
    """Put an image that works in the place of one that does not."""
    assert until(lambda: [one for one in kubectl.listed("pods") if "containerStatuses" in one["status"]])
    kubectl.apply(stateful_set(2))


def put_out(kubectl: Kubectl) -> None:
    """Put an end to each pod once its kubelet has said that it runs, which could undo it; three times."""
    seen: set[str] = set()

    def running() -> set[str]:
        pods = kubectl.listed("pods")
        return {one["metadata"]["name"] for one in pods if one["status"]["phase"] == "Running"} - seen

    for _ in range(3):
        assert until(running)
        for name in running():
            said = {"phase": "Failed", "reason": "Evicted", "message": "The node was low on resource: memory."}
            kubectl("patch", "pod", name, "--subresource=status", "--type=merge", "-p", json.dumps({"status": said}))
            seen.add(name)


def node_lost(kubectl: Kubectl) -> None:
    """Let a node be not ready, as its kubelet would say, and its pods, as the controller of nodes would."""
    node = f"{kubectl.namespace}-0"
    assert until(lambda: node in [one["spec"].get("nodeName") for one in ready(kubectl)])
    condition = {"type": "Ready", "status": "False", "reason": "KubeletNotReady", "message": "PLEG is not healthy"}
    patch = json.dumps({"status": {"conditions": [condition]}})
    [pod] = [one["metadata"]["name"] for one in ready(kubectl) if one["spec"]["nodeName"] == node]
    for one in (f"node/{node}", f"pod/{pod}"):
        kubectl("patch", one, "--subresource=status", "-p", patch)


PROBE = ", readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 1, failureThreshold: 1}"
LIMITS = (
    "apiVersion: v1\nkind: LimitRange\nmetadata: {name: small}\n"
    "spec: {limits: [{type: Container, max: {memory: 1Gi}}]}\n---\n"
)


def init(word: str, more: str = "") -> str:
    return f", initContainers: [{{name: prepare, image: '{IMAGE}-{word}'{more}}}]"


def mounted() -> str:
    return ", volumes: [{name: data, persistentVolumeClaim: {claimName: web}}]"


def asking(more: str) -> str:
    return deployment(1).replace(f"'{IMAGE}'", f"'{IMAGE}', {more}")


WORDS = {
    "an image that is missing": Failure(
        deployment(1, "missing"), "image-missing", f"the image `{IMAGE}-missing` does not exist",
    ),
    "a registry that does not answer": Failure(
        deployment(1, "flaky"), "image-unreachable", f"`{IMAGE}-flaky` cannot be pulled: *i/o timeout",
    ),
    "a secret that is missing": Failure(
        deployment(1, "misconfigured"), "config", 'the container cannot be made: secret "database" not found',
    ),
    "a container that crashes": Failure(deployment(1, "crash"), "crash", "it ended with exit code 1"),
    "a container that crashes again": Failure(deployment(1, "crash"), "crash", "it ended with exit code 1, 2 times"),
    "a container that crashes once": Failure(deployment(1, "stumble"), "crash", "it ended with exit code 1"),
    "a container that crashes after it was ready": Failure(
        deployment(1, "flap"), "crash", "it ended with exit code 1",
    ),
    "a container that runs out of memory": Failure(
        deployment(1, "oom"), "out-of-memory", "it ran out of memory, 2 times", hint="raise `resources.limits.memory`*",
    ),
    "a probe that keeps failing": Failure(
        deployment(1, "unready").replace("unready'", f"unready'{PROBE}"), "unready",
        "it runs, and its readiness probe keeps failing: HTTP probe failed with statuscode: 503",
    ),
    "an init container that crashes": Failure(
        deployment(1).replace("]}}", f"]{init('crash')}}}}}"), "crash", "it ended with exit code 2, 3 times",
    ),
    "an init container with an image that is missing": Failure(
        deployment(1).replace("]}}", f"]{init('missing')}}}}}"), "image-unreachable",
        f"`{IMAGE}-missing` cannot be pulled: the kubelet does not say why",
    ),
    "a sidecar that crashes": Failure(
        deployment(1).replace("]}}", f"]{init('crash', ', restartPolicy: Always')}}}}}"), "crash",
        "it ended with exit code 2, 3 times",
    ),
    "a job that tries again": Failure(
        batch(job("fails", ", backoffLimit: 3")), "attempt",
        "an attempt failed: container `web` ended with exit code 3",
    ),
    "a job that fails": Failure(
        batch(job("fails", ", backoffLimit: 0")), "failed", "it failed: Job has reached the specified backoff limit",
    ),
    "a job that takes too long": Failure(
        batch(job("slow", ", activeDeadlineSeconds: 1")), "failed",
        "it failed: Job was active longer than specified deadline",
    ),
    "a job with an image that is missing": Failure(
        batch(job("missing")), "image-missing", f"the image `{IMAGE}-missing` does not exist",
    ),
    "the first pod of a stateful set": Failure(
        stateful_set(3, "crash"), "crash", "it ended with exit code 1",
        hint="*; the StatefulSet makes no other pod before this one is ready",
    ),
    "an older pod that a stateful set waits for": Failure(
        stateful_set(2, "missing"), "blocked",
        "it is of an older revision, and the StatefulSet waits until it is ready: the image * does not exist",
        healed, hint="`kubectl delete pod web-0 --namespace *` lets it go on",
    ),
}  # fmt: skip
REFUSED = "its pods may not be made: "
REFUSALS = {
    "a quota that is full": Failure(
        QUOTA + deployment(1), "refused", f"{REFUSED}exceeded quota: none, *", hint="raise the quota*",
    ),
    "a quota that is full for a stateful set": Failure(
        QUOTA + stateful_set(1), "refused", f"{REFUSED}exceeded quota: none, *", hint="raise the quota*",
    ),
    "a quota that is full for a daemon set": Failure(
        QUOTA + workload("DaemonSet", pods()), "refused", f"{REFUSED}exceeded quota: none, *", hint="raise the quota*",
    ),
    "a quota that is full for a job": Failure(
        QUOTA + batch(job()), "refused", f"{REFUSED}exceeded quota: none, *", hint="raise the quota*",
    ),
    "a limit that is exceeded": Failure(
        LIMITS + asking("resources: {limits: {memory: 2Gi}}"), "refused",
        f"{REFUSED}maximum memory usage per Container is 1Gi, but limit is 2Gi", hint="keep to the LimitRange*",
    ),
    "a pod that is not secure enough": Failure(
        deployment(0), "refused", f'{REFUSED}violates PodSecurity "restricted:latest": *', restricted,
        hint="correct `securityContext`*",
    ),
    "a service account that is missing": Failure(
        deployment(1).replace("]}}", "], serviceAccountName: none}}"), "refused",
        f'{REFUSED}error looking up service account *: serviceaccount "none" not found',
        hint="apply the ServiceAccount*",
    ),
    "a priority that does not exist": Failure(
        deployment(1).replace("]}}", "], priorityClassName: none}}"), "refused",
        f"{REFUSED}no PriorityClass with name none was found", hint="correct `priorityClassName`",
    ),
}  # fmt: skip
NODES = {
    "a pod that no node is for": Failure(
        workload("Deployment", pods(more=NOWHERE)), "unschedulable",
        # Nodes of other tests may have taints.
        "no node takes it: of * nodes *3 didn't match Pod's node affinity/selector",
        hint="compare `nodeSelector`*|add a toleration, or remove the taint: *",
    ),
    "a pod that asks for too much": Failure(
        asking("resources: {requests: {cpu: 999}}"), "unschedulable",
        "no node takes it: of * nodes *3 Insufficient cpu*",
        hint="lower its `resources.requests`*",
    ),
    "a pod that does not tolerate a taint": Failure(
        OWN_NODES + workload("Deployment", pods(more=", nodeSelector: {own: NAMESPACE}")), "unschedulable",
        "no node takes it: of * nodes *had untolerated taint*", hint="add a toleration*",
    ),
    "a pod with a gate": Failure(
        deployment(1).replace("]}}", "], schedulingGates: [{name: example.com/gate}]}}"), "unschedulable",
        "scheduling gates hold it: `example.com/gate`",
    ),
    "a claim without a volume": Failure(
        claim("none") + deployment(1).replace("]}}", f"]{mounted()}}}}}"), "volume",
        'its claim `web` has no volume: storageclass.storage.k8s.io "none" not found',
    ),
    "a claim that is missing": Failure(
        deployment(1).replace("]}}", f"]{mounted()}}}}}"), "volume", "its claim `web` does not exist",
    ),
    "a node that is not ready": Failure(
        OWN_NODES + workload("DaemonSet", pods(more=ON_OWN_NODES)), "node", "its node `*-0` is not ready", node_lost,
    ),
    "pods that are evicted": Failure(
        deployment(1), "evicted", "it was evicted: The node was low on resource: memory.", put_out,
    ),
}  # fmt: skip
# Nodes here only simulate a kubelet: these are said in the words of a real one.
NO_EXEC = 'exec: "serve": executable file not found in $PATH: unknown'
KUBELET = {
    "a container that ends well again and again": Failure(
        pod(), "crash", "it ended, with exit code 0, and is to keep running, 2 times", looping(0, "Completed"),
    ),
    "a container that ends by a signal": Failure(
        pod(), "crash", "it ended with exit code 139 (SIGSEGV), 2 times", looping(139),
    ),
    "a command that is not in the image": Failure(
        pod(), "start", f"the container cannot be started: {NO_EXEC}", looping(128, "StartError", NO_EXEC),
    ),
    "a liveness probe that kills": Failure(
        pod(), "probe", "its liveness probe failed, and it was killed: HTTP probe failed with statuscode: 500, 2 times",
        looping(137, event=("Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 500")),
    ),
    "a startup probe that kills": Failure(
        pod(), "probe", "its startup probe failed, and it was killed, 2 times",
        looping(1, event=("Killing", "Container web failed startup probe, will be restarted"), kind="Normal"),
    ),
    "an image that may not be read": Failure(
        pod(), "image-denied", f"the registry does not give `{IMAGE}`: pull access denied, *",
        pulling("pull access denied, repository does not exist or may require authorization"),
    ),
    "an image for other nodes": Failure(
        pod(), "image-missing", f"the image `{IMAGE}` is not there for the node's platform",
        pulling("no match for platform in manifest: not found"),
    ),
    "an image whose name is none": Failure(
        pod(), "image-invalid", f"`{IMAGE}` cannot be pulled: couldn't parse image name",
        pulling("couldn't parse image name", "InvalidImageName"),
    ),
    "a volume that does not mount": Failure(
        pod(), "volume", 'a volume does not mount: MountVolume.SetUp failed for volume "tls" : secret "tls" not found',
        creating("FailedMount", 'MountVolume.SetUp failed for volume "tls" : secret "tls" not found'),
    ),
    "a network that cannot be made": Failure(
        pod(), "sandbox", "its node cannot make its network: failed to allocate for range 0: no IP addresses available",
        creating("FailedCreatePodSandBox", "failed to allocate for range 0: no IP addresses available"),
    ),
    "a readiness gate that is closed": Failure(
        pod(more=", readinessGates: [{conditionType: example.com/routed}]"), "gate",
        "its containers are ready, and its readiness gates are not: `example.com/routed`",
    ),
    "a pod that its node does not take": Failure(
        pod(), "failed", "it failed: Pod was rejected: Node didn't have enough resource: cpu",
        kubelet(phase="Failed", reason="OutOfcpu", message="Pod was rejected: Node didn't have enough resource: cpu"),
    ),
}  # fmt: skip
FAILURES = {**WORDS, **REFUSALS, **NODES, **KUBELET}
