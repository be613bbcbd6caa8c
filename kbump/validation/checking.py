"""check(): everything that is wrong with one source, as far as it can be said without the other files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from kbump.errors import KbumpError, SourceError
from kbump.finding import Finding
from kbump.resource import resources
from kbump.validation.apis import api_problems, is_for_clients
from kbump.validation.custom import is_definition
from kbump.validation.deciding import KUSTOMIZATION
from kbump.validation.kustomizations import is_kustomization, is_kustomization_file
from kbump.validation.problem import Problem
from kbump.validation.repeated import Lists

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kbump.resource import Resource
    from kbump.source import Source
    from kbump.validation.deciding import Kind, Schemas
    from kbump.yaml.nodes import Path


class Identity(NamedTuple):
    """What makes an object the same as another one, and where it is."""

    key: tuple[str, str, str, str]
    document: int
    path: Path


class Checked(NamedTuple):
    """What check() says of a file.

    `resources` counts the objects that were validated, `unknown` are (apiVersion, kind) of those without a schema,
    `definitions` the CustomResourceDefinitions, `identities` all named objects. `skipped` says why a file was passed
    over; `other` that it holds no manifest; `encrypted` counts objects that are checked for their structure only.
    """

    file: str
    findings: Sequence[Finding] = ()
    resources: int = 0
    unknown: Sequence[tuple[str, str]] = ()
    definitions: Sequence[Resource] = ()
    identities: Sequence[Identity] = ()
    skipped: str = ""
    other: bool = False
    encrypted: int = 0
    ignored: int = 0
    error: KbumpError | None = None


class Checker:
    """Checks sources against the schemas of one Kubernetes version; `partial` says of a file whether it is a patch."""

    def __init__(self, schemas: Schemas, *, until: int, fail_on_skipped: bool, partial: Callable[[str], bool]) -> None:
        self.schemas = schemas
        self.until = until
        self.fail_on_skipped = fail_on_skipped
        self.partial = partial
        self._lists: dict[Kind, Lists] = {}
        self._groups: dict[str, bool] = {}
        self._apis: dict[Kind, list[Problem]] = {}

    def check(self, source: Source) -> Checked:
        """Check one source."""
        from kbump.yaml.constructor import construct

        strange: list[str] = []
        try:
            documents = construct(source, strange)
        except SourceError as error:
            if "{{" in source.text:
                return Checked(source.name, skipped="is a template")
            if "apiVersion" not in source.text and not is_kustomization_file(source.name):
                return Checked(source.name, other=True)
            return Checked(source.name, findings=[_syntax(source, error)])
        return _Check(self, source, documents).checked(bool(strange))

    def is_builtin(self, resource: Resource) -> bool:
        """Whether an object is of one of Kubernetes' own API groups."""
        group = resource.group
        if group not in self._groups:
            self._groups[group] = self.schemas.catalog.is_builtin_group(group)
        return self._groups[group]

    def api_problems(self, resource: Resource) -> list[Problem]:
        """Return what is wrong with an object's API, which is the same for all of its kind."""
        kind = (resource.group, resource.version, resource.kind)
        if kind not in self._apis:
            self._apis[kind] = api_problems(resource, self.schemas.catalog, self.until)
        return self._apis[kind]

    def lists(self, kind: Kind) -> Lists:
        """Return the places of lists whose items must differ."""
        if kind not in self._lists:
            self._lists[kind] = Lists(self.schemas.schema(kind) or {}, custom=kind in self.schemas.custom)
        return self._lists[kind]


class _Check:
    """The check of one source."""

    def __init__(self, checker: Checker, source: Source, documents: Sequence[Any]) -> None:
        self.checker = checker
        self.source = source
        self.documents = documents
        self.found = list(resources(documents))
        self.problems: list[tuple[Resource, Problem]] = []
        self.unknown: list[tuple[str, str]] = []
        self.validated = 0
        self.is_partial: bool | None = None

    def checked(self, suspect: bool) -> Checked:
        manifests = [one for one in self.found if _is_manifest(self.source.name, one)]
        if not manifests:
            return self.nothing()
        for resource in self.found:
            self.problems += [(resource, problem) for problem in self.bounded(resource)]
        self.problems += self.odd()
        findings, ignored = self.located(suspect)
        return Checked(
            self.source.name,
            findings,
            self.validated,
            self.unknown,
            [one for one in manifests if is_definition(one)],
            [_identity(one) for one in manifests if _is_named(self.source.name, one)],
            encrypted=sum(one.encrypted for one in manifests),
            ignored=ignored,
        )

    def nothing(self) -> Checked:
        """Say what a file without manifests is."""
        half = [one for one in self.found if _is_half(one)]
        if half:
            self.problems = [(one, problem) for one in half for problem in _incomplete(one)]
            return Checked(self.source.name, self.located(suspect=False)[0])
        if any(type(one) is list for one in self.documents) and self.partial():
            return Checked(self.source.name, skipped="is a JSON patch of a kustomization")
        return Checked(self.source.name, other=True)

    def partial(self) -> bool:
        """Whether the file is a patch; asked only where it matters, as the kustomizations around must be read."""
        if self.is_partial is None:
            self.is_partial = self.checker.partial(self.source.name)
        return self.is_partial

    def bounded(self, resource: Resource) -> list[Problem]:
        """Return the problems of one object, however deep it is nested."""
        try:
            return list(self.of(resource))
        except RecursionError:
            return [Problem("invalid-value", (), f"the {resource.kind} is nested too deep to be checked")]

    def of(self, resource: Resource) -> Iterator[Problem]:
        """Yield the problems of one object."""
        if is_kustomization(self.source.name, resource):
            yield from self.kustomization(resource)
        elif not (resource.api_version and resource.kind):
            yield from _incomplete(resource)
        elif is_for_clients(resource):
            self.skip(resource)
        elif self.checker.is_builtin(resource):
            yield from self.checker.api_problems(resource)
            yield from self.valid(resource)
        else:
            yield from self.custom(resource)

    def kustomization(self, resource: Resource) -> Iterator[Problem]:
        self.validated += 1
        if not self.checker.schemas.accepts(KUSTOMIZATION, resource.data):
            from kbump.validation.explaining import explain

            yield from explain(resource.data, self.checker.schemas.schema(KUSTOMIZATION) or {})

    def custom(self, resource: Resource) -> Iterator[Problem]:
        kind = (resource.group, resource.version, resource.kind)
        if self.checker.schemas.schema(kind):
            yield from self.valid(resource)
            return
        others = sorted(one for one in self.checker.schemas.custom if (one[0], one[2]) == (kind[0], kind[2]))
        if others:
            served = " and ".join(f"{group}/{version}" for group, version, _ in others)
            message = f"the CustomResourceDefinition of {resource.kind} serves no {resource.version}"
            yield Problem("unknown-api", ("apiVersion",), message, f"{resource.kind} is in {served}")
        else:
            yield from self.skip(resource)

    def skip(self, resource: Resource) -> Iterator[Problem]:
        """Note that there is no schema for an object."""
        self.unknown.append((resource.api_version, resource.kind))
        if not self.checker.fail_on_skipped:
            return iter(())
        message = f"there is no schema for {resource.api_version} {resource.kind}"
        fix = "name the CustomResourceDefinition's file or directory with `--crds`"
        return iter((Problem("no-schema", ("kind",), message, fix),))

    def valid(self, resource: Resource) -> Iterator[Problem]:
        """Yield what the schema of an object's kind says, if the version that is asked for has it."""
        kind = (resource.group, resource.version, resource.kind)
        schema = self.checker.schemas.schema(kind)
        if schema is None:
            return
        self.validated += 1
        data = resource.data
        if resource.encrypted or not self.checker.schemas.accepts(kind, data):
            yield from self.refused(resource, schema)
        yield from self.checker.lists(kind).repeated(data)
        if not resource.name and "." not in resource.kind and not _NAMELESS & {resource.group} and not self.partial():
            yield _nameless(resource)

    def refused(self, resource: Resource, schema: dict[str, Any]) -> Iterator[Problem]:
        """Yield the problems of an object that the schema does not take as it is: it may be so for its nulls only."""
        from kbump.validation.explaining import explain
        from kbump.validation.nulls import without_nulls

        kind = (resource.group, resource.version, resource.kind)
        data = {**resource.data}
        if resource.encrypted:
            del data["sops"]
        data = without_nulls(data, schema, schema, zero=kind not in self.checker.schemas.custom)
        if self.checker.schemas.accepts(kind, data):
            return
        problems = explain(data, schema, secret=_secrets(resource))
        for problem in problems:
            hidden = resource.encrypted and _is_cipher(data, problem.path)
            # What only the cluster writes is complete, or nobody's fault.
            unread = problem.rule == "missing-field" and problem.path[:1] == ("status",)
            if not (hidden or unread or self.excused(problem)):
                yield problem

    def excused(self, problem: Problem) -> bool:
        """Whether it may be so: a patch has no required fields, and the directive of strategic merge.

        The others that kubectl knows are ordinary fields to kustomize.
        """
        if problem.rule == "unknown-field" and problem.path[-1] == "$patch":
            return self.partial()
        return problem.rule == "missing-field" and self.partial()

    def odd(self) -> Iterator[tuple[Resource, Problem]]:
        """Yield a problem for each document among manifests that is none."""
        from kbump.resource import Resource

        for number, data in enumerate(self.documents):
            if data is not None and type(data) is not dict:
                noun = "a list" if type(data) is list else "no mapping"
                problem = Problem("incomplete-type", (), f"the document is {noun}, and no manifest", "remove it")
                yield Resource(number, (), {}, "", "", "", ""), problem

    def located(self, suspect: bool) -> tuple[list[Finding], int]:
        """Return the findings in the order of the text, without what comments ignore, and how many these were."""
        ignores = "ignore[" in self.source.text
        if not (self.problems or suspect or ignores):
            return [], 0
        # Imported only for a file of which there is something to say.
        from kbump.validation.dialect import dialect_problems
        from kbump.validation.ignores import apply_comments
        from kbump.validation.locating import Locator
        from kbump.yaml.composer import compose

        nodes = compose(self.source)
        places = {(resource.document, (*resource.path, *problem.path)) for resource, problem in self.problems}
        problems = list(self.problems)
        for resource in self.found if suspect else ():
            root = nodes[resource.document].root
            listed = dialect_problems(root, resource.path) if root else ()
            problems += [
                (resource, one) for one in listed if (resource.document, (*resource.path, *one.path)) not in places
            ]
        locator = Locator(self.source, nodes, self.checker.schemas.catalog.version)
        findings = [locator.finding(one, problem) for one, problem in problems]
        findings.sort(key=lambda one: one.location)
        return apply_comments(self.source, nodes, findings) if ignores else (findings, 0)


# Questions to the API server, which are not kept and so need no name.
_NAMELESS = {"authentication.k8s.io", "authorization.k8s.io"}


def _syntax(source: Source, error: SourceError) -> Finding:
    rule = "duplicate-key" if "is there twice" in error.message or " are both " in error.message else "yaml-syntax"
    location = error.location or source.location(0)
    return Finding(rule, "error", location, error.message, error.hint or "")


def _is_manifest(file: str, resource: Resource) -> bool:
    """Whether an object is one for Kubernetes; others have an apiVersion and kind, too: answers of web services."""
    if is_kustomization(file, resource):
        return True
    likely = resource.group or re.match(r"v[0-9]", resource.version) or type(resource.data.get("metadata")) is dict
    return bool(resource.api_version and resource.kind and likely)


def _is_half(resource: Resource) -> bool:
    """Whether an object without apiVersion or kind is meant to be a manifest: Chart.yaml, .drone.yml have one, too."""
    half = bool(resource.api_version) != bool(resource.kind)
    return half and any(type(resource.data.get(key)) is dict for key in ("metadata", "spec"))


def _incomplete(resource: Resource) -> Iterator[Problem]:
    for field, text in (("apiVersion", resource.api_version), ("kind", resource.kind)):
        if not text:
            written = resource.data.get(field)
            message = f"`{field}` must be a string" if written is not None else f"the object has no {field}"
            yield Problem("incomplete-type", (field,), message, at_key=written is None)


def _nameless(resource: Resource) -> Problem:
    return Problem("missing-field", ("metadata", "name"), "`metadata.name` is missing", at_key=True)


def _is_named(file: str, resource: Resource) -> bool:
    metadata = resource.data.get("metadata")
    return type(metadata) is dict and bool(metadata.get("name")) and not is_kustomization(file, resource)


def _identity(resource: Resource) -> Identity:
    key = (resource.group, resource.kind, resource.namespace, resource.name)
    return Identity(key, resource.document, resource.path)


def _secrets(resource: Resource) -> Callable[[Path], bool]:
    hides = (resource.group, resource.kind) == ("", "Secret")
    return lambda path: hides and path[:1] in (("data",), ("stringData",))


def _is_cipher(data: Any, path: Path) -> bool:
    """Whether SOPS encrypted the value at a path."""
    for key in path:
        data = data[key] if type(data) in (dict, list) else None
    return type(data) is str and data.startswith("ENC[")
