"""What the gates say of the changes of a promotion, each by the policy of where its file is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.gates import Verdict, verdicts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kbump.config import Gates
    from kbump.finding import Finding
    from kbump.rewriting.result import Change


def judged(
    changes: Sequence[Change],
    gates_of: Callable[[str], Gates],
    findings: Callable[[], Sequence[Finding]],
    known: Sequence[Finding] = (),
) -> list[Verdict]:
    """Return what each gate says of the changes; `gates_of` gives those of a file, named from the top, "" for all.

    `findings` are asked for only if a gate wants them; `known` are those that there were before.
    """
    said: dict[str, Verdict] = {}
    for name in dict.fromkeys(change.location.file for change in changes) or ("",):
        gates = gates_of(name)
        there = [change for change in changes if change.location.file == name]
        found = [] if "valid" in said or not gates.switches.get("valid") else findings()
        for verdict in verdicts(there, gates, found, known if found else []):
            said[verdict.gate] = _both(said.get(verdict.gate), verdict)
    return list(said.values())


def _both(one: Verdict | None, other: Verdict) -> Verdict:
    if one is None:
        return other
    reasons, notes = dict.fromkeys(one.reasons + other.reasons), dict.fromkeys(one.notes + other.notes)
    return Verdict(one.gate, one.passed and other.passed, list(reasons), list(notes))
