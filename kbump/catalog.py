"""Catalog: which APIs a version of Kubernetes serves, their schemas, and what became of those that it does not.

The data is what schemas/generate.py wrote. Only the part of it is read that is asked for.
"""

from __future__ import annotations

import re
from functools import cache
from os.path import dirname, exists, join
from sys import maxsize
from typing import TYPE_CHECKING, Any, NamedTuple

from kbump.errors import UsageError

if TYPE_CHECKING:
    from zipimport import zipimporter

# What people, servers and providers write: 1.31, 1.31.4, v1.31.4-gke.1, v1.31.4+k3s1, and 1.31+ of EKS and GKE.
# A text, since compiling costs every run 0.3 ms and most name no version.
_VERSION = r"v?(\d+)\.(\d+)(?:\+|\.\d+(?:[-+][0-9A-Za-z.+-]*)?)?"
_STAGES = ("alpha", "beta", "stable")
_REF = '"#/definitions/'
# New beta APIs are off by default from 1.24 on (https://kep.k8s.io/3136) ...
_BETA_OFF_SINCE = 24
# ... but for new versions of those that were on: `legacyBetaEnabledByDefaultResources` in Kubernetes'
# pkg/controlplane/instance.go.
_BETA_ON = "flowcontrol.apiserver.k8s.io"


class Api(NamedTuple):
    """A kind of one API version, over the whole life of Kubernetes.

    `introduced`, `deprecated` and `removed` are minor versions: 16 is 1.16, 0 is unknown or never; those above the
    newest version are plans. `replacement` is what its authors named, as in `apps/v1 Deployment`, or empty: what to
    tell people about a version of Kubernetes is `Catalog.replacement`.
    """

    group: str
    version: str
    kind: str
    introduced: int = 0
    deprecated: int = 0
    removed: int = 0
    replacement: str = ""

    @property
    def stage(self) -> str:
        """Return `alpha`, `beta` or `stable`."""
        return _stage(self.version)

    @property
    def off_by_default(self) -> bool:
        """Whether a cluster serves it only where somebody has turned it on."""
        late = self.introduced >= _BETA_OFF_SINCE and self.group != _BETA_ON
        return self.stage == "alpha" or (self.stage == "beta" and late)


class Catalog:
    """What one minor version of Kubernetes serves; `release` is the patch that its schemas are from.

    Lists of a kind (`DeploymentList`) are known where the kind is.
    """

    __slots__ = ("_definitions", "_minor", "_packages", "_rows", "release", "version")

    def __init__(self, version: str) -> None:
        table = _table()
        self.version = version
        self.release: str = table["releases"][version]
        self._rows: dict[str, dict[str, Any]] = table["apis"]
        self._minor = _minor(version)
        self._packages: dict[str, dict[str, str]] = {}
        self._definitions: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {}

    def __repr__(self) -> str:
        return f"Catalog({self.version!r})"

    def api(self, group: str, version: str, kind: str) -> Api | None:
        """Return a kind that any version of Kubernetes serves, did serve or plans to remove; None for all others."""
        row, suffix = self._row(group, version, kind)
        if row is None:
            return None
        introduced, deprecated, removed = (
            _minor(row.get(key, "1.0")) for key in ("introduced", "deprecated", "removed")
        )
        replacement = row.get("replacement", "")
        return Api(group, version, kind, introduced, deprecated, removed, replacement and replacement + suffix)

    def serves(self, group: str, version: str, kind: str) -> bool:
        """Whether this version of Kubernetes can serve the kind, if everything is turned on."""
        row, _ = self._row(group, version, kind)
        return row is not None and self._has(row)

    def served(self, group: str) -> tuple[tuple[str, str], ...]:
        """Return every (version, kind) of a group that this version of Kubernetes serves, sorted, without lists."""
        return tuple((version, kind) for other, version, kind in self.kinds() if other == group)

    def kinds(self) -> tuple[tuple[str, str, str], ...]:
        """Return every (group, version, kind) that this version of Kubernetes serves, sorted, without lists."""
        return tuple(sorted(_split(key) for key, row in self._rows.items() if self._has(row)))

    def is_builtin_group(self, group: str) -> bool:
        """Whether a group is Kubernetes' own, in any version of it: its kinds are known, all of them."""
        return any(_split(key)[0] == group for key in self._rows)

    def replacement(self, api: Api) -> str:
        """Return what to use in this version of Kubernetes instead of a kind, as `apps/v1 Deployment`, or nothing.

        This is the most stable version that is served. Of a kind that is served itself and is or will be deprecated,
        it is a more stable one; a kind that lives on needs none.
        """
        served = self.serves(api.group, api.version, api.kind)
        if served and not (api.deprecated or api.removed):
            return ""
        group, _, kind = _split(api.replacement or _key(api.group, api.version, api.kind))
        versions = [version for version, other in self.served(group) if other == kind.removesuffix("List")]
        if served and group == api.group:
            versions = [version for version in versions if _rank(version) > _rank(api.version)]
        return _key(group, max(versions, key=_rank), kind) if versions else ""

    def replacement_since(self, api: Api) -> int:
        """Return the minor version that introduced what `replacement` names; 0 if it names nothing."""
        name = self.replacement(api)
        found = self.api(*_split(name)) if name else None
        return found.introduced if found else 0

    def closure(self, group: str, version: str, kind: str) -> tuple[str, dict[str, Any]] | None:
        """Return the name of a kind's definition and every definition that it needs, as Kubernetes publishes them.

        Their `$ref` is `#/definitions/NAME`. They are shared between calls, so do not change them.
        None if this version of Kubernetes does not serve the kind.
        """
        row, suffix = self._row(group, version, kind)
        if row is None or not self._has(row):
            return None
        root = row["definition"] + suffix
        found: dict[str, Any] = {}
        waiting = [root]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found[name], references = self._definition(name)
                waiting.extend(references)
        return root, found

    def _row(self, group: str, version: str, kind: str) -> tuple[dict[str, Any] | None, str]:
        if not kind.endswith("List"):
            return self._rows.get(_key(group, version, kind)), ""
        row = self._rows.get(_key(group, version, kind.removesuffix("List")))
        return (row if row and row.get("list", True) else None), "List"

    def _has(self, row: dict[str, Any]) -> bool:
        first, last = row.get("served", ("1.0", "1.0"))
        return _minor(first) <= self._minor <= _minor(last)

    def _definition(self, name: str) -> tuple[dict[str, Any], tuple[str, ...]]:
        known = self._definitions.get(name)
        if known is None:
            from json import loads

            package, _, short = name.rpartition(".")
            text = self._package(package)[short]
            references = (part.partition('"')[0] for part in text.split(_REF)[1:])
            known = self._definitions[name] = loads(text), tuple(references)
        return known

    def _package(self, name: str) -> dict[str, str]:
        package = self._packages.get(name)
        if package is None:
            text = _bundle().get_data(f"{name}.json").decode()
            package = self._packages[name] = dict(_entries(text, self._minor))
        return package


def catalog(version: str = "") -> Catalog:
    """Return the catalog of a version of Kubernetes in any of the spellings of `parse_version`."""
    return _catalog(parse_version(version))


def versions() -> tuple[str, ...]:
    """Return the minor versions that there are schemas of, the oldest first: 1.25, 1.26 ..."""
    return tuple(sorted(_table()["releases"], key=_minor))


def parse_version(text: str) -> str:
    """Return the minor version that a text means, `1.31` for `v1.31.4-gke.1`; the newest for an empty text.

    Raises UsageError if it is no version, or one that there are no schemas of.
    """
    known = versions()
    if not text:
        return known[-1]
    match = re.fullmatch(_VERSION, text, re.ASCII)
    minor = f"{int(match[1])}.{int(match[2])}" if match else ""
    if minor in known:
        return minor
    if not match:
        raise UsageError(f"`{text}` is no version of Kubernetes", hint=f"known are {', '.join(known)}")
    raise UsageError(f"Kubernetes {text} is not known to this kbump", hint=_hint(minor, known))


def parse_limit(text: str, version: str) -> int:
    """Return the minor version of a text such as 1.40, which need not be known; an empty one is without end.

    Raises UsageError if it is no version, or one before the `version` that is asked for: 1.4 may be meant to be 1.40.
    """
    match = re.fullmatch(r"v?1\.(\d+)", text, re.ASCII)
    if text and not match:
        raise UsageError(f"`{text}` is no version of Kubernetes", hint="write it as 1.40")
    limit = int(match[1]) if match else maxsize
    if limit < _minor(version):
        raise UsageError(
            f"`{text}` is before Kubernetes {version}, and nothing is removed later until then",
            hint=f"write {version} or a later one, such as 1.40",
        )
    return limit


def _hint(minor: str, known: tuple[str, ...]) -> str:
    listed = f"known are {', '.join(known)}"
    # YAML reads 1.30 as the number 1.3.
    if f"{minor}0" in known:
        return f'if you mean {minor}0, write "{minor}0" in quotes; {listed}'
    if minor.startswith("1.") and _minor(minor) > _minor(known[-1]):
        return f"it knows Kubernetes up to {known[-1]}; a newer kbump may know more; {listed}"
    return listed


@cache
def _catalog(version: str) -> Catalog:
    return Catalog(version)


@cache
def _table() -> dict[str, Any]:
    from json import loads

    with open(join(schemas_folder(), "apis.json"), encoding="utf-8") as file:
        return dict(loads(file.read()))


@cache
def _bundle() -> zipimporter:
    # It is frozen into Python and takes a tenth of the time of zipfile.
    from zipimport import zipimporter

    return zipimporter(join(schemas_folder(), "kubernetes.zip"))


@cache
def schemas_folder() -> str:
    """Return the directory of the bundled schemas: in the installed package, or beside it in a checkout."""
    here = dirname(__file__)
    return next(folder for folder in (join(here, "schemas"), join(dirname(here), "schemas")) if exists(folder))


def _entries(text: str, minor: int) -> list[tuple[str, str]]:
    """Return the names and the JSON of a package's definitions for one minor version.

    They are a line each, `"PodSpec 1.25-1.31": {...},`, so that only what is needed is parsed.
    """
    found = []
    for line in text.split("\n")[1:-2]:
        key, _, schema = line.partition(": ")
        name, _, bounds = key.strip('"').partition(" ")
        first, _, last = bounds.partition("-")
        if _minor(first) <= minor <= _minor(last):
            found.append((name, schema.removesuffix(",")))
    return found


def _key(group: str, version: str, kind: str) -> str:
    return f"{group}/{version} {kind}" if group else f"{version} {kind}"


def _split(key: str) -> tuple[str, str, str]:
    api_version, _, kind = key.partition(" ")
    group, _, version = api_version.rpartition("/")
    return group, version, kind


def _minor(version: str) -> int:
    return int(version[2:])


def _stage(version: str) -> str:
    return next((stage for stage in _STAGES if stage in version), "stable")


def _rank(version: str) -> tuple[int, ...]:
    """Return what orders API versions as Kubernetes does: v2, v1, v2beta1, v1beta1, v1alpha1."""
    return _STAGES.index(_stage(version)), *map(int, re.findall(r"\d+", version))
