"""Write kubernetes.zip and apis.json, the schemas and the lifecycle of Kubernetes' own APIs; README.md says more.

    python schemas/generate.py

Needs go, the standard library and, for modules that are not in Go's cache yet, the network.
The same releases give the same bytes. For a new minor version: add its newest patch to RELEASES.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# The newest patch of each minor version whose module Go's checksum database vouches for.
RELEASES = (
    "v1.25.16",
    "v1.26.15",
    "v1.27.16",
    "v1.28.15",
    "v1.29.15",
    "v1.30.14",
    "v1.31.14",
    "v1.32.13",
    "v1.33.13",
    "v1.34.10",
    "v1.35.8",
    "v1.36.4",
    "v1.37.2",
)
# The staging repositories that say when their types come and go; they are not in the zip of k8s.io/kubernetes.
STAGING = ("k8s.io/api", "k8s.io/apiextensions-apiserver", "k8s.io/kube-aggregator")
# The checksum database does not know this one. Its neighbours v0.30.14 and v0.32.13 agree with each other.
UNVERIFIED = {"k8s.io/kube-aggregator@v0.31.14"}

_GUIDE = "https://kubernetes.io/docs/reference/using-api/deprecation-guide/"
_REVIEWS = f"{_GUIDE}#subjectaccessreview-resources-v122"
_CLASSES = f"{_GUIDE}#ingressclass-v122"
_SLICES = "https://kubernetes.io/blog/2025/04/24/endpoints-deprecation/"
_DEVICES = "https://github.com/kubernetes/enhancements/pull/4709"
# What the sources say wrongly or not at all: kind, column, what is right, who says so.
CORRECTIONS = (
    # They say 1.19, when the v1beta1 versions were deprecated.
    ("authorization.k8s.io/v1 LocalSubjectAccessReview", "introduced", "1.6", _REVIEWS),
    ("authorization.k8s.io/v1 SelfSubjectAccessReview", "introduced", "1.6", _REVIEWS),
    ("authorization.k8s.io/v1 SelfSubjectRulesReview", "introduced", "1.6", _REVIEWS),
    # They say 1.7 and 1.18; the guide, which people are sent to, counts from one release later.
    ("networking.k8s.io/v1 NetworkPolicy", "introduced", "1.8", f"{_GUIDE}#networkpolicy-v116"),
    ("storage.k8s.io/v1 CSIDriver", "introduced", "1.19", f"{_GUIDE}#storage-resources-v122"),
    # They say IngressClassList.
    ("networking.k8s.io/v1beta1 IngressClass", "replacement", "networking.k8s.io/v1 IngressClass", _CLASSES),
    # Deprecated without a plan of removal, which they have no words for.
    ("v1 Endpoints", "deprecated", "1.33", _SLICES),
    ("v1 Endpoints", "replacement", "discovery.k8s.io/v1 EndpointSlice", _SLICES),
    # Renamed when the whole group was designed anew for 1.31.
    ("resource.k8s.io/v1alpha1 ResourceClass", "replacement", "resource.k8s.io/v1 DeviceClass", _DEVICES),
    ("resource.k8s.io/v1alpha2 ResourceClass", "replacement", "resource.k8s.io/v1 DeviceClass", _DEVICES),
)
# Messages and subresources that the lifecycle sources list too; no server ever took a manifest of these kinds.
NO_RESOURCES = {"AdmissionReview", "ConversionReview", "DeploymentRollback", "Eviction", "JobTemplate", "Scale"}

# Words for people, and what only kubectl's patches and discovery need.
DROPPED = {
    "description",
    "x-kubernetes-group-version-kind",
    "x-kubernetes-map-type",
    "x-kubernetes-patch-merge-key",
    "x-kubernetes-patch-strategy",
    "x-kubernetes-unions",
}

_HERE = Path(__file__).parent
_GROUP = re.compile(r'GroupName = "([^"]*)"')
_LIFECYCLE = re.compile(
    r"func \(in \*(?P<kind>\w+)\) APILifecycle(?P<what>\w+)\(\) .*\n\treturn "
    r'(?:1, (?P<minor>\d+)|schema\.GroupVersionKind\{Group: "(?P<group>.*)", Version: "(?P<version>.*)", '
    r'Kind: "(?P<instead>.*)"\})\n'
)


class Module(NamedTuple):
    """A Go module as it lies in Go's cache; `checksum` is what go.sum would say."""

    path: str
    version: str
    directory: Path
    checksum: str

    @property
    def minor(self) -> int:
        """The minor version of Kubernetes that it belongs to."""
        return int(self.version.split(".")[1])


class Variant(NamedTuple):
    """A definition as it was from one minor version to another, both included."""

    first: int
    last: int
    schema: dict[str, Any]


def main() -> None:
    """Write both files next to this one and say how large they are."""
    wanted = ["k8s.io/kubernetes@" + release for release in RELEASES]
    wanted += [f"{path}@v0.{release.partition('.')[2]}" for release in RELEASES for path in STAGING]
    for name, data in generate(modules(name for name in wanted if name not in UNVERIFIED)).items():
        (_HERE / name).write_bytes(data)
        print(f"{name}: {len(data)} bytes")


def modules(names: Iterable[str]) -> list[Module]:
    """Have go put modules into its cache and verify their checksums; ends the program if one cannot be had."""
    command = ["go", "mod", "download", "-json", *names]
    text = subprocess.run(command, cwd=_HERE, check=False, stdout=subprocess.PIPE, text=True).stdout
    # One indented document after another.
    found = json.loads("[" + text.replace("}\n{", "},{") + "]")
    errors = [one["Error"] for one in found if "Error" in one]
    if errors:
        raise SystemExit("\n".join(errors))
    return [Module(one["Path"], one["Version"], Path(one["Dir"]), one["Sum"]) for one in found]


def generate(sources: Iterable[Module]) -> dict[str, bytes]:
    """Return the name and the bytes of every file that the modules give."""
    sources = sorted(sources, key=lambda module: (module.path, module.minor))
    releases = [module for module in sources if module.path == "k8s.io/kubernetes"]
    staging = [module for module in sources if module.path != "k8s.io/kubernetes"]
    served, schemas, provenance = {}, {}, {}
    for module in releases:
        data = (module.directory / "api" / "openapi-spec" / "swagger.json").read_bytes()
        swagger = json.loads(data)
        served[module.minor] = resources(swagger)
        schemas[module.minor] = {name: stripped(schema) for name, schema in swagger["definitions"].items()}
        provenance[f"1.{module.minor}"] = {
            "release": module.version,
            "checksum": module.checksum,
            "swagger.json": "sha256:" + hashlib.sha256(data).hexdigest(),
        }
    origin = {"kubernetes": provenance, "lifecycle": {f"{one.path}@{one.version}": one.checksum for one in staging}}
    table = {
        "releases": {minor: source["release"] for minor, source in provenance.items()},
        "apis": api_table(lifecycles(staging), served),
    }
    return {"kubernetes.zip": zipped(members(variants(schemas), origin)), "apis.json": f"{lines(table, 2)}\n".encode()}


def stripped(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema without what validation does not need.

    Only keys of schemas are dropped: a *property* may be called `description`, and is kept.
    """
    kept = {key: value for key, value in schema.items() if key not in DROPPED}
    for key in kept.keys() & {"items", "additionalProperties"}:
        if isinstance(kept[key], dict):
            kept[key] = stripped(kept[key])
    if "properties" in kept:
        kept["properties"] = {name: stripped(value) for name, value in kept["properties"].items()}
    return kept


def resources(swagger: Mapping[str, Any]) -> dict[str, str]:
    """Return what a server takes manifests of: `apps/v1 Deployment` and the name of its definition.

    These are the kinds that can be created at a path of their own, so no subresources (Scale, Eviction), no options,
    and none of the server's messages (Status, WatchEvent); and their lists.
    """
    definitions = {
        gvk_key(**gvk): name
        for name, schema in swagger["definitions"].items()
        for gvk in schema.get("x-kubernetes-group-version-kind", ())
    }
    created = {
        gvk_key(**item["post"]["x-kubernetes-group-version-kind"])
        for path, item in swagger["paths"].items()
        if "/{name}/" not in path and "post" in item
    }
    return {key: name for key, name in definitions.items() if created & {key, key.removesuffix("List")}}


def gvk_key(group: str, version: str, kind: str) -> str:
    """Return what the table calls a kind: `apps/v1 Deployment`, `v1 Pod`."""
    return f"{group}/{version} {kind}" if group else f"{version} {kind}"


def lifecycles(staging: Iterable[Module]) -> dict[str, dict[str, str]]:
    """Return what the sources say of each kind; the newest release that knows it is right."""
    found: dict[str, dict[str, str]] = {}
    for module in sorted(staging, key=lambda module: module.minor):
        for path in sorted(module.directory.rglob("zz_generated.prerelease-lifecycle.go")):
            found |= _statements(_GROUP.findall((path.parent / "register.go").read_text())[0], path)
    return found


def _statements(group: str, path: Path) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for match in _LIFECYCLE.finditer(path.read_text()):
        said = f"1.{match['minor']}" if match["minor"] else gvk_key(match["group"], match["version"], match["instead"])
        found.setdefault(gvk_key(group, path.parent.name, match["kind"]), {})[match["what"].lower()] = said
    return found


def api_table(said: Mapping[str, Mapping[str, str]], served: Mapping[int, Mapping[str, str]]) -> dict[str, Any]:
    """Return a row for each kind that a bundled version serves, or that was removed before the first of them.

    Lists have no rows: their definition is their item's with `List` behind. `list` is false if there is none.
    """
    first, last = min(served), max(served)
    table: dict[str, dict[str, Any]] = {key: dict(row) for key, row in said.items() if 0 < _minor(row) <= first}
    for key in sorted({key for kinds in served.values() for key in kinds}):
        minors = [minor for minor, kinds in served.items() if key in kinds]
        if minors != list(range(minors[0], minors[-1] + 1)):
            raise ValueError(f"{key} went and came back: {minors}")
        table[key] = _as_served(said.get(key, {}), minors, (first, last))
        table[key] |= {"definition": served[minors[0]][key], "served": [f"1.{minors[0]}", f"1.{minors[-1]}"]}
    for key, column, right, _source in CORRECTIONS:
        if key in table:
            table[key][column] = right
    rows = {key: row for key, row in table.items() if key.rpartition(" ")[2] not in NO_RESOURCES or "served" in row}
    items = [key for key in rows if not key.endswith("List")]
    return {key: rows[key] if f"{key}List" in rows else {**rows[key], "list": False} for key in items}


def _minor(row: Mapping[str, str], what: str = "removed") -> int:
    return int(row.get(what, "1.0").split(".")[1])


def _as_served(said: Mapping[str, str], minors: list[int], bundled: tuple[int, int]) -> dict[str, Any]:
    """Correct what was planned by what happened: alpha versions come later and go sooner than their sources say."""
    row = dict(said)
    if minors[0] > bundled[0]:
        row["introduced"] = f"1.{minors[0]}"
    if minors[-1] < bundled[1]:
        row["removed"] = f"1.{minors[-1] + 1}"
    elif 0 < _minor(row) <= bundled[1]:
        del row["removed"]
    if 0 < _minor(row) < _minor(row, "deprecated"):
        del row["deprecated"]
    return row


def variants(schemas: Mapping[int, Mapping[str, dict[str, Any]]]) -> dict[str, list[Variant]]:
    """Return every definition once for each run of minor versions in which it is the same."""
    found: dict[str, list[Variant]] = {}
    for minor in sorted(schemas):
        for name, schema in schemas[minor].items():
            runs = found.setdefault(name, [])
            if runs and runs[-1].last == minor - 1 and runs[-1].schema == schema:
                runs[-1] = runs[-1]._replace(last=minor)
            else:
                runs.append(Variant(minor, minor, schema))
    return found


def members(definitions: Mapping[str, Iterable[Variant]], provenance: Mapping[str, Any]) -> dict[str, str]:
    """Return the files of the bundle: provenance, and one of each package of definitions.

    A package is a JSON object with one definition on each line, so that a reader can parse just those that it needs:
    `"PodSpec 1.25-1.31": {...}`.
    """
    packages: dict[str, dict[str, Any]] = {}
    for name, runs in definitions.items():
        package, _, short = name.rpartition(".")
        for first, last, schema in runs:
            packages.setdefault(f"{package}.json", {})[f"{short} 1.{first}-1.{last}"] = schema
    return {"provenance.json": lines(provenance, 2), **{name: lines(packages[name]) for name in sorted(packages)}}


def lines(value: Mapping[str, Any], depth: int = 1) -> str:
    """Return JSON with sorted keys, one entry on each line down to a depth."""
    if not depth:
        return json.dumps(value, sort_keys=True, separators=(",", ":"))
    entries = (f"{json.dumps(key)}: {lines(value[key], depth - 1)}" for key in sorted(value))
    return "{\n" + ",\n".join(entries) + "\n}"


def zipped(files: Mapping[str, str]) -> bytes:
    """Return a zip of files that depends on nothing but them: no clock, no user, no platform."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        for name, text in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            bundle.writestr(info, text + "\n", compresslevel=9)
    return buffer.getvalue()


if __name__ == "__main__":
    main()
