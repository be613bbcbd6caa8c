"""What the gates say of the changes of a promotion, each by the policy of where its file is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.gates import Verdict, verdicts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kbump.config import Gates
    from kbump.delivery.checkout import Checkout
    from kbump.finding import Finding
    from kbump.rewriting.result import Change


def judged(
    changes: Sequence[Change],
    gates_of: Callable[[str], Gates],
    findings: Callable[[], Sequence[Finding]],
    known: Sequence[Finding] = (),
    undeployed: Callable[[], Sequence[str]] = list,
) -> list[Verdict]:
    """Return what each gate says of the changes; `gates_of` gives those of a file, named from the top, "" for all.

    `findings` are asked for only if a gate wants them; `known` are those that there were before,
    `undeployed` says why what the source says is not what its cluster runs.
    """
    policies: dict[str, tuple[Gates, list[Change]]] = {}
    for change in changes:
        gates = gates_of(change.location.file)
        policies.setdefault(_identity(gates), (gates, []))[1].append(change)
    said: dict[str, Verdict] = {}
    for gates, there in policies.values() or [(gates_of(""), [])]:
        found = [] if "valid" in said or not gates.switches.get("valid") else findings()
        for verdict in verdicts(there, gates, found, known if found else []):
            said[verdict.gate] = _both(said.get(verdict.gate), verdict)
        if gates.switches.get("deployed") and "deployed" not in said:
            reasons = list(undeployed())
            said["deployed"] = Verdict("deployed", not reasons, reasons, [])
    return list(said.values())


def findings_of(found: Checkout) -> list[Finding]:
    """Return what is wrong with a target as it is in the checkout now, in which files are named from the top."""
    from kbump.inspection import validate

    return [_named(one, found) for one in validate([found.root]).findings]


def _named(one: Finding, found: Checkout) -> Finding:
    # Where it is checked out is no matter of a reviewer's, and another directory each time.
    place = one.location._replace(file=found.relative(one.location.file))
    return one._replace(location=place, message=one.message.replace(f"{found.top}/", ""))


def _identity(gates: Gates) -> str:
    return f"{sorted(gates.switches.items())} {gates.max_change}"


def _both(one: Verdict | None, other: Verdict) -> Verdict:
    if one is None:
        return other
    reasons, notes = dict.fromkeys(one.reasons + other.reasons), dict.fromkeys(one.notes + other.notes)
    return Verdict(one.gate, one.passed and other.passed, list(reasons), list(notes))
