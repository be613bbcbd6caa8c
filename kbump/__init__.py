r"""Rewrite image references in Kubernetes manifests and leave every other byte as it was.

The verbs of the command line are functions here: `images()` lists image references, `set_image()` rewrites them,
`validate()` says what is wrong with manifests, `diff()` what differs between two environments; they work on paths and
on texts. `deliver()` does what set_image() does in a remote repository, `promote()` brings the images of one
environment into another by a pull request; `rollout()` applies manifests to a cluster and waits
for them, `status()` says how far they are.

    >>> import kbump
    >>> text = "kind: Pod\napiVersion: v1\nspec: {containers: [{name: web, image: 'nginx:1.27.0'}]}\n"
    >>> [image.reference for image in kbump.images(text=text).images]
    ['nginx:1.27.0']
    >>> kbump.set_image("nginx:1.27.1", text=text).text == text.replace("1.27.0", "1.27.1")
    True
    >>> [finding.message for finding in kbump.validate(text=text.replace("kind", "kinds")).findings]
    ['the object has no kind']

Results are plain values; KbumpError is the root of everything that is raised on purpose.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kbump.comparison import Difference, ImageDifference, Note, Object, PromotionDiff
    from kbump.delivery import Delivery, deliver
    from kbump.differences import diff
    from kbump.errors import (
        ClusterError,
        ConfigError,
        ForgeError,
        GitError,
        ImageReferenceError,
        KbumpError,
        Location,
        SourceError,
        UsageError,
        WriteError,
    )
    from kbump.finding import Finding
    from kbump.image import ImageReference
    from kbump.inspection import ValidateResult, validate
    from kbump.inventory import Image, ImagesResult, images
    from kbump.promotion import PromoteResult, Promotion, promote
    from kbump.rewriting.result import Change
    from kbump.rollouts import RolloutResult, StatusResult, Workload, rollout, status
    from kbump.update import SetImageResult, set_image

# Imported on first use: `import kbump` must not cost a command what it does not use.
_MODULES = {
    "Change": "kbump.rewriting.result",
    "ClusterError": "kbump.errors",
    "ConfigError": "kbump.errors",
    "Delivery": "kbump.delivery",
    "Difference": "kbump.comparison.result",
    "Finding": "kbump.finding",
    "ForgeError": "kbump.errors",
    "GitError": "kbump.errors",
    "Image": "kbump.inventory",
    "ImageDifference": "kbump.comparison.result",
    "ImageReference": "kbump.image",
    "ImageReferenceError": "kbump.errors",
    "ImagesResult": "kbump.inventory",
    "KbumpError": "kbump.errors",
    "Location": "kbump.errors",
    "Note": "kbump.comparison.result",
    "Object": "kbump.comparison.result",
    "PromoteResult": "kbump.promotion",
    "Promotion": "kbump.promotion",
    "PromotionDiff": "kbump.comparison.result",
    "RolloutResult": "kbump.rollouts",
    "SetImageResult": "kbump.update",
    "SourceError": "kbump.errors",
    "StatusResult": "kbump.rollouts",
    "UsageError": "kbump.errors",
    "ValidateResult": "kbump.inspection",
    "Workload": "kbump.rollouts",
    "WriteError": "kbump.errors",
    "deliver": "kbump.delivery",
    "diff": "kbump.differences",
    "images": "kbump.inventory",
    "promote": "kbump.promotion",
    "rollout": "kbump.rollouts",
    "set_image": "kbump.update",
    "status": "kbump.rollouts",
    "validate": "kbump.inspection",
}

__all__ = [
    "Change",
    "ClusterError",
    "ConfigError",
    "Delivery",
    "Difference",
    "Finding",
    "ForgeError",
    "GitError",
    "Image",
    "ImageDifference",
    "ImageReference",
    "ImageReferenceError",
    "ImagesResult",
    "KbumpError",
    "Location",
    "Note",
    "Object",
    "PromoteResult",
    "Promotion",
    "PromotionDiff",
    "RolloutResult",
    "SetImageResult",
    "SourceError",
    "StatusResult",
    "UsageError",
    "ValidateResult",
    "Workload",
    "WriteError",
    "deliver",
    "diff",
    "images",
    "promote",
    "rollout",
    "set_image",
    "status",
    "validate",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'kbump' has no attribute {name!r}")
    value = getattr(importlib.import_module(_MODULES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
