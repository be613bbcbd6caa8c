"""Manifests for the tests of kbump validate, and how they become a tree of files."""

from __future__ import annotations

from pathlib import Path

from kbump.catalog import versions

VALID = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
WRONG = f"{VALID}dta: {{}}\n"
# Removed in 1.35, so that the version decides.
OLD = "apiVersion: storage.k8s.io/v1alpha1\nkind: VolumeAttributesClass\nmetadata: {name: a}\ndriverName: a\n"
WIDGET = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: 5\n"
CRD = """apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Widget, plural: widgets}
  versions:
  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: {spec: TYPE}}}}
""".replace("TYPE", "{type: string}")
NOTHING = "  hint: a manifest has apiVersion and kind\n"
NO_MANIFEST = "  hint: a manifest has apiVersion and kind; `--skip-non-manifests` passes over what has none\n"
SKIPPED = "  hint: `--skip-non-manifests` passes over it\n"
VALID_WORDS = f"1 object in 1 file is valid for Kubernetes {versions()[-1]}"


def write(root: Path, files: dict[str, str]) -> Path:
    """Write files below a directory, and return it."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root
