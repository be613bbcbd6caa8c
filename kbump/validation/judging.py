"""Judge: what is wrong with one object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kbump.validation.apis import api_problems, is_for_clients, is_misspelt
from kbump.validation.custom import is_definition
from kbump.validation.deciding import KUSTOMIZATION, OBJECT
from kbump.validation.kinds import CustomKind
from kbump.validation.kustomizations import is_kustomization
from kbump.validation.problem import Problem
from kbump.validation.repeated import Lists
from kbump.validation.required import missing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kbump.resource import Resource
    from kbump.validation.deciding import AnyKind, Schemas
    from kbump.yaml.nodes import Path

# Questions to the API server, which are not kept and so need no name.
_NAMELESS = ("authentication.k8s.io", "authorization.k8s.io")
_SELECTING = ("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet")


class Uses(NamedTuple):
    """What the kustomizations around a file make of it; asked only where it matters, as they must be read.

    Whether it is a patch, and whether labels bring its workloads the selector that they lack.
    """

    is_patch: Callable[[str], bool]
    is_labelled: Callable[[str], bool]


class Judgement(NamedTuple):
    """What a judge says of an object: its problems, and whether there was a schema (None: there is nothing to ask).

    `rivals` are the definitions, if several are equally near and differ.
    """

    problems: list[Problem]
    validated: bool | None
    rivals: Sequence[CustomKind] = ()


class Judge:
    """Judges objects by the schemas of one Kubernetes version; removals are told of up to the minor version `until`."""

    def __init__(self, schemas: Schemas, uses: Uses, *, until: int, fail_on_skipped: bool) -> None:
        self.schemas = schemas
        self.uses = uses
        self.until = until
        self.fail_on_skipped = fail_on_skipped
        self._lists: dict[AnyKind, Lists] = {}
        self._defaulting: dict[AnyKind, bool] = {}
        self._groups: dict[str, bool] = {}
        self._apis: dict[AnyKind, list[Problem]] = {}

    def judge(self, resource: Resource, file: str) -> Judgement:
        """Judge an object of a file."""
        if is_kustomization(file, resource):
            return Judgement(self._by_schema(resource.data, KUSTOMIZATION, _is_literal), True)
        if not (resource.api_version and resource.kind):
            return Judgement(list(incomplete(resource)), None)
        kind = (resource.group, resource.version, resource.kind)
        kinds = self.schemas.kinds(kind, file)
        if self.schemas.schema(kinds[0]):
            # Of several equally near nobody can say which one counts: an object is right if one of them takes it.
            found = min((self._by_kind(resource, one, file) for one in kinds), key=_misfit)
            return Judgement(found, True, [one for one in kinds[1:] and kinds if isinstance(one, CustomKind)])
        if is_for_clients(resource):
            return Judgement([], False)
        if self._is_builtin(resource.group) or is_misspelt(resource, self.schemas.catalog):
            judged = Judgement(self._api(resource, kind), None)
        else:
            judged = self._without_schema(resource)
        return judged._replace(problems=[*judged.problems, *self._metadata(resource, file)])

    def _metadata(self, resource: Resource, file: str) -> Iterator[Problem]:
        """Yield what is wrong with the metadata of an object without a schema.

        Without any it need not be for a server: kubelet, kubeadm and kind have such files for themselves.
        """
        yield from self._refused(resource, OBJECT, file)
        if type(resource.data.get("metadata")) is dict:
            yield from self._nameless(resource, OBJECT, file)

    def _by_kind(self, resource: Resource, kind: AnyKind, file: str) -> list[Problem]:
        """Return the problems of an object by its kind, of which there is a schema."""
        found = [*self._api(resource, kind), *self._valid(resource, kind, file)]
        lacking = () if isinstance(kind, CustomKind) else tuple(missing(resource, found))
        found += () if lacking and self.uses.is_patch(file) else lacking
        if isinstance(kind, CustomKind) and self.schemas.custom.differ(kind[:3]):
            return [one._replace(definer=kind.file) for one in found]
        return found

    def _is_builtin(self, group: str) -> bool:
        if group not in self._groups:
            self._groups[group] = self.schemas.catalog.is_builtin_group(group)
        return self._groups[group]

    def _api(self, resource: Resource, kind: AnyKind) -> list[Problem]:
        """Return what is wrong with an object's API, which is the same for all of its kind."""
        if kind not in self._apis:
            known = not isinstance(kind, CustomKind)
            self._apis[kind] = api_problems(resource, self.schemas.catalog, self.until) if known else []
        return self._apis[kind]

    def _without_schema(self, resource: Resource) -> Judgement:
        group, version, kind = resource.group, resource.version, resource.kind
        others = self.schemas.custom.versions(group, kind)
        if others:
            served = " and ".join(f"{group}/{one}" for one in others)
            message = f"the CustomResourceDefinition of {kind} serves no {version}"
            return Judgement([Problem("unknown-api", ("apiVersion",), message, f"{kind} is in {served}")], None)
        if not self.fail_on_skipped:
            return Judgement([], False)
        message = f"there is no schema for {resource.api_version} {kind}"
        fix = "name the CustomResourceDefinition's file or directory with `--crds`"
        return Judgement([Problem("no-schema", ("kind",), message, fix)], False)

    def _valid(self, resource: Resource, kind: AnyKind, file: str) -> Iterator[Problem]:
        """Yield what the schema of an object's kind says, and that it has no name."""
        data = resource.data
        refused = resource.encrypted or self._fills(kind) or not self.schemas.accepts(kind, data)
        problems = list(self._refused(resource, kind, file)) if refused else []
        yield from problems
        if is_definition(resource) and not problems and not self.uses.is_patch(file):
            from kbump.validation.definitions import definition_problems

            yield from definition_problems(resource)
        if kind not in self._lists:
            self._lists[kind] = Lists(self.schemas.schema(kind) or {}, custom=isinstance(kind, CustomKind))
        yield from self._lists[kind].repeated(data)
        yield from self._nameless(resource, kind, file)

    def _nameless(self, resource: Resource, kind: AnyKind, file: str) -> Iterator[Problem]:
        if _is_nameless(resource, custom=isinstance(kind, CustomKind)) and not self.uses.is_patch(file):
            yield Problem("missing-field", ("metadata", "name"), "`metadata.name` is missing", at_key=True)

    def _refused(self, resource: Resource, kind: AnyKind, file: str) -> Iterator[Problem]:
        data = {**resource.data}
        if resource.encrypted:
            data.pop("sops", None)  # an item of an encrypted list has none
        if _lacks_selector(resource) and self.uses.is_labelled(file):
            data["spec"] = {**data["spec"], "selector": {}}
        for problem in self._by_schema(data, kind, secrets(resource)):
            hidden = resource.encrypted and _is_cipher(data, problem.path)
            # What only the cluster writes is complete, or nobody's fault.
            unread = problem.rule == "missing-field" and problem.path[:1] == ("status",)
            if not (hidden or unread or (_is_of_patches(problem) and self.uses.is_patch(file))):
                yield problem

    def _by_schema(self, data: Any, kind: AnyKind, secret: Callable[[Path], bool] | None = None) -> list[Problem]:
        """Return the problems of data that the schema may not take as it is, for its nulls only or for more."""
        if not self._fills(kind) and self.schemas.accepts(kind, data):
            return []
        from kbump.validation.defaults import with_defaults
        from kbump.validation.explaining import explain
        from kbump.validation.nulls import without_nulls

        schema = self.schemas.schema(kind) or {}
        # What is null and has a default gets it; the server takes away the others afterwards.
        data = with_defaults(data, schema) if self._fills(kind) else data
        if kind != KUSTOMIZATION:
            data = without_nulls(data, schema, schema, zero=not isinstance(kind, CustomKind))
        return [] if self.schemas.accepts(kind, data) else explain(data, schema, secret=secret)

    def _fills(self, kind: AnyKind) -> bool:
        """Whether the server fills defaults into objects of a kind before it judges them."""
        if not isinstance(kind, CustomKind):
            return False
        if kind not in self._defaulting:
            from kbump.validation.defaults import has_defaults

            self._defaulting[kind] = has_defaults(self.schemas.schema(kind) or {})
        return self._defaulting[kind]


def _misfit(problems: list[Problem]) -> tuple[bool, int, int]:
    """Rank the problems that an object has by one of several definitions: what is wrong deep down fits best."""
    return bool(problems), -max((len(one.path) for one in problems), default=0), len(problems)


def incomplete(resource: Resource) -> Iterator[Problem]:
    """Yield that an object has no apiVersion, or no kind."""
    for field, text in (("apiVersion", resource.api_version), ("kind", resource.kind)):
        if not text:
            written = resource.data.get(field)
            message = f"`{field}` must be a string" if written is not None else f"the object has no {field}"
            yield Problem("incomplete-type", (field,), message, at_key=written is None)


def _is_nameless(resource: Resource, *, custom: bool) -> bool:
    """Whether an object lacks the name that it needs; what is wrong with one that is no text, its schema says."""
    if resource.name or resource.group in _NAMELESS or (resource.kind.endswith("List") and not custom):
        return False
    metadata = resource.data.get("metadata")
    return type(metadata) is not dict or metadata.get("name") in (None, "")


def _lacks_selector(resource: Resource) -> bool:
    """Whether an object is one that labels of kustomize would bring a selector."""
    spec = resource.data.get("spec")
    return resource.kind in _SELECTING and type(spec) is dict and spec.get("selector") is None


def _is_literal(path: Path) -> bool:
    """Whether a path in a kustomization is that of a Secret's value."""
    return path[:1] == ("secretGenerator",) and "literals" in path


def _is_of_patches(problem: Problem) -> bool:
    """Whether a patch may be so: without required fields, and with the directive of strategic merge.

    The others that kubectl knows are ordinary fields to kustomize.
    """
    if problem.rule == "unknown-field":
        return problem.path[-1] == "$patch"
    return problem.rule == "missing-field"


def secrets(resource: Resource) -> Callable[[Path], bool]:
    """Return what says of a path in an object whether its value must not be shown."""
    hides = resource.kind.lower() == "secret"
    return lambda path: hides and path[:1] in (("data",), ("stringData",))


def _is_cipher(data: Any, path: Path) -> bool:
    """Whether SOPS encrypted the value at a path."""
    for key in path:
        data = data[key] if type(data) in (dict, list) else None
    return type(data) is str and data.startswith("ENC[")
