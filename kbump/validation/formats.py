"""The formats of texts that the API server checks in custom resources, for both validators alike.

https://github.com/kubernetes/kube-openapi/tree/master/pkg/validation/strfmt
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_PATTERNS = {
    "byte": r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?",
    "date-time": (
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})"
    ),
    "mac": r"(?:[0-9a-fA-F]{2}[:-]){5,19}[0-9a-fA-F]{2}|(?:[0-9a-fA-F]{4}\.){2,9}[0-9a-fA-F]{4}",
    "uuid": r"[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}",
    "uuid3": r"[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?3[0-9a-fA-F]{3}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}",
    "uuid4": r"[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?4[0-9a-fA-F]{3}-?[89abAB][0-9a-fA-F]{3}-?[0-9a-fA-F]{12}",
    "uuid5": r"[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?5[0-9a-fA-F]{3}-?[89abAB][0-9a-fA-F]{3}-?[0-9a-fA-F]{12}",
    # Of these two only what surely is none.
    "email": r"[\s\S]+@[\s\S]+",
    "uri": r"(?:/|[A-Za-z][-+.0-9A-Za-z]*:)[^\x00-\x1f\x7f]*",
}
# What time.ParseDuration takes, else any text with a number and a unit in it, in Scala's words, too.
_DURATION = r"[-+]?(?:0|(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h))+)"
_UNIT = r"[0-9]+\s*([A-Za-zµ]+)"
_SHORT = ("ns", "us", "µs", "ms", "s", "m", "h", "hr", "d", "w", "wk")
_LONG = ("nano", "micro", "milli", "sec", "min", "hour", "day", "week")


@cache
def formats() -> dict[str, Callable[[Any], bool]]:
    """Return the checks by format; each says of a value whether it is one, True for what is no text."""
    named: dict[str, Callable[[str], bool]] = {
        **{name: _matching(pattern) for name, pattern in _PATTERNS.items()},
        "cidr": _cidr,
        "date": _date,
        "duration": _duration,
        "ipv4": lambda text: _address(text, 4),
        "ipv6": lambda text: _address(text, 6),
    }
    return {name: _of_text(check) for name, check in named.items()}


@cache
def checker() -> Any:
    """Return the checks as jsonschema takes them."""
    from jsonschema import FormatChecker

    found = FormatChecker(formats=())
    for name, check in formats().items():
        found.checks(name)(check)
    return found


def _matching(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda text: compiled.fullmatch(text) is not None


def _of_text(check: Callable[[str], bool]) -> Callable[[Any], bool]:
    return lambda value: not isinstance(value, str) or check(value)


def _date(text: str) -> bool:
    from datetime import date

    try:
        return bool(re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) and date.fromisoformat(text))
    except ValueError:
        return False


def _duration(text: str) -> bool:
    units = (unit.lower() for unit in re.findall(_UNIT, text))
    return bool(re.fullmatch(_DURATION, text)) or any(unit in _SHORT or unit.startswith(_LONG) for unit in units)


def _address(text: str, version: int) -> bool:
    from ipaddress import ip_address

    try:
        return ip_address(text).version == version and "%" not in text
    except ValueError:
        return False


def _cidr(text: str) -> bool:
    from ipaddress import ip_interface

    try:
        return bool(re.fullmatch(r"[^/%]+/[0-9]+", text) and ip_interface(text))
    except ValueError:
        return False
