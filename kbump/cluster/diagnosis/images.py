"""Images that cannot be pulled: which of them are not there, may not be read, or may come yet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kbump.cluster.diagnosis.trouble import Trouble
from kbump.cluster.plain import dig, text, uid

if TYPE_CHECKING:
    from kbump.cluster.diagnosis.known import Known
    from kbump.cluster.plain import Object

_DENIED = re.compile(r"(?i)unauthori[sz]ed|denied|authentication|authorization|no basic auth|forbidden|\b40[13]\b")
_MISSING = re.compile(r"(?i)not found|manifest unknown|name unknown|does not exist|no such image|\b404\b")
_PLATFORM = re.compile(r"(?i)no match(ing manifest)? for (platform|\S+/\S+)")
_BACK_OFF = re.compile(r'^Back-off pulling image "[^"]*"(: )?')
PULLING = ("ErrImagePull", "ImagePullBackOff", "ImageInspectError", "RegistryUnavailable")
INVALID = ("InvalidImageName", "ErrImageNeverPull", "SignatureValidationFailed")


def unpulled(pod: Object, container: str, image: str, waiting: Object, known: Known) -> Trouble:
    """Return why an image cannot be pulled; what the registry said last is remembered while the kubelet backs off."""
    now = said(waiting)
    event = known.last(pod, "Failed", start="Failed to pull image", container=container)
    words = now or known.pulls.get((uid(pod), container), "") or event.partition(": ")[2]
    trouble = _told(image, words or "the kubelet does not say why")
    secrets = known.last(pod, "FailedToRetrieveImagePullSecret")
    if trouble.reason == "image-denied" and secrets:
        trouble = trouble._replace(hint=secrets)
    return trouble._replace(container=container)


def said(waiting: Object) -> str:
    """Return what a waiting container says of its pull; newer kubelets repeat it in the back-off, older do not."""
    message = text(waiting, "message")
    bare = _BACK_OFF.sub("", message).removeprefix("ErrImagePull: ")
    return "" if bare.startswith("Back-off") else bare


def _told(image: str, words: str) -> Trouble:
    # The name may have a tag like 404.
    plain = words
    for part in (image, image.rpartition(":")[0], image.rpartition(":")[2]):
        plain = plain.replace(part, "") if len(part) > 2 else plain
    if _PLATFORM.search(plain):
        hint = "build it for the architecture of the nodes: `kubectl get nodes -L kubernetes.io/arch`"
        return Trouble("image-missing", f"the image `{image}` is not there for the node's platform", hint)
    # Registries that do not tell strangers what exists say both.
    if _DENIED.search(plain):
        hint = "check `imagePullSecrets`, that the repository lets this cluster read, and that the image exists"
        return Trouble("image-denied", f"the registry does not give `{image}`: {words}", hint)
    if _MISSING.search(plain):
        hint = "check that the tag was pushed, and the name of the repository"
        return Trouble("image-missing", f"the image `{image}` does not exist", hint)
    return Trouble(
        "image-unreachable", f"`{image}` cannot be pulled: {words}", "look at the registry, and the way to it"
    )


def invalid(container: str, image: str, waiting: Object) -> Trouble:
    """Return why an image will never be pulled."""
    why = text(waiting, "message") or text(waiting, "reason")
    hint = "it is to be there already: its `imagePullPolicy` is Never" if dig(waiting, "reason") == INVALID[1] else ""
    return Trouble("image-invalid", f"`{image}` cannot be pulled: {why}", hint, container=container)
