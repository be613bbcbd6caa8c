"""The catalogue of rules, for the terminal, for programs, and as the page docs/rules.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.report.findings import COLOUR_OF
from kbump.report.text import Palette
from kbump.validation.rules import RULES

if TYPE_CHECKING:
    from kbump.validation.rules import Rule

_PAGE = """\
# Rules of `kbump validate`

Generated from `kbump/validation/rules.py`, as `kbump validate --rules` prints it. An error makes `kbump validate` exit
with 1; a warning does not, unless `--fail-on warning` asks for it.

A comment on the line of a finding, or on a line of its own above it, ignores a rule: `# kbump: ignore[rule] reason`.
`validate.ignore` in `.kbump.yaml` does so by rule, path and kind.

| rule | severity | what is wrong |
| --- | --- | --- |
"""


def rules_text(*, colour: bool) -> str:
    """Return each rule with its severity, an example of wrong and of right, and a page to read."""
    paint = Palette(colour)
    return "\n".join(_text(rule, paint) for rule in RULES.values())


def _text(rule: Rule, paint: Palette) -> str:
    rows = [
        f"{paint(rule.severity, COLOUR_OF[rule.severity], 'bold')}[{paint(rule.id, 'bold')}]: {rule.title}",
        f"  {paint('wrong', 'red')}",
        *(f"    {line}" for line in rule.bad.splitlines()),
        f"  {paint('right', 'green')}",
        *(f"    {line}" for line in rule.good.splitlines()),
        f"  {paint(rule.url, 'cyan')}",
    ]
    return "".join(f"{row}\n" for row in rows)


def rules_json() -> str:
    """Return the catalogue as JSON."""
    import json

    data = {"version": 1, "rules": [rule._asdict() for rule in RULES.values()]}
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def rules_markdown() -> str:
    """Return the page docs/rules.md: a table, then a section for each rule."""
    rows = [f"| [{rule.id}](#{rule.id}) | {rule.severity} | {rule.title} |\n" for rule in RULES.values()]
    return _PAGE + "".join(rows + [_section(rule) for rule in RULES.values()])


def _section(rule: Rule) -> str:
    return (
        f"\n## {rule.id}\n\n{_sentence(rule.title)} Severity: {rule.severity}. [More]({rule.url})\n\n"
        f"Wrong:\n\n```yaml\n{rule.bad}\n```\n\nRight:\n\n```yaml\n{rule.good}\n```\n"
    )


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
