"""default_problems(): defaults of a definition that its own schema does not take.

https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#defaulting
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kbump.validation.custom import default_schema
from kbump.validation.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbump.validation.definitions.positions import Position


def default_problems(position: Position) -> Iterator[Problem]:
    """Yield what is wrong with the default at a position: that there is one at all, or what the schema says of it."""
    default: Any = position.schema.get("default")
    if default is None or position.nested:
        return
    if position.undefaulted:
        message = f"there must be no default {position.undefaulted}"
        yield Problem("invalid-value", position.at("default"), message, "remove it", at_key=True)
    elif not position.unseen and not position.meta:
        yield from _unfit(position, default)


def _unfit(position: Position, default: Any) -> Iterator[Problem]:
    from kbump.validation.deciding import compiled
    from kbump.validation.explaining import explain

    schema = default_schema(position.schema)
    if not compiled(schema).is_valid(default):
        for one in explain(default, schema):
            message = f"the default does not fit its own schema: {one.message.replace('the object', 'it', 1)}"
            yield one._replace(path=position.at("default", *one.path), message=message)
