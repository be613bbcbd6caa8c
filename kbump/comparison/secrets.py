"""hidden(): the data of an object with its secrets hidden, so that no value of one leaves the comparison."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kbump.resource import Resource

SHOWN = "***"
_SECRET = re.compile(r"""kind["']?[ \t]*:[ \t]*["']?Secret\b""")


class Hidden:
    """A value that can be compared and not be seen."""

    __slots__ = ("_value",)

    def __init__(self, value: object) -> None:
        self._value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Hidden) and type(self._value) is type(other._value) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return SHOWN

    def decoded(self) -> Hidden:
        """Return what base64 text stands for, or the value as it is if it is none."""
        from base64 import b64decode

        try:
            return Hidden(b64decode(self._value, validate=True)) if type(self._value) is bytes else self
        except ValueError:
            return self


def hidden(resource: Resource, role: str) -> dict[str, Any]:
    """Return the data of an object with hidden values: of Secrets, of what SOPS encrypted, of generators of Secrets.

    The ways of writing a Secret's data, `data` in base64 and `stringData`, become one.
    """
    data = resource.data
    if resource.encrypted:
        data = {key: _deciphered(value) for key, value in data.items() if key != "sops"}
    if resource.kind == "Secret" and not resource.group:
        return {**{key: value for key, value in data.items() if key != "stringData"}, "data": _secret_data(data)}
    if resource.kind == "SealedSecret":
        spec = data.get("spec")
        sealed = spec.get("encryptedData") if type(spec) is dict else None
        return {**data, "spec": {**spec, "encryptedData": _each(sealed)}} if type(spec) is dict else data
    if role == "kustomization":
        return {key: _kustomization(key, value) for key, value in data.items()}
    return data


def seen(value: Any) -> Any:
    """Return plain data with a sign in the place of what is hidden."""
    if type(value) is dict:
        return {key: seen(below) for key, below in value.items()}
    if type(value) is list:
        return [seen(item) for item in value]
    return SHOWN if type(value) is Hidden else value


def _deciphered(value: Any) -> Any:
    """Hide what SOPS encrypted (https://getsops.io/docs/): a comparison of ciphertexts is all that is possible."""
    if type(value) is dict:
        return {key: _deciphered(below) for key, below in value.items()}
    if type(value) is list:
        return [_deciphered(item) for item in value]
    return Hidden(value) if type(value) is str and value.startswith("ENC[") else value


def _secret_data(data: dict[str, Any]) -> dict[str, Hidden]:
    """Return what the server stores: `stringData` is written over `data`."""
    encoded, plain = _each(data.get("data")), _each(data.get("stringData"))
    return {**{key: value.decoded() for key, value in encoded.items()}, **plain}


def _each(values: Any) -> dict[str, Hidden]:
    if type(values) is dict:
        return {key: _closed(value) for key, value in values.items() if value is not None}
    return {} if values is None else {"": _closed(values)}


def _closed(value: Any) -> Hidden:
    if type(value) is Hidden:
        return value
    return Hidden(value.encode("utf-8", "surrogatepass") if type(value) is str else repr(value))


def _kustomization(key: str, value: Any) -> Any:
    """Hide the literals of generated Secrets, and patches of Secrets."""
    if key == "secretGenerator" and type(value) is list:
        return [_generator(one) if type(one) is dict else one for one in value]
    return _without_secrets(value) if key in ("patches", "patchesStrategicMerge", "patchesJson6902") else value


def _generator(one: dict[str, Any]) -> dict[str, Any]:
    literals = one.get("literals")
    return {**one, "literals": [_closed(item) for item in literals]} if type(literals) is list else one


def _without_secrets(value: Any) -> Any:
    if type(value) is dict:
        about = value.get("target")
        hides = type(about) is dict and about.get("kind") == "Secret"
        return {
            key: _closed(below) if hides and key == "patch" else _without_secrets(below) for key, below in value.items()
        }
    if type(value) is list:
        return [_without_secrets(item) for item in value]
    return Hidden(value) if type(value) is str and _SECRET.search(value) else value
