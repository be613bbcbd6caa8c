"""Catalog: versions as people write them, kinds by their full group, schemas as a version had them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from kbump.catalog import Api, catalog, parse_version, versions
from kbump.errors import UsageError

KNOWN = ", ".join(versions())
DEPLOYMENT = ("apps", "v1", "Deployment")
CRD = ("apiextensions.k8s.io", "v1", "CustomResourceDefinition")
SCHEMA_PROPS = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        pytest.param("latest", "`latest` is no version of Kubernetes", "", id="a word is no version"),
        pytest.param("31", "`31` is no version of Kubernetes", "", id="a minor version alone is none"),
        pytest.param("1.31-gke", "`1.31-gke` is no version of Kubernetes", "", id="a suffix needs a patch"),
        pytest.param("1.٣١", "`1.٣١` is no version of Kubernetes", "", id="digits are ASCII"),
        pytest.param("1.18", "Kubernetes 1.18 is not known to this kbump", "", id="a version before the first"),
        pytest.param("0.31", "Kubernetes 0.31 is not known to this kbump", "", id="another major version"),
        pytest.param(
            "1.4", "Kubernetes 1.4 is not known to this kbump", "", id="1.40 is not known, so nothing of quotes"
        ),
        pytest.param(
            "1.3",
            "Kubernetes 1.3 is not known to this kbump",
            'if you mean 1.30, write "1.30" in quotes; ',
            id="1.3 is what YAML makes of 1.30",
        ),
        pytest.param(
            "1.100",
            "Kubernetes 1.100 is not known to this kbump",
            f"it knows Kubernetes up to {versions()[-1]}; a newer kbump may know more; ",
            id="a version after the last, compared as a number",
        ),
    ],
)
def test_an_unknown_version_is_refused_with_a_list_of_the_known(text, message, hint):
    with pytest.raises(UsageError) as caught:
        catalog(text)
    assert caught.value.message == message
    assert caught.value.hint == f"{hint}known are {KNOWN}"


@pytest.mark.parametrize(
    ("text", "version"),
    [
        pytest.param("", versions()[-1], id="no version is the newest"),
        pytest.param("1.31", "1.31", id="a minor version"),
        pytest.param("v1.31", "1.31", id="with a v"),
        pytest.param("1.31.4", "1.31", id="a patch"),
        pytest.param("v1.31.4-gke.1183000", "1.31", id="a patch of a provider"),
        pytest.param("v1.31.4+k3s1", "1.31", id="a patch with build metadata"),
        pytest.param("v1.31.0-rc.1+vendor.2", "1.31", id="a prerelease"),
        pytest.param("1.29+", "1.29", id="what EKS and GKE say of themselves"),
    ],
)
def test_a_version_is_understood(text, version):
    assert parse_version(text) == version
    assert repr(catalog(text)) == f"Catalog('{version}')"


def test_versions_are_ordered_as_numbers_and_have_a_release_each():
    minors = [int(version.removeprefix("1.")) for version in versions()]
    assert minors == list(range(25, 38))
    assert all(catalog(version).release.startswith(f"v{version}.") for version in versions())


@pytest.mark.parametrize(
    ("group", "version", "kind"),
    [
        pytest.param("apps.example.com", "v1", "Deployment", id="a group that begins like a known one"),
        pytest.param("app", "v1", "Deployment", id="a group that is the beginning of a known one"),
        pytest.param("", "v1", "Deployment", id="a known kind in another group"),
        pytest.param("apps", "v2", "Deployment", id="a version that never was"),
        pytest.param("apps", "v1", "deployment", id="a kind in the wrong case"),
        pytest.param("", "v1", "List", id="the list of anything"),
        pytest.param("", "v1", "DeleteOptions", id="options"),
        pytest.param("", "v1", "Status", id="a message of the server"),
        pytest.param("apps", "v1", "WatchEvent", id="an event of a watch"),
        pytest.param("autoscaling", "v1", "Scale", id="a subresource"),
        pytest.param("apps", "v1beta1", "Scale", id="a subresource of old"),
        pytest.param("admission.k8s.io", "v1beta1", "AdmissionReview", id="a message of a webhook"),
        pytest.param("authentication.k8s.io", "v1", "TokenReviewList", id="a list of what is not listed"),
    ],
)
def test_what_is_no_kind_of_kubernetes_is_not_known(group, version, kind):
    here = catalog()
    assert here.api(group, version, kind) is None
    assert here.closure(group, version, kind) is None
    assert not here.serves(group, version, kind)


def test_a_kind_has_its_whole_life():
    assert catalog().api("storage.k8s.io", "v1beta1", "CSIStorageCapacity") == Api(
        "storage.k8s.io", "v1beta1", "CSIStorageCapacity", 21, 24, 27, "storage.k8s.io/v1 CSIStorageCapacity"
    )


def test_a_list_lives_as_long_as_its_items():
    api = catalog().api("extensions", "v1beta1", "DeploymentList")
    assert api == Api("extensions", "v1beta1", "DeploymentList", 1, 8, 16, "apps/v1 DeploymentList")
    assert catalog().replacement(api) == "apps/v1 DeploymentList"
    assert catalog().replacement_since(api) == 9


@pytest.mark.parametrize(
    ("group", "version", "kind", "stage", "off"),
    [
        pytest.param(*DEPLOYMENT, "stable", False, id="stable is on"),
        pytest.param("storage.k8s.io", "v1beta1", "CSIStorageCapacity", "beta", False, id="beta before 1.24 is on"),
        pytest.param("flowcontrol.apiserver.k8s.io", "v1beta3", "FlowSchema", "beta", False, id="one of later is on"),
        pytest.param("storage.k8s.io", "v1beta1", "VolumeAttributesClass", "beta", True, id="beta since 1.24 is off"),
        pytest.param("internal.apiserver.k8s.io", "v1alpha1", "StorageVersion", "alpha", True, id="alpha is off"),
    ],
)
def test_the_stage_of_an_api_version(group, version, kind, stage, off):
    api = catalog().api(group, version, kind)
    assert api
    assert (api.stage, api.off_by_default) == (stage, off)


def test_it_is_known_of_every_beta_version_when_it_came():
    betas = [api for kind in catalog("1.25").kinds() if (api := catalog().api(*kind)) and api.stage == "beta"]
    assert betas
    assert all(api.introduced for api in betas)


@pytest.mark.parametrize(
    ("version", "of", "replacement"),
    [
        pytest.param(
            "1.37", ("autoscaling", "v1", "HorizontalPodAutoscaler"), "", id="a kind that lives on needs none"
        ),
        pytest.param("1.37", ("scheduling.k8s.io", "v1beta1", "Workload"), "", id="there is none of this stability"),
        pytest.param("1.33", ("storage.k8s.io", "v1beta1", "VolumeAttributesClass"), "", id="v1 comes a version later"),
        pytest.param(
            "1.34",
            ("storage.k8s.io", "v1beta1", "VolumeAttributesClass"),
            "storage.k8s.io/v1 VolumeAttributesClass",
            id="v1 has come",
        ),
        pytest.param(
            "1.33",
            ("resource.k8s.io", "v1beta1", "DeviceClass"),
            "resource.k8s.io/v1beta2 DeviceClass",
            id="the newest beta until v1 comes",
        ),
        pytest.param(
            "1.33",
            ("resource.k8s.io", "v1", "DeviceClass"),
            "resource.k8s.io/v1beta2 DeviceClass",
            id="an older one for what comes later",
        ),
        pytest.param("1.25", ("resource.k8s.io", "v1", "DeviceClass"), "", id="no version of it has come"),
        pytest.param(
            "1.26",
            ("flowcontrol.apiserver.k8s.io", "v1beta1", "FlowSchema"),
            "flowcontrol.apiserver.k8s.io/v1beta3 FlowSchema",
            id="the newest beta of several",
        ),
        pytest.param(
            "1.37", ("", "v1", "Endpoints"), "discovery.k8s.io/v1 EndpointSlice", id="a kind of another group and name"
        ),
    ],
)
def test_a_replacement_is_one_that_the_version_has(version, of, replacement):
    api = catalog().api(*of)
    assert api
    assert catalog(version).replacement(api) == replacement
    assert bool(catalog(version).replacement_since(api)) == bool(replacement)


def test_the_kinds_of_a_group_are_told():
    assert catalog("1.25").served("batch") == (("v1", "CronJob"), ("v1", "Job"))
    assert catalog("1.25").served("autoscaling") == tuple(
        (version, "HorizontalPodAutoscaler") for version in ("v1", "v2", "v2beta2")
    )
    assert catalog().served("example.com") == ()
    assert ("", "v1", "ConfigMap") in catalog().kinds()


@pytest.mark.parametrize("group", ["", "apps", "extensions", "internal.apiserver.k8s.io"])
def test_a_group_of_kubernetes(group):
    assert catalog().is_builtin_group(group)


@pytest.mark.parametrize("group", ["apps.example.com", "example.com", "k8s.io", "gateway.networking.k8s.io"])
def test_a_group_of_others(group):
    assert not catalog().is_builtin_group(group)


def test_a_kind_that_a_version_does_not_serve_has_no_schema():
    assert not catalog("1.28").serves("resource.k8s.io", "v1", "DeviceClass")
    assert catalog("1.28").closure("resource.k8s.io", "v1", "DeviceClass") is None
    assert catalog().closure("extensions", "v1beta1", "Deployment") is None


def test_a_schema_is_that_of_its_version():
    (older, before), (newer, after) = (
        catalog(version).closure(*DEPLOYMENT) or ("", {}) for version in ("1.36", "1.37")
    )
    assert older == newer == "io.k8s.api.apps.v1.Deployment"
    assert "required" not in before[older]
    assert after[newer]["required"] == ["spec"]


def test_a_closure_is_the_same_however_often_it_is_asked_for():
    assert catalog().closure(*DEPLOYMENT) == catalog().closure(*DEPLOYMENT)
    root, definitions = catalog().closure("apps", "v1", "DeploymentList") or ("", {})
    assert root == "io.k8s.api.apps.v1.DeploymentList"
    assert "io.k8s.api.apps.v1.Deployment" in definitions


@pytest.mark.parametrize("version", versions())
def test_properties_that_are_named_as_words_of_json_schema_are_kept(version):
    root, definitions = catalog(version).closure(*CRD) or ("", {})
    named = definitions[SCHEMA_PROPS]["properties"]
    assert named["description"] == named["title"] == {"type": "string"}
    assert named["properties"]["additionalProperties"] == {"$ref": f"#/definitions/{SCHEMA_PROPS}"}
    assert named["x-kubernetes-int-or-string"] == {"type": "boolean"}
    assert "description" not in definitions[root]


def test_opening_a_catalog_imports_little():
    program = (
        "import sys, kbump.errors; before = {*sys.modules}\n"
        "from kbump.catalog import catalog; catalog().closure('apps', 'v1', 'Deployment')\n"
        "print(*sorted(name for name in {*sys.modules} - before if '.' not in name))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"zipfile", "pathlib", "tempfile", "shutil", "struct", "subprocess"} & set(ran.stdout.split())
