"""A promotion for programs: JSON as schemas/promote.schema.json describes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kbump.report.json import change_data, errors_data, proposed_data
from kbump.report.text import unicode

if TYPE_CHECKING:
    from kbump.gates import Verdict
    from kbump.promotion.result import PromoteResult, Promotion
    from kbump.targets.planning import Held

_VERSION = 1


def promote_json(result: PromoteResult) -> str:
    """Return a promotion as JSON."""
    data = {
        "version": _VERSION,
        "from": result.source,
        "to": result.target,
        "fromCommit": result.diff.new_commit,
        "toCommit": result.diff.old_commit,
        "repository": result.repository,
        "branch": result.branch,
        "blocked": result.blocked,
        "promotions": [_promotion(one) for one in result.promotions],
        "left": result.left,
        "errors": errors_data(result.errors),
    }
    return unicode(json.dumps(data, indent=2, ensure_ascii=False)) + "\n"


def _promotion(one: Promotion) -> dict[str, Any]:
    return {
        "group": one.group,
        "branch": one.branch,
        "status": one.status,
        "rollback": one.rollback,
        "changes": [change_data(change) for change in one.changes],
        "held": [_held(held) for held in one.held],
        "released": one.released,
        "gates": [_verdict(verdict) for verdict in one.verdicts],
        "pullRequest": proposed_data(one.proposal) if one.proposal else None,
        "standing": _standing(one),
        "replaces": one.replaces,
        "message": one.message,
        "patch": one.patch,
        "title": one.page.title if one.page else "",
        "body": one.page.body if one.page else "",
    }


def _standing(one: Promotion) -> dict[str, Any] | None:
    pull = one.standing
    return {"number": pull.number, "url": pull.url, "title": pull.title} if pull else None


def _held(held: Held) -> dict[str, Any]:
    return {**change_data(held.change), "hold": held.hold._asdict()}


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return verdict._asdict()
