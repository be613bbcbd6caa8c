"""encode(): how `settings:` become the variables PLUGIN_NAME of a plugin. https://docs.drone.io/plugins/overview/"""

from __future__ import annotations

import json
from typing import Any


def encode(value: Any) -> str | None:
    """Return a setting as text: lists with commas, maps as JSON; None, of a null, is no variable at all."""
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"  # 1.10 without quotes is 1.1
    if isinstance(value, list) and not any(isinstance(one, list | dict) for one in value):
        return ",".join(encode(one) or "" for one in value)
    return json.dumps(value) if isinstance(value, list | dict) else str(value)
