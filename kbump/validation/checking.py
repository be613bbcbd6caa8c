"""check(): everything that is wrong with one source, as far as it can be said without the other files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from kbump.errors import KbumpError, SourceError
from kbump.finding import Finding
from kbump.resource import Resource, resources, strays
from kbump.validation.custom import is_definition, is_too_deep
from kbump.validation.judging import incomplete, secrets
from kbump.validation.kinds import custom_kinds
from kbump.validation.kustomizations import is_kustomization, is_kustomization_file
from kbump.validation.problem import Applied, Problem
from kbump.validation.reading import is_template, rule_of, said, unread

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kbump.source import Source
    from kbump.validation.judging import Judge
    from kbump.validation.kinds import CustomKind
    from kbump.yaml.nodes import Path

_IGNORE = re.compile(r"(?i)ignore[ \t]*\[")
_BRACE = re.compile(r"\s*\{")


class Identity(NamedTuple):
    """What makes an object the same as another one, and where it is."""

    key: tuple[str, str, str, str]
    version: str
    document: int
    path: Path

    @property
    def resource(self) -> Resource:
        """The object without its data."""
        group, kind, namespace, name = self.key
        api_version = f"{group}/{self.version}" if group else self.version
        return Resource(self.document, self.path, {}, api_version, kind, namespace, name)


class Checked(NamedTuple):
    """What check() says of a file.

    `resources` counts the objects that were validated, `unknown` are (apiVersion, kind) of those without a schema,
    `definitions` the kinds that it defines, `rivals` the definitions of which nobody can say by which one an object of
    it is judged, `identities` all named objects. `skipped` says why a file was passed over; `other` that it holds no
    manifest; `encrypted` counts objects that are checked for their structure only.
    """

    file: str
    findings: Sequence[Finding] = ()
    resources: int = 0
    unknown: Sequence[tuple[str, str]] = ()
    definitions: Sequence[CustomKind] = ()
    rivals: Sequence[CustomKind] = ()
    identities: Sequence[Identity] = ()
    skipped: str = ""
    other: bool = False
    encrypted: int = 0
    ignored: int = 0
    waiting: Sequence[tuple[int, Finding]] = ()
    error: KbumpError | None = None

    @property
    def kinds(self) -> set[tuple[str, str]]:
        """The (group, kind) of the objects, but for those without a name that have a schema."""
        unknown = {(api_version.rpartition("/")[0], kind) for api_version, kind in self.unknown}
        return unknown | {one.key[:2] for one in self.identities}


class Checker:
    """Checks sources by a judge."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge

    def check(self, source: Source) -> Checked:
        """Check one source."""
        from kbump.yaml.constructor import construct

        strange: list[str] = []
        try:
            documents = construct(source, strange)
        except SourceError as error:
            if is_template(source, error):
                return Checked(source.name, skipped="is a template")
            if "apiVersion" not in source.text and not is_kustomization_file(source.name):
                return Checked(source.name, other=True)
            if rule_of(error) == "duplicate-key":
                return self._repeating(source, error)
            return Checked(source.name, unread(source, error))
        return _Check(self, source, documents).checked(bool(strange))

    def _repeating(self, source: Source, first: SourceError) -> Checked:
        """Check a source that has keys twice: a finding for each, and for what there is to say of the last of them."""
        from kbump.yaml.constructor import construct_repeating

        strange: list[str] = []
        try:
            documents, repeated = construct_repeating(source, strange)
        except SourceError as error:
            return Checked(source.name, unread(source, first, error))
        return _Check(self, source, documents, repeated).checked(bool(strange))


class _Check:
    """The check of one source."""

    def __init__(
        self, checker: Checker, source: Source, documents: Sequence[Any], repeated: Sequence[SourceError] = ()
    ) -> None:
        self.checker = checker
        self.source = source
        self.repeated = repeated
        self.documents = documents
        self.found = list(resources(documents))
        self.problems: list[tuple[Resource, Problem]] = []
        self.unknown: list[tuple[str, str]] = []
        self.schemaless: set[tuple[int, Path]] = set()
        self.rivals: dict[CustomKind, None] = {}
        self.validated = 0

    def checked(self, suspect: bool) -> Checked:
        if not self.found and is_kustomization_file(self.source.name):
            # An empty one, or a list, is still what kustomize reads, and refuses.
            self.found = [Resource(0, (), {}, "", "", "", "")]
        manifests = [one for one in self.found if _is_manifest(self.source.name, one)]
        if not manifests:
            return self.nothing()
        if any(one.encrypted and one.kind.startswith("ENC[") for one in manifests):
            return Checked(self.source.name, skipped="is encrypted, even its kind")
        for resource in self.found:
            self.problems += [(resource, problem) for problem in self.judged(resource)]
        self.problems += self.odd()
        applied = self.located(suspect)
        return Checked(
            self.source.name,
            applied.findings,
            self.validated,
            self.unknown,
            [kind for one in manifests if is_definition(one) for kind in custom_kinds(one, self.source.name)],
            list(self.rivals),
            [_identity(one) for one in manifests if _is_named(self.source.name, one)],
            encrypted=sum(one.encrypted for one in manifests),
            ignored=applied.ignored,
            waiting=applied.waiting,
        )

    def nothing(self) -> Checked:
        """Say what a file without manifests is."""
        half = [one for one in self.found if _is_half(one)]
        self.problems = [(one, problem) for one in half for problem in incomplete(one)]
        self.problems = self.problems or [one for one in self.odd() if one[0].path]
        if self.problems:
            return Checked(self.source.name, self.located(suspect=False).findings)
        if any(type(one) is list for one in self.documents) and self.checker.judge.uses.is_patch(self.source.name):
            return Checked(self.source.name, skipped="is a JSON patch of a kustomization")
        return Checked(self.source.name, other=True)

    def judged(self, resource: Resource) -> list[Problem]:
        """Return the problems of one object, however deep it is nested."""
        deep = is_too_deep(resource)
        try:
            judgement = None if deep else self.checker.judge.judge(resource, self.source.name)
        except RecursionError:
            judgement = None
        if judgement is None:
            return [Problem("invalid-value", (), f"the {resource.kind} is nested too deep to be checked")]
        self.validated += judgement.validated is True
        self.rivals |= dict.fromkeys(judgement.rivals)
        if judgement.validated is False:
            self.unknown.append((resource.api_version, resource.kind))
            self.schemaless.add((resource.document, resource.path))
        return judgement.problems

    def odd(self) -> Iterator[tuple[Resource, Problem]]:
        """Yield a problem for each document among manifests, and each item of a list, that is none."""
        for number, path, data in strays(self.documents):
            noun = "null" if data is None else "a list" if type(data) is list else "a plain value"
            what = "item" if path else "document"
            problem = Problem("incomplete-type", (), f"this {what} is {noun}, not a manifest", "remove it")
            yield Resource(number, path, {}, "", "", "", ""), problem

    def located(self, suspect: bool) -> Applied:
        """Return the findings in the order of the text, without what comments ignore."""
        ignores = "kbump" in self.source.text and _IGNORE.search(self.source.text) is not None
        version = self.checker.judge.schemas.catalog.version
        # kubectl reads YAML in braces, and behind JSON, since 1.33.
        braced = int(version.partition(".")[2]) < 33 and _BRACE.match(self.source.text) is not None
        if not (self.problems or self.repeated or suspect or ignores or braced):
            return Applied([])
        # Imported only for a file of which there is something to say.
        from kbump.validation.dialect import brace_findings, dialect_problems
        from kbump.validation.ignores import apply_comments
        from kbump.validation.locating import Locator
        from kbump.yaml.composer import compose

        nodes = compose(self.source, [])
        places = {(resource.document, (*resource.path, *problem.path)) for resource, problem in self.problems}
        problems = list(self.problems)
        for resource in self.found if suspect else ():
            root = nodes[resource.document].root
            known = (resource.document, resource.path) not in self.schemaless
            listed = dialect_problems(root, resource.path, secrets(resource), schema=known) if root else ()
            problems += [
                (resource, one) for one in listed if (resource.document, (*resource.path, *one.path)) not in places
            ]
        locator = Locator(self.source, nodes, version)
        findings = [locator.finding(one, problem) for one, problem in problems]
        findings += brace_findings(self.source) if braced else []
        findings += said(self.source, self.repeated)
        # A text that is of the wrong type, as it is no string, need not be said to be surprising; below a key that is
        # no string either, only the place tells that it is the same.
        wrong = {one.location for one in findings if one.rule == "wrong-type"}
        findings = [one for one in findings if one.rule != "surprising-scalar" or one.location not in wrong]
        findings.sort(key=lambda one: one.location)
        return apply_comments(self.source, nodes, findings) if ignores else Applied(findings)


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


def _is_named(file: str, resource: Resource) -> bool:
    metadata = resource.data.get("metadata")
    name = metadata.get("name") if type(metadata) is dict else ""
    return type(name) is str and bool(name) and not is_kustomization(file, resource)


def _identity(resource: Resource) -> Identity:
    key = (resource.group, resource.kind, resource.namespace, resource.name)
    return Identity(key, resource.version, resource.document, resource.path)
