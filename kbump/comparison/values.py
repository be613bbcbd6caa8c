"""same_value(): whether two values mean the same."""

from __future__ import annotations

import re
from typing import Any

# https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/; bounded, as the server is.
_QUANTITY = r"([+-]?)(\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:([KMGTPE]i)|([numkMGTPE])|[eE]([+-]?\d{1,2}))?"
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL = {"n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
# More decimals than any quantity has: amounts are compared as integers.
_SCALE = 150


def same_value(old: Any, new: Any, *, quantity: bool = False) -> bool:
    """Whether two scalars are the same to the API server; `quantity` says that they are amounts of a resource.

    The number 80 and the string "80" are not: where both are allowed the server takes only one of them, as a port's
    name needs a letter and a string that counts needs its `%` (IsValidPortName and IsValidPercent in
    https://github.com/kubernetes/apimachinery/blob/master/pkg/util/validation/validation.go).
    """
    if quantity:
        amounts = [_amount(value) for value in (old, new)]
        if None not in amounts:
            return amounts[0] == amounts[1]
    numbers = type(old) in (int, float) and type(new) in (int, float)
    return bool(old == new) and (numbers or type(old) is type(new))


def _amount(value: Any) -> int | None:
    """Return a quantity in units of 10^-150, None if it is none."""
    match = re.fullmatch(_QUANTITY, str(value), re.ASCII) if type(value) in (int, float, str) else None
    if match is None:
        return None
    sign, digits, binary, decimal, exponent = match.groups()
    whole, _, fraction = digits.partition(".")
    power = _DECIMAL.get(decimal, 0) + int(exponent or 0) - len(fraction)
    amount: int = (int(f"{sign}{whole}{fraction}") << _BINARY.get(binary, 0)) * 10 ** (_SCALE + power)
    return amount
