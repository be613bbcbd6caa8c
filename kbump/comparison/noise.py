"""What clusters and tools write into objects, and nobody reviews: it is not compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kbump.comparison.places import Place

# https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/: "Populated by the system" and
# "Read-only". The name is what pairs two objects; namespaces are compared where they are paired.
_METADATA = frozenset((
    "creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "generation", "managedFields", "name",
    "resourceVersion", "selfLink", "uid",
))  # fmt: skip
# Labels and annotations by which tools find their objects again, or that change with every version of a chart.
_TRACKING = frozenset((
    # https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/; app.kubernetes.io/instance, which Argo CD
    # may use, is compared: charts put it into selectors.
    "argocd.argoproj.io/instance",
    "argocd.argoproj.io/tracking-id",
    # https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/buildmetadata/
    "config.kubernetes.io/origin",
    # https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/deployment/util/deployment_util.go
    "deployment.kubernetes.io/revision",
    # https://fluxcd.io/flux/components/helm/helmreleases/
    "helm.toolkit.fluxcd.io/name",
    "helm.toolkit.fluxcd.io/namespace",
    # https://helm.sh/docs/chart_best_practices/labels/; https://github.com/databus23/helm-diff/issues/392
    "helm.sh/chart",
    # https://carvel.dev/kapp/docs/latest/faq/
    "kapp.k14s.io/app",
    "kapp.k14s.io/association",
    "kapp.k14s.io/identity",
    "kapp.k14s.io/original",
    "kapp.k14s.io/original-diff-md5",
    # https://kubernetes.io/docs/reference/labels-annotations-taints/
    "kubectl.kubernetes.io/last-applied-configuration",
    # https://fluxcd.io/flux/components/kustomize/kustomizations/
    "kustomize.toolkit.fluxcd.io/checksum",
    "kustomize.toolkit.fluxcd.io/name",
    "kustomize.toolkit.fluxcd.io/namespace",
    # https://helm.sh/docs/topics/charts_hooks/ and pkg/action/validate.go in https://github.com/helm/helm
    "meta.helm.sh/release-name",
    "meta.helm.sh/release-namespace",
))  # fmt: skip
_STATUS = frozenset(("status",))
_NOTHING: frozenset[str] = frozenset()


def ignored(place: Place) -> frozenset[str]:
    """Return the keys of the mapping at a place of a Kubernetes object that are not compared."""
    if not place:
        return _STATUS
    if place == ("metadata",):
        return _METADATA
    tracks = len(place) > 1 and place[-1] in ("labels", "annotations") and place[-2] == "metadata"
    return _TRACKING if tracks else _NOTHING
