"""`kbump validate`."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from kbump.cli.commenting import below_top, comment, comment_option
from kbump.cli.edge import say_error
from kbump.cli.kustomizing import build, check_exclusive, kustomize_option
from kbump.cli.options import CONTEXT, ListedText, apply_defaults, coloured, common_options
from kbump.cli.progress import progress_bar
from kbump.cli.standard_input import standard_input
from kbump.errors import KbumpError
from kbump.finding import SEVERITIES
from kbump.inspection import ValidateResult, validate
from kbump.marker import Marker
from kbump.workspace import find_config

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbump.finding import Finding

_EPILOG = """\b
Examples:
  kbump validate
  kbump validate k8s/production --kubernetes-version 1.31
  kbump validate -k overlays/production -o concise
  kubectl get deployments -o yaml | kbump validate -
  kbump validate --comment=auto k8s/production
  kbump validate --rules

\b
A comment `# kbump: ignore[RULE] reason` on a line, or alone above it, ignores a
finding there; `validate.ignore` in .kbump.yaml does by rule, path and kind.

\b
Exit codes: 0 nothing is wrong, but for warnings (see `--fail-on`); 1 something is;
2 usage, a file that cannot be read, nothing to check, or no comment could be written."""


@click.command("validate", context_settings=CONTEXT, epilog=_EPILOG)
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@kustomize_option("Check")
@click.option("--environment", metavar="NAME", default="", help="Check the directory that .kbump.yaml gives NAME.")
@click.option(
    "--kubernetes-version",
    metavar="VERSION",
    default="",
    help="Check for this version, such as 1.31 or v1.31.4. [default: from .kbump.yaml, else the newest known]",
)
@click.option(
    "--crds",
    metavar="PATH",
    multiple=True,
    type=ListedText(),
    help="File or directory of CustomResourceDefinitions, beside those found. Repeatable.",
)
@click.option(
    "--deprecations-until",
    metavar="VERSION",
    default="",
    help="Warn of later removals only up to VERSION, e.g. 1.40. [default: all known]",
)
@click.option("--fail-on-skipped", is_flag=True, help="An object without a schema is an error.")
@click.option(
    "--skip-non-manifests", is_flag=True, help="Pass over named files that are no manifests, instead of failing."
)
@click.option(
    "--severity",
    type=click.Choice(SEVERITIES),
    default="note",
    show_default=True,
    help="Show only findings of at least this severity.",
)
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    default="error",
    show_default=True,
    help="Exit 1 if there is a finding of at least this severity.",
)
@click.option(
    "--jobs", metavar="N", type=click.IntRange(1), default=2, show_default=True, help="Use at most N processes."
)
@click.option("--summary", is_flag=True, help="Count the findings by rule and by file.")
@click.option("--rules", is_flag=True, help="Print the catalogue of rules, and check nothing.")
@comment_option
@common_options("text", "concise", "markdown", "json", "sarif", "github", "junit", keep_going=False)
@click.pass_context
def validate_command(context: click.Context, /, **_: Any) -> int:
    """Say what is wrong with manifests, offline, with the line.

    PATH is a file, a directory or `-` for standard input; without it, the current directory. Findings go to standard
    output, words about the run to standard error.
    """  # fmt: skip
    paths = context.params["paths"]
    options = apply_defaults(context, find_config(paths[0] if paths else "."))
    if options["rules"]:
        click.echo(_rules(context, options["output"]), nl=False, color=context.color)
        return 0
    texts: dict[str, str] = {}
    result = _checked(options, texts)
    seen = result._replace(findings=result.at_least(options["severity"]))
    markdown = options["output"] == "markdown"
    printed = _page(result, seen.findings, options) if markdown else _report(context, seen, options["output"], texts)
    click.echo(printed, nl=False, color=context.color)
    for error in result.errors:
        say_error(error)
    if not options["quiet"]:
        _say(result, options, len(seen.findings))
    code = 2 if result.errors else 1 if result.at_least(options["fail_on"]) else 0
    if options["comment"] is None:
        return code
    start = next(iter((*options["kustomize"], *paths)), ".")
    page = partial(_page, result, seen.findings, options)
    return max(code, comment(page, Marker("validate", _name(options)), start, options))


def _checked(options: dict[str, Any], texts: dict[str, str]) -> ValidateResult:
    """Check what the command line names; a text that is in no file is kept, for excerpts."""
    paths = options["paths"]
    check_exclusive(options)
    settings = {
        name: options[name]
        for name in ("kubernetes_version", "crds", "deprecations_until", "fail_on_skipped", "skip_non_manifests")
    }
    if options["kustomize"]:
        return _of_overlays(options["kustomize"], settings, texts)
    if "-" in paths:
        texts["-"] = standard_input(paths).text
        return validate(text=texts["-"], **settings)
    progress = progress_bar("Checking manifests")
    try:
        return validate(
            paths or None,
            environment=options["environment"],
            exclude=options["exclude"],
            ignore=not options["no_ignore"],
            jobs=options["jobs"],
            progress=progress,
            **settings,
        )
    finally:
        if progress:
            progress.clear()


def _of_overlays(directories: Sequence[str], settings: dict[str, Any], texts: dict[str, str]) -> ValidateResult:
    """Check what each overlay builds by itself: the same object in two of them is there once for each."""
    overlays, errors = build(directories)
    texts.update((overlay.directory, text) for overlay, text in overlays)
    results = [validate(text=text, name=overlay.directory, **settings) for overlay, text in overlays]
    joined = _joined(results)
    return joined._replace(built=[overlay for overlay, _ in overlays], errors=[*errors, *joined.errors])


def _joined(results: Sequence[ValidateResult]) -> ValidateResult:
    unknown: dict[str, int] = {}
    for kind, number in (item for one in results for item in one.unknown.items()):
        unknown[kind] = unknown.get(kind, 0) + number
    return results[0]._replace(
        findings=[finding for one in results for finding in one.findings],
        errors=[error for one in results for error in one.errors],
        skipped=[skipped for one in results for skipped in one.skipped],
        unknown=dict(sorted(unknown.items())),
        others=[other for one in results for other in one.others],
        files=sum(one.files for one in results),
        resources=sum(one.resources for one in results),
        encrypted=sum(one.encrypted for one in results),
        ignored=sum(one.ignored for one in results),
    )


def _page(result: ValidateResult, shown: list[Finding], options: dict[str, Any], **limit: Any) -> str:
    from kbump.report.markdown import validate_markdown

    return validate_markdown(result, shown=shown, name=_name(options), **limit)


def _name(options: dict[str, Any]) -> str:
    """Return what is checked, whatever directory it is named from; "" for a whole work tree."""
    if options["environment"]:
        return str(options["environment"])
    if options["kustomize"]:
        return " ".join(dict.fromkeys(f"-k {below_top(one)}" for one in options["kustomize"]))
    named = " ".join(map(below_top, options["paths"] or ["."]))
    return "" if named == "." else named


def _report(context: click.Context, result: ValidateResult, output: str, texts: dict[str, str]) -> str:
    if output in ("json", "sarif", "github", "junit"):
        from importlib import import_module

        if output != "json":
            result = _in_files(result)
        made: str = getattr(import_module(f"kbump.report.{output}"), f"validate_{output}")(result)
        return made
    if not result.findings:
        return ""
    from kbump.report.findings import findings_concise, findings_text

    if output == "concise":
        return findings_concise(_in_files(result, named=True).findings, colour=coloured(context))
    read = partial(_text, texts=texts)
    return findings_text(result.findings, read, colour=coloured(context), built=result.built)


def _in_files(result: ValidateResult, *, named: bool = False) -> ValidateResult:
    from kbump.report.built import in_files

    return in_files(result, named=named)


def _text(file: str, texts: dict[str, str]) -> str | None:
    """Return the text of a file, read once, for excerpts; None if it cannot be read any more."""
    if file not in texts:
        from kbump.files import read
        from kbump.source import Source

        texts[file] = ""
        with suppress(KbumpError):
            texts[file] = Source.from_bytes(file, read(file)[0]).text
    return texts[file] or None


def _say(result: ValidateResult, options: dict[str, Any], shown: int) -> None:
    from kbump.report.findings import validate_words

    for line in validate_words(result, verbose=options["verbose"], summary=options["summary"], shown=shown):
        click.echo(line, err=True)


def _rules(context: click.Context, output: str) -> str:
    from kbump.report.rules import rules_json, rules_text

    return rules_json() if output == "json" else rules_text(colour=coloured(context))
