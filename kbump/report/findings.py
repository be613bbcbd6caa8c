"""Findings for people: excerpts with a caret, or one line each; and the words beside them."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from kbump.finding import SEVERITIES
from kbump.report.built import built_of, built_place
from kbump.report.text import Palette, aligned, counted, skipped_words
from kbump.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from kbump.finding import Built, Finding
    from kbump.inspection import ValidateResult

COLOUR_OF = {"error": "red", "warning": "yellow", "note": "cyan"}
# Of a longer line, so many characters are shown, so many of them before the place.
_LONGEST, _BEFORE = 100, 40
_TAB = "    "
# What a terminal would obey, reorder or swallow; YAML's escapes and file names can bring it into messages, too.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
_SECRET = re.compile(r"""(?i)\bkind["']?[ \t]*:[ \t]*["']?secret\b""")


def findings_text(
    findings: Iterable[Finding], read: Callable[[str], str | None], *, colour: bool, built: Sequence[Built] = ()
) -> str:
    """Return each finding with an excerpt of its line; `read` gives the text of a file, or None.

    No line of a Secret is shown, nor any line of a place that is secret. The page of a rule comes once.
    """
    paint = Palette(colour)
    lines, pages = _Lines(read), Pages()
    return "\n".join(_block(one, lines.of(one), paint, built) + _see(pages.of(one), paint) for one in findings)


class Pages:
    """The pages about rules, each for the first finding of a report."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def of(self, finding: Finding) -> str:
        """Return the page about a finding's rule, "" if it was named."""
        from kbump.validation.rules import RULES

        page = "" if finding.rule in self._seen else RULES[finding.rule].url
        self._seen.add(finding.rule)
        return page


def findings_concise(findings: Iterable[Finding], *, colour: bool) -> str:
    """Return one line for each finding: `path:line:column: [severity] message (rule)`."""
    paint = Palette(colour)
    return "".join(
        f"{paint(flat(str(one.location)), 'cyan')}: [{paint(one.severity, COLOUR_OF[one.severity])}] "
        f"{flat(one.message)} {paint(f'({one.rule})', 'dim')}\n"
        for one in findings
    )


def about(finding: Finding) -> str:
    """Say what a finding is about: `Deployment shop/web, apps/v1, Kubernetes 1.31: spec.replicas`."""
    owner = ", ".join(text for text in (finding.subject, finding.context) if text)
    return flat(": ".join(text for text in (owner, finding.path) if text))


def details(finding: Finding) -> str:
    """Return all that is said of a finding, over several lines: what is wrong, what to do, and what it is about."""
    return "\n".join(text for text in (finding.message, finding.fix, about(finding)) if text)


def flat(text: str) -> str:
    """Write a text on one line, without the characters that a terminal does not show."""
    return _drawn(" ".join(line.strip() for line in text.splitlines()))


class _Lines:
    """The lines of files; keeps the file and the line that it read last, as findings come in the order of both.

    A line may be a whole file, with thousands of findings.
    """

    def __init__(self, read: Callable[[str], str | None]) -> None:
        self._read = read
        self._source: Source | None = None
        self._secrets = False
        self._number, self._line, self._hidden = 0, "", False

    def of(self, finding: Finding) -> str | None:
        """Return the line of a finding; None if it cannot be had, or must not be shown."""
        source = self._of_file(finding.location.file)
        if not 1 <= finding.location.line <= len(source.line_starts) or not source.text or finding.secret:
            return None
        if self._number != finding.location.line:
            self._number = finding.location.line
            span = source.line_span(source.line_starts[self._number - 1])
            self._line = source.text[slice(*span)].rstrip("\r\n")
            self._hidden = self._secrets and bool(_SECRET.search(self._line))
        # It is of a file that has a Secret, if not of one.
        return None if self._hidden or (self._secrets and _is_of_secret(finding)) else self._line

    def _of_file(self, file: str) -> Source:
        if self._source is None or self._source.name != file:
            # Columns do not count a byte order mark.
            self._source = Source(file, (self._read(file) or "").removeprefix("\ufeff"))
            self._secrets = bool(_SECRET.search(self._source.text))
            self._number = 0
        return self._source


def _is_of_secret(finding: Finding) -> bool:
    """Whether a finding in a file that has Secrets may be about one."""
    return finding.subject.partition(" ")[0] in ("Secret", "")


def _block(finding: Finding, line: str | None, paint: Palette, built: Sequence[Built]) -> str:
    margin = " " * max(2, len(str(finding.location.line)))
    name = paint(f"{finding.severity}[{finding.rule}]", COLOUR_OF[finding.severity], "bold")
    rows = [
        f"{name}: {paint(flat(finding.message), 'bold')}",
        f"{margin}{paint('-->', 'cyan')} {flat(_place(finding, built))}",
    ]
    if line is not None:
        rows += _excerpt(finding, line, margin, paint)
    if about(finding):
        rows.append(f"{margin} {paint('=', 'cyan')} {about(finding)}")
    if finding.fix:
        rows.append(f"{paint('help', 'cyan')}: {flat(finding.fix)}")
    return "".join(f"{row}\n" for row in rows)


def _see(page: str, paint: Palette) -> str:
    return f"{paint('see', 'cyan')}: {page}\n" if page else ""


def _place(finding: Finding, overlays: Sequence[Built]) -> str:
    built = built_of(finding, overlays)
    return built_place(finding.location, built) if built else str(finding.location)


def _excerpt(finding: Finding, line: str, margin: str, paint: Palette) -> list[str]:
    """Return the rows of a line with carets below the place, both cut to what is near to it."""
    start = min(finding.location.column - 1, len(line))
    first = max(0, min(start - _BEFORE, len(line) - _LONGEST))
    last = min(len(line), first + _LONGEST)
    end = min(start + finding.length, last)
    before = "…" * (first > 0) + _drawn(line[first:start])
    place = _drawn(line[start:end])
    after = _drawn(line[end:last]) + "…" * (last < len(line))
    carets = paint("^" * max(1, _width(place)), COLOUR_OF[finding.severity], "bold")
    number = paint(str(finding.location.line).rjust(len(margin)), "cyan")
    bar = paint("|", "cyan")
    return [
        f"{margin} {bar}",
        f"{number} {bar} {before}{place}{after}".rstrip(),
        f"{margin} {bar} {' ' * _width(before)}{carets}",
    ]


def _drawn(text: str) -> str:
    """Write what has no width of its own as something that has one."""
    return _UNSEEN.sub(_picture, text.replace("\t", _TAB))


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    return chr(0x2400 + code) if code < 0x20 else "\u2421" if code == 0x7F else "\ufffd"


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes (https://www.unicode.org/reports/tr11/)."""
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    def columns(one: str) -> int:
        # Vowels and final consonants of Hangul join the letter before them.
        if category(one) in ("Mn", "Me", "Cf") or "\u1160" <= one <= "\u11ff":
            return 0
        return 2 if east_asian_width(one) in ("F", "W") else 1

    return sum(map(columns, text))


def validate_words(result: ValidateResult, *, verbose: bool, summary: bool, shown: int) -> list[str]:
    """Return what is said beside the findings, of which `shown` were shown; the last line is the sum.

    Only where everything was checked does it say that all is valid.
    """
    words = skipped_words(_passed_over(result), verbose=verbose)
    if result.unknown:
        # What has no group is no custom resource: a configuration of kubectl, a plugin of kustomize.
        custom = any("/" in kind.partition(" ")[0] for kind in result.unknown)
        hint = "\n  hint: name their CustomResourceDefinitions with `--crds`" if custom else ""
        words.append(f"skipped: {unknown_text(result)}{hint}")
    if result.encrypted:
        objects, they = counted(result.encrypted, "encrypted object"), result.encrypted > 1
        words.append(f"{objects} {'were' if they else 'was'} checked for {'their' if they else 'its'} structure only")
    if result.ignored:
        are = "is" if result.ignored == 1 else "are"
        words.append(f"{counted(result.ignored, 'finding')} {are} ignored by comments or settings")
    if summary:
        words += _summary(result.findings)
    hidden = len(result.findings) - shown
    if hidden:
        words.append(f"{counted(hidden, 'finding')} of a lower severity not shown")
    return [*words, sum_text(result)]


def _passed_over(result: ValidateResult) -> list[tuple[str, str]]:
    """Return the paths that were not checked, with the reason, but for those that are errors."""
    said = {error.location.file for error in result.errors if error.location}
    others = [(path, "is no manifest") for path in result.others]
    return [(path, reason) for path, reason in (*result.skipped, *others) if path not in said]


def unknown_text(result: ValidateResult) -> str:
    """Say which kinds have no schema, and how many objects each: `2 objects without a schema: example.com/v1 A (2)`."""
    kinds = ", ".join(f"{flat(kind)} ({number:,})" for kind, number in result.unknown.items())
    return f"{counted(sum(result.unknown.values()), 'object')} without a schema: {kinds}"


def _summary(findings: Sequence[Finding]) -> list[str]:
    """Return how many findings there are of each rule, and in each file; the most first."""
    rules = Counter((one.severity, one.rule) for one in findings).most_common()
    files = Counter(flat(one.location.file) for one in findings).most_common()
    rows = [(f"  {number:,}", severity, rule) for (severity, rule), number in rules]
    table = [(f"  {number:,}", file) for file, number in files]
    plain = Palette(colour=False)
    lines = ["by rule:", *aligned(rows, [()] * 3, plain), "by file:", *aligned(table, [()] * 2, plain)]
    return [line.rstrip() for line in lines] if findings else []


def sum_text(result: ValidateResult) -> str:
    """Say in one line what was found, in how many objects, and for which version of Kubernetes."""
    version = f"Kubernetes {result.version} (schemas of {result.release})"
    objects = counted(result.resources, "object") if result.resources else "no object"
    unsure = result.errors or result.unknown or result.encrypted or result.ignored or _passed_over(result)
    if result.resources and not (result.findings or unsure):
        are = "is" if result.resources == 1 else "are"
        return f"{objects} in {_everywhere(result)} {are} valid for {version}"
    found = f"{severities_text(result.findings)} in {_where(result)}" if result.findings else "no findings"
    return f"{found}; {objects} checked for {version}"


def severities_text(findings: Sequence[Finding]) -> str:
    """Count findings: `2 errors, 1 warning and 1 note`."""
    numbers = Counter(one.severity for one in findings)
    parts = [counted(numbers[severity], severity) for severity in SEVERITIES if numbers[severity]]
    return " and ".join(", ".join(parts).rsplit(", ", 1))


def _where(result: ValidateResult) -> str:
    """Count the files with findings, of all files; that of the settings is none of them."""
    named = {one.location.file for one in result.findings}
    settings = {file for file in named if re.split(r"[/\\]", file)[-1] == ".kbump.yaml"}
    number = len(named - settings)
    everywhere = _everywhere(result)
    where = [everywhere if number == result.files else f"{number:,} of {everywhere}"] if number else []
    return " and ".join([*where, *sorted(settings)])


def _everywhere(result: ValidateResult) -> str:
    """Name what was looked at: the overlay, or else the number of overlays or files."""
    if len(result.built) == 1:
        return f"`{result.built[0].command}`"
    return counted(result.files, "overlay" if result.built else "file")
