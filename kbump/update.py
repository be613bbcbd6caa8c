"""set_image(): read, plan, check everything, then write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kbump import files
from kbump.errors import KbumpError, SourceError, UsageError, WriteError
from kbump.parallel import fork_map
from kbump.rewriting.request import Needles, Selection, select_images
from kbump.rewriting.result import Change, FilePlan
from kbump.source import Edit, Source, apply_edits, encode
from kbump.workspace import Workspace, find_config, open_workspace, patch_name, watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from kbump.errors import Location
    from kbump.files import Skipped, State
    from kbump.finding import Finding
    from kbump.inventory import Image


class SetImageResult(NamedTuple):
    """What set_image() found and did.

    `changes` are all selected image fields, `findings` near misses, `errors` files that could not be read or written,
    `unmatched` requests that no field answers, each with the closest repositories found, `filtered` how many fields
    would answer them but for the filters; `files` counts the files looked at, `written` names those that were
    rewritten; `text` is the new text where one was given and is to be written; `blocked` says why nothing was written
    though something was to be.
    """

    changes: list[Change]
    findings: list[Finding]
    errors: list[KbumpError]
    skipped: list[Skipped]
    unmatched: dict[str, list[str]]
    files: int
    written: list[str]
    patch: str = ""
    text: str | None = None
    blocked: str = ""
    filtered: Mapping[str, int] = {}

    @property
    def changed(self) -> list[Change]:
        """The fields whose text changes."""
        return self.of("changed")

    def of(self, status: str) -> list[Change]:
        """Return the fields with a status: changed, unchanged, refused or overridden."""
        return [change for change in self.changes if change.status == status]

    @property
    def exit_code(self) -> int:
        """0: done or nothing to do; 1: something asked for was not done; 2: a file could not be read or written."""
        if self.errors:
            return 2
        return 1 if self.blocked or self.of("refused") else 0


class Options(NamedTuple):
    """How a run behaves, beside what it selects; see set_image()."""

    environment: str = ""
    exclude: Sequence[str] = ()
    ignore: bool = True
    templates: bool = False
    require: int | None = None
    keep_going: bool = False
    break_links: bool = False
    write: bool = True
    patch: bool = False
    root: str = "."


def set_image(
    images: str | Iterable[str] = (),
    paths: str | Sequence[str] | None = None,
    *,
    text: str | None = None,
    name: str = "-",
    containers: Iterable[str] = (),
    kinds: Iterable[str] = (),
    names: Iterable[str] = (),
    namespaces: Iterable[str] = (),
    no_downgrade: bool = False,
    drop_digest: bool = False,
    progress: Callable[[int, int], None] | None = None,
    **options: Any,
) -> SetImageResult:
    """Rewrite image references in files and directories, or in one `text`, and leave every other byte as it was.

    `images` are `REPOSITORY:TAG`, `REPOSITORY@DIGEST`, `REPOSITORY:TAG@DIGEST` or `OLD=NEW`; `containers` are
    `NAME=IMAGE`. `kinds`, `names` and `namespaces` narrow them. Without paths: the directory `root`. Options:
    `environment`, `exclude` (globs), `ignore` (False: also what git ignores), `templates`, `require` (at least so many
    fields), `keep_going`, `break_links`, `write` (False: only plan), `patch` (also return a patch for `git apply`),
    `root` (else the current directory).

    All is planned and checked before the first byte is written; a file is the old one or the new one, whatever kills
    the process. Raises UsageError, ConfigError, and SourceError for a path that cannot be walked; what is wrong with
    single files or fields is in the result.
    """
    selection = select_images(
        images,
        containers=containers,
        kinds=kinds,
        names=names,
        namespaces=namespaces,
        no_downgrade=no_downgrade,
        drop_digest=drop_digest,
    )
    if text is not None:
        bare = text.removeprefix("\ufeff")
        return _in_text(selection, Source(name, bare, bom=bare != text), Options(**options))
    listed = [paths] if isinstance(paths, str) else paths
    return _in_files(selection, listed, Options(**options), progress)


def _in_files(
    selection: Selection,
    paths: Sequence[str] | None,
    options: Options,
    progress: Callable[[int, int], None] | None,
) -> SetImageResult:
    workspace = open_workspace(
        paths or [options.root], environment=options.environment, exclude=options.exclude, ignore=options.ignore
    )
    run = _Run(workspace, selection, options, progress)
    plans, states = run.scan()
    plans = run.leave_to_overlays(plans)
    plans = [one._replace(changes=[run.placed(change) for change in one.changes]) for one in plans]
    result = _collected(workspace, plans, selection, options)
    if not (paths or options.environment):
        _refuse_several_environments(result)
    if result.unmatched and options.require is None:
        from kbump.inventory import images

        found = images(workspace.files, ignore=False).images if workspace.files else []
        result = _suggested(result, selection, found)
    if options.patch:
        result = result._replace(patch=run.patch(plans))
    if not options.write or result.blocked:
        return result
    return run.write(result, [one for one in plans if one.edits], states)


def _in_text(selection: Selection, source: Source, options: Options) -> SetImageResult:
    workspace = Workspace(find_config(source.name), [source.name], [], [])
    plan = _Run(workspace, selection, options, None).plan(source)
    result = _collected(workspace, [plan], selection, options)
    if result.unmatched and options.require is None:
        from kbump.inventory import images

        result = _suggested(result, selection, images(text=source.text, name=source.name).images)
    if options.patch:
        result = result._replace(patch=_patch(source, plan.edits))
    if not options.write or result.blocked:
        return result
    return result._replace(text="\ufeff" * source.bom + apply_edits(source.text, plan.edits))


class _Run(NamedTuple):
    """One run over the files of a workspace."""

    workspace: Workspace
    selection: Selection
    options: Options
    progress: Callable[[int, int], None] | None

    def scan(self) -> tuple[list[FilePlan], dict[str, State]]:
        """Plan every file that could match; the two processes that share the work send back plain values."""
        found = fork_map(self.scan_files, self.workspace.files)
        plans = [one[0] for one in found if one]
        return plans, {plan.file: state for plan, state in (one for one in found if one) if state}

    def scan_files(self, batch: Sequence[str]) -> list[tuple[FilePlan, State | None] | None]:
        needles = Needles(self.selection.requests)
        total = len(self.workspace.files)
        return [self.scan_file(path, needles) for path in watched(batch, total, self.progress)]

    def scan_file(self, path: str, needles: Needles) -> tuple[FilePlan, State | None] | None:
        try:
            read = files.could_hold(path, needles.literals)
            if read is None or not needles.search(read[0]):
                return None
            return self.plan(Source.from_bytes(path, read[0])), read[1]
        except SourceError as error:
            return FilePlan(path, [], [], [], error=error), None

    def plan(self, source: Source, overridden: dict[Location, str] | None = None) -> FilePlan:
        # Imported only for a file that could match: the parser costs a third of a run's start-up.
        from kbump.rewriting.texts import Dialect, plan_source

        dialect = Dialect(self.workspace.config.images, self.options.templates)
        values = self.workspace.is_values(source.name)
        return plan_source(source, self.selection, dialect, values=values, overridden=overridden)

    def placed(self, change: Change) -> Change:
        """Say which environment a change touches."""
        return change._replace(environment=self.workspace.environment(change.location.file))

    def leave_to_overlays(self, plans: list[FilePlan]) -> list[FilePlan]:
        """Plan again the bases whose images an overlay of this run sets, without those images."""
        if not any(change.role == "kustomization" for plan in plans for change in plan.changes):
            return plans
        from kbump.rewriting.overlays import overridden

        reasons = overridden(plans, self.workspace.files, self.source)
        return [self.plan(self.source(one.file), reasons[one.file]) if one.file in reasons else one for one in plans]

    def source(self, path: str) -> Source:
        return Source.from_bytes(path, files.read(path)[0])

    def patch(self, plans: list[FilePlan]) -> str:
        return "".join(_patch(self.source(one.file), one.edits) for one in plans if one.edits)

    def write(self, result: SetImageResult, plans: list[FilePlan], states: dict[str, State]) -> SetImageResult:
        refusals = [files.writable(one.file, break_links=self.options.break_links) for one in plans]
        errors: list[KbumpError] = [error for error in refusals if error]
        if errors and not self.options.keep_going:
            return result._replace(
                errors=result.errors + errors, blocked="a file cannot be written (`--keep-going` writes the others)"
            )
        files.clean(self.workspace.leftovers, {_directory(one.file) for one in plans})
        sound = [one for one, error in zip(plans, refusals, strict=True) if not error]
        failures = fork_map(lambda batch: [self.write_file(one, states[one.file]) for one in batch], sound)
        written = [one.file for one, error in zip(sound, failures, strict=True) if not error]
        errors += [error for error in failures if error]
        return result._replace(errors=result.errors + errors, written=written)

    def write_file(self, plan: FilePlan, state: State) -> WriteError | None:
        """Write one file; it is read again, as texts are not kept, and must be as it was when it was planned."""
        try:
            source = self.source(plan.file)
            edited = encode(apply_edits(source.text, plan.edits), bom=source.bom)
            files.replace(plan.file, edited, state, break_links=self.options.break_links)
        except WriteError as error:
            return error
        except SourceError as error:
            return WriteError(error.message, location=error.location, hint=error.hint)
        return None


def _collected(workspace: Workspace, plans: list[FilePlan], selection: Selection, options: Options) -> SetImageResult:
    changes = [change for one in plans for change in one.changes]
    findings = [finding for one in plans for finding in one.findings]
    errors = [one.error for one in plans if one.error]
    skipped = workspace.skipped + [files.Skipped(one.file, one.skipped) for one in plans if one.skipped]
    answered = frozenset[str]().union(*(one.answered for one in plans))
    texts = [request.text for request in selection.requests if request.text not in answered]
    # What a file that stops the run would answer, nobody knows.
    unmatched: dict[str, list[str]] = {} if errors and not options.keep_going else {text: [] for text in texts}
    filtered = {text: sum(one.filtered.count(text) for one in plans) for text in unmatched}
    result = SetImageResult(changes, findings, errors, skipped, unmatched, len(workspace.files), [], filtered=filtered)
    return result._replace(blocked=_blocked(result, options))


def _blocked(result: SetImageResult, options: Options) -> str:
    """Return why a run writes nothing, or the empty string."""
    if result.errors and not options.keep_going:
        return "a file that could match cannot be read (`--keep-going` writes the others)"
    selected = len(result.changes) - len(result.of("refused"))
    if options.require is not None:
        few = selected < options.require
        return f"{selected} image fields were selected and `--require` asks for {options.require}" if few else ""
    return "not every IMAGE has a match (`--require N` says how many fields are enough)" if result.unmatched else ""


def _suggested(result: SetImageResult, selection: Selection, found: Sequence[Image]) -> SetImageResult:
    """Add the closest names among all images to each request that nothing matches, not even without the filters."""
    from kbump.rewriting.suggestions import closest

    pairs = [(image.name, image.container) for image in found]
    requests = [one for one in selection.requests if one.text in result.unmatched and not result.filtered[one.text]]
    return result._replace(unmatched={**result.unmatched, **{one.text: closest(one, pairs) for one in requests}})


def _refuse_several_environments(result: SetImageResult) -> None:
    touched = sorted({change.environment for change in result.changed if change.environment})
    if len(touched) > 1:
        names = ", ".join(f"`{name}`" for name in touched)
        hint = "name one with `--environment`, or paths with `-f`"
        raise UsageError(f"this would change several environments: {names}", hint=hint)


def _patch(source: Source, edits: Sequence[Edit]) -> str:
    from kbump.report.patch import file_patch

    return file_patch(source, edits, name=patch_name(source.name))


def _directory(path: str) -> str:
    return path.rpartition("/")[0] or "."
