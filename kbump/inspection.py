"""validate(): what is wrong with the manifests of a workspace, without a network and without a cluster."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from kbump import files
from kbump.catalog import parse_limit
from kbump.errors import KbumpError, SourceError
from kbump.finding import SEVERITIES, Finding
from kbump.given import given_catalog, given_kinds
from kbump.namesakes import Namesakes
from kbump.nonmanifests import no_manifest, non_manifests
from kbump.overlays import Overlays
from kbump.parallel import fork_map
from kbump.rereading import Rereader
from kbump.source import STANDARD_INPUT, Source
from kbump.validation.checking import Checked, Checker
from kbump.validation.deciding import Schemas
from kbump.validation.judging import Judge, Uses
from kbump.validation.kinds import CustomKinds, Place
from kbump.workspace import Workspace, find_config, is_template, open_workspace, watched

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kbump.config import Config
    from kbump.files import Skipped
    from kbump.finding import Built


# What a manifest has, in UTF-8 and in both kinds of UTF-16.
_MARKS = (b"apiVersion", "apiVersion".encode("utf-16-le"), "apiVersion".encode("utf-16-be"))
_DATA = "is data of a kustomization"


class ValidateResult(NamedTuple):
    """What validate() found.

    `findings` are in the order of files and lines; `errors` say what could not be answered. `resources` counts the
    objects that were checked against a schema, `unknown` those of each `apiVersion Kind` without one; `others` are
    files that hold no manifest, `encrypted` counts objects of which SOPS hides the values, `ignored` findings that
    comments and settings leave out. `version` is the Kubernetes version, `release` the one that the schemas are from.
    `built` are the overlays whose texts were checked, if it was some.
    """

    findings: list[Finding]
    errors: list[KbumpError]
    skipped: list[Skipped]
    unknown: dict[str, int]
    others: list[str]
    files: int
    resources: int
    encrypted: int
    ignored: int
    version: str
    release: str
    built: Sequence[Built] = ()

    def at_least(self, severity: str) -> list[Finding]:
        """Return the findings of a severity and those that are worse."""
        wanted = SEVERITIES[: SEVERITIES.index(severity) + 1]
        return [one for one in self.findings if one.severity in wanted]

    @property
    def exit_code(self) -> int:
        """0: nothing is wrong but for warnings; 1: there are errors; 2: it could not be said."""
        if self.errors:
            return 2
        return 1 if self.at_least("error") else 0


class Options(NamedTuple):
    """How a run behaves, beside what it looks at; see validate()."""

    kubernetes_version: str = ""
    crds: Sequence[str] = ()
    deprecations_until: str = ""
    fail_on_skipped: bool = False
    skip_non_manifests: bool = False
    jobs: int = 2


def validate(
    paths: str | Sequence[str] | None = None,
    *,
    text: str | None = None,
    name: str = STANDARD_INPUT,
    environment: str = "",
    exclude: Sequence[str] = (),
    ignore: bool = True,
    kubernetes_version: str = "",
    crds: Sequence[str] = (),
    deprecations_until: str = "",
    fail_on_skipped: bool = False,
    skip_non_manifests: bool = False,
    jobs: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> ValidateResult:
    """Check the manifests in files and directories, or in one `text`, which `name` stands for in locations.

    Without paths, those of the current directory, or of a declared `environment`. `kubernetes_version` is 1.31,
    v1.31.4 or the like; else what .kbump.yaml says, else the newest that is known. `crds` are files and directories of
    CustomResourceDefinitions, beside those of the run itself; removals of APIs are told of up to the version
    `deprecations_until`. `fail_on_skipped` makes errors of objects without a schema; `skip_non_manifests` passes over
    named files that are none. `exclude`, `ignore` and `progress` as for images().

    Raises UsageError for an unknown version or environment, ConfigError, and SourceError for a path that cannot be
    read; a file that cannot be read is in the result, as is an input without any manifest.
    """
    options = Options(kubernetes_version, crds, deprecations_until, fail_on_skipped, skip_non_manifests, jobs)
    if text is not None:
        workspace = Workspace(find_config(name), [name], [], [])
        bare = text.removeprefix("\ufeff")
        return _Run(workspace, options, text=bare).of_text(Source(name, bare))
    listed = [paths] if isinstance(paths, str) else list(paths or ["."])
    workspace = open_workspace(listed, environment=environment, exclude=exclude, ignore=ignore)
    directories = [path for path in listed if os.path.isdir(path)]
    named = [path for path in listed if path not in directories]
    return _Run(workspace, options, named, directories).of_files(progress)


class _Run:
    """One run over the files of a workspace; `named` are the files that were named themselves."""

    def __init__(
        self,
        workspace: Workspace,
        options: Options,
        named: Sequence[str] = (),
        directories: Sequence[str] = (),
        text: str | None = None,
    ) -> None:
        self.workspace = workspace
        self.options = options
        self.named = frozenset(named)
        self.directories = directories
        self.text = text
        self.overlays = Overlays(directories)
        settings = workspace.config.validate
        if settings.ignore:
            from kbump.validation.ignores import refuse_unknown_rules

            refuse_unknown_rules(settings.ignore)
        self.catalog = given_catalog(options.kubernetes_version, settings)
        self.until = parse_limit(options.deprecations_until, self.catalog.version)
        self.schemas = Schemas(self.catalog, CustomKinds(given_kinds(options.crds, workspace.config), self.place))

    def of_text(self, source: Source) -> ValidateResult:
        found = [self.source(self.checker(), source)]
        return self.result(self.again(found, lambda _: self.source(self.checker(), source)))

    def of_files(self, progress: Callable[[int, int], None] | None) -> ValidateResult:
        total = len(self.workspace.files)

        def check(batch: Sequence[str]) -> list[Checked]:
            checker = self.checker()
            return [self.file(checker, path) for path in watched(batch, total, progress)]

        found = fork_map(check, self.workspace.files, jobs=self.options.jobs)
        return self.result(self.again(found, lambda one: self.file(self.checker(), one.file)))

    def checker(self) -> Checker:
        uses = Uses(self.overlays.is_patch, self.overlays.is_labelled)
        judge = Judge(self.schemas, uses, until=self.until, fail_on_skipped=self.options.fail_on_skipped)
        return Checker(judge)

    def file(self, checker: Checker, path: str) -> Checked:
        try:
            source = Source.from_bytes(path, files.read(path)[0])
        except SourceError as error:
            return Checked(path, other=True) if _holds_nothing(path) else Checked(path, error=error)
        if self.workspace.is_values(path):
            return Checked(path, skipped="holds Helm values")
        if is_template(path):
            return Checked(path, skipped="is a template")
        return self.source(checker, source)

    def source(self, checker: Checker, source: Source) -> Checked:
        """Check a source but for data of a kustomization; one far away is asked only if something is wrong."""
        if self.overlays.is_data(source.name):
            return Checked(source.name, skipped=_DATA)
        checked = checker.check(source)
        if checked.findings and self.overlays.is_data(source.name, anywhere=True):
            return Checked(source.name, skipped=_DATA)
        return checked

    def again(self, found: list[Checked], check: Callable[[Checked], Checked]) -> list[Checked]:
        """Check those files again whose custom resources are defined in the run, and not as the given ones are."""
        given, defined = self.schemas.custom, [kind for one in found for kind in one.definitions]
        changed = given.changed(defined)
        if changed:
            self.schemas = Schemas(self.catalog, CustomKinds([*given.all, *defined], self.place))
        return [check(one) if one.kinds & changed else one for one in found]

    def place(self, file: str) -> Place:
        directories = os.path.dirname(os.path.abspath(file)).split("/")
        return Place(directories, self.workspace.environment(file))

    def result(self, found: list[Checked]) -> ValidateResult:
        order = {one.file: number for number, one in enumerate(found)}
        texts = {} if self.text is None else {self.workspace.files[0]: self.text}
        namesakes = Namesakes(self.scopes, self.overlays.is_patch, Rereader(self.catalog.version, texts))
        repeated, excused = namesakes.findings(found)
        findings = [finding for one in found for finding in one.findings] + repeated
        findings, ignored = self.unignored(findings)
        findings.sort(key=lambda one: (order.get(one.location.file, len(order)), one.location))
        unknown: dict[str, int] = {}
        for api_version, kind in (kind for one in found for kind in one.unknown):
            unknown[f"{api_version} {kind}"] = unknown.get(f"{api_version} {kind}", 0) + 1
        skipped = [files.Skipped(one.file, one.skipped) for one in found if one.skipped]
        others = [one.file for one in found if one.other]
        return ValidateResult(
            findings,
            [*(one.error for one in found if one.error), *self.unanswered(found)],
            self.workspace.skipped + skipped,
            dict(sorted(unknown.items())),
            others,
            len(found),
            sum(one.resources for one in found),
            sum(one.encrypted for one in found),
            sum(one.ignored for one in found) + excused + ignored,
            self.catalog.version,
            self.catalog.release,
        )

    def unanswered(self, found: list[Checked]) -> list[KbumpError]:
        """Return errors for what must not pass for success: nothing to check, and files that were named for nothing."""
        skip = self.options.skip_non_manifests
        # A hook names the files of a commit, of which none need be a manifest.
        if skip and self.named and not self.directories:
            return []
        errors = [] if skip else non_manifests(one for one in found if one.file in self.named)
        text = "" if self.text is None else self.workspace.files[0]
        return errors or no_manifest(found, "standard input" if text == STANDARD_INPUT else text and f"`{text}`")

    def scopes(self, file: str) -> Sequence[str]:
        """Return the overlays, or else the environment or directory, in which an object must be there only once."""
        outside = self.workspace.environment(file) or os.path.dirname(os.path.abspath(file))
        return self.overlays.homes(file) or (outside,)

    def unignored(self, findings: list[Finding]) -> tuple[list[Finding], int]:
        """Return the findings that .kbump.yaml does not ignore, and how many it does."""
        config = self.workspace.config
        if not config.validate.ignore:
            return findings, 0
        from kbump.validation.ignores import apply_config, unused_settings

        kept, used = apply_config(findings, config.validate.ignore, lambda file: _relative(file, config))
        whole = any(os.path.realpath(path) == os.path.realpath(config.root) for path in self.directories)
        # Of a run on some files nobody can say what a setting would ignore in the others.
        unused = unused_settings(config.validate.ignore, used) if whole else []
        return kept + unused, len(findings) - len(kept)


def _relative(file: str, config: Config) -> str:
    return os.path.relpath(os.path.abspath(file), os.path.abspath(config.root))


def _holds_nothing(path: str) -> bool:
    """Whether a file that cannot be read holds no manifest, as far as its bytes tell."""
    with suppress(SourceError):
        return files.could_hold(path, _MARKS) is None
    return False
