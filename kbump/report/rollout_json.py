"""A rollout, or how far its objects are, as JSON (schemas/rollout.schema.json, schemas/status.schema.json)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kbump.report.json import change_data, errors_data, proposed_data
from kbump.report.text import unicode

if TYPE_CHECKING:
    from kbump.errors import Location
    from kbump.reversion.result import Reverted
    from kbump.rollouts.result import ClusterName, Explanation, Refusal, RolloutResult, StatusResult, Workload

_VERSION = 1


def rollout_json(result: RolloutResult) -> str:
    """Return a rollout() result as JSON."""
    return _dump(
        {
            "version": _VERSION,
            "ending": result.ending,
            "seconds": round(result.seconds, 3),
            "cluster": _cluster(result.cluster),
            "applied": [
                {**_place(one.location), "kind": one.kind, "namespace": one.namespace, "name": one.name,
                 "change": one.change}
                for one in result.applied
            ],
            "workloads": [_workload(one) for one in result.workloads],
            "refusals": [*map(_refusal, result.refusals), *_findings(result)],
            "notes": list(result.notes),
            "errors": errors_data(result.errors),
            "diff": result.diff,
            "undone": [one._asdict() for one in result.undone],
            "held": list(result.held),
            "reverted": _reverted(result.reverted) if result.reverted else None,
        }
    )  # fmt: skip


def status_json(result: StatusResult) -> str:
    """Return a status() result as JSON."""
    return _dump(
        {
            "version": _VERSION,
            "cluster": _cluster(result.cluster),
            "workloads": [_workload(one) for one in result.workloads],
            "missing": list(result.missing),
            "notes": list(result.notes),
        }
    )


def _findings(result: RolloutResult) -> list[dict[str, Any]]:
    """Return the findings of validate() that refuse the rollout."""
    found = result.validated.at_least("error") if result.validated else []
    return [
        {**_place(one.location), "subject": one.subject, "message": f"{one.message} ({one.rule})", "hint": one.fix}
        for one in found
    ]


def _reverted(one: Reverted) -> dict[str, Any]:
    return {
        "status": one.status,
        "repository": one.repository,
        "branch": one.branch,
        "commit": one.commit,
        "changes": [change_data(change) for change in one.changes],
        "reason": one.reason,
        "left": list(one.left),
        "pullRequest": proposed_data(one.proposal) if one.proposal else None,
    }


def _cluster(name: ClusterName) -> dict[str, str]:
    return name._asdict()


def _refusal(one: Refusal) -> dict[str, Any]:
    return {**_place(one.location), "subject": one.subject, "message": one.message, "hint": one.hint}


def _workload(one: Workload) -> dict[str, Any]:
    return {
        **_place(one.location),
        "kind": one.kind,
        "namespace": one.namespace,
        "name": one.name,
        "change": one.change,
        "blocking": one.blocking,
        "word": one.word,
        "message": one.message,
        "seconds": round(one.seconds, 3),
        **_explanation(one.explanation),
    }


def _explanation(one: Explanation) -> dict[str, Any]:
    return {
        "troubles": [trouble._asdict() for trouble in one.troubles],
        "logs": [{**log._asdict(), "lines": list(log.lines)} for log in one.logs],
        "warnings": [warning._asdict() for warning in one.warnings],
        "command": one.command,
    }


def _place(location: Location | None) -> dict[str, Any]:
    return location._asdict() if location else {}


def _dump(data: dict[str, Any]) -> str:
    return unicode(json.dumps(data, indent=2, ensure_ascii=False)) + "\n"
