"""Scalars: what kubectl reads from one, and how to write a text so that every YAML reads it as that text."""

from __future__ import annotations

import re

from kbump.errors import SourceError

Value = str | int | float | bool | None

# kubectl reads YAML by sigs.k8s.io/yaml 1.6.0 over go.yaml.in/yaml/v2 2.4.3, the same resolve.go as 1.4.0's
# goyaml.v2 fork. A "resolve.go:84" below is a line of https://github.com/yaml/go-yaml/blob/v2.4.3/resolve.go.

# resolve.go:32, resolveMapList, without the merge key, which is none for a value.
_WORDS: dict[str, Value] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}
# resolve.go:17, resolveTable: any other first character makes a string.
_FIRST = frozenset(("", *"+-0123456789yYnNtTfFoO~."))

# The patterns are compiled where they are met first: most runs meet none of them.
# strconv.ParseInt with base 0 (resolve.go:151), given the text without underscores; 0b-1 is resolve.go:169.
_INTEGER = (
    "(?P<sign>[-+]?)(?:0[bB](?P<b2>[01]+)|0[oO]?(?P<b8>[0-7]+)|0[xX](?P<b16>[0-9a-fA-F]+)|(?P<b10>0|[1-9][0-9]*))"
    "|0b(?P<inner>[-+])(?P<b2_signed>[01]+)"
)
_BASES = {"b2": 2, "b8": 8, "b10": 10, "b16": 16, "b2_signed": 2}
# resolve.go:84, yamlStyleFloat.
_FLOAT = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
# strconv.ParseFloat of a text with a leading dot (resolve.go:134): underscores stand between digits only.
_DOTTED = r"\.[0-9](?:_?[0-9])*(?:[eE][-+]?[0-9](?:_?[0-9])*)?"

# resolve.go:226, allowedTimestampFormats, as time.Parse takes them.
_DATE = r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
_TIME = r"(?:[01]?[0-9]|2[0-3]):[0-5]?[0-9]:[0-5]?[0-9](?:[.,][0-9]+)?"
_ZONE = r"(?:Z|[-+](?:[01][0-9]|2[0-4]):(?:[0-5][0-9]|60))"

_TAG_PREFIX = "tag:yaml.org,2002:"
_TAG_OF = {bool: "!!bool", int: "!!int", float: "!!float", str: "!!str", type(None): "!!null"}
_LEAST, _MOST, _MOST_UNSIGNED = -(2**63), 2**63 - 1, 2**64 - 1


def resolve(text: str, tag: str = "") -> Value:
    """Return what kubectl sends to the server for a plain scalar, as the JSON has it: 1e3 is 1000, 012 is 10.

    `tag` is as the parser gives it (long, or with !!). Timestamps and base 60 are strings; whole numbers are
    integers within 64 bits (signed), else floats.
    Raises SourceError, without a location, for what kubectl refuses: .inf and .nan, a tag that does not fit.
    """
    if not tag and text[:1] not in _FIRST:
        return text
    return _json(text, _decode(text, tag))


def resolve_quoted(text: str, tag: str = "") -> Value:
    """Return what kubectl sends for a quoted or block scalar: the string, unless a tag says otherwise.

    Raises SourceError as resolve().
    """
    return _json(text, _decode(text, tag)) if tag else text


def resolve_key(text: str, tag: str = "") -> str:
    """Return the string that kubectl makes of a plain mapping key: 012 is "10".

    It is made before any JSON, so this is not always key(resolve(text)): 1e6 is "1e+06", .inf is ".inf".

    Raises SourceError, without a location, for keys that kubectl refuses: null, integers beyond 64 bits.
    """
    if not tag and text[:1] not in _FIRST:
        return text
    return key(_decode(text, tag))


def key(value: Value) -> str:
    """Return the string that kubectl makes of a value that is a mapping key.

    https://github.com/kubernetes-sigs/yaml/blob/v1.6.0/yaml.go, func convertToJSONableObject.

    Raises SourceError, without a location, for keys that kubectl refuses: null, integers beyond 64 bits.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float_key(value)
    if value is None or value > _MOST:
        raise SourceError(f"a mapping key must not be {'null' if value is None else value}")
    return str(value)


def _decode(text: str, tag: str) -> Value:
    """Return what go-yaml reads, before sigs.k8s.io/yaml makes JSON of it (decode.go, func scalar)."""
    if not tag:
        return _decode_untagged(text)
    tag = "!!" + tag.removeprefix(_TAG_PREFIX) if tag.startswith(_TAG_PREFIX) else tag
    if tag == "!!binary":
        return _decode_binary(text)
    if tag == "!!timestamp" and _is_timestamp(text):
        return text
    if tag not in ("!!bool", "!!int", "!!float", "!!null", "!!timestamp"):
        return text
    value = _decode_untagged(text)
    found = _TAG_OF[type(value)]
    if tag == found:
        return value
    if tag == "!!float" and isinstance(value, int) and found == "!!int" and value <= _MOST:
        return float(value)
    raise SourceError(f"cannot read {text!r} as {tag}: it is {found}")


def _decode_untagged(text: str) -> Value:
    first = text[:1]
    if first not in _FIRST or text in _WORDS:
        return _WORDS.get(text, text)
    if first == ".":
        return _finite(text) if re.fullmatch(_DOTTED, text) else text
    if first not in "+-0123456789":
        return text
    return _decode_number(text)


def _decode_number(text: str) -> Value:
    if text.isdigit() and text.isascii() and text[0] != "0" and len(text) < 19:
        return int(text)
    plain = text.replace("_", "")
    integer = _integer(plain)
    if integer is not None:
        return integer
    value = _finite(plain) if re.fullmatch(_FLOAT, plain) else plain
    return value if isinstance(value, float) else text


def _integer(plain: str) -> int | None:
    match = re.fullmatch(_INTEGER, plain)
    if not match or not match.lastgroup:
        return None
    base, digits = _BASES[match.lastgroup], match[match.lastgroup]
    if base == 10 and len(digits) > 20:  # more than 64 bits; int() refuses more than 4,300 decimal digits
        return None
    sign = match["sign"] or match["inner"]
    value = int(digits, base) * (-1 if sign == "-" else 1)
    # ParseUint takes no sign.
    return value if _LEAST <= value <= (_MOST if sign else _MOST_UNSIGNED) else None


def _finite(text: str) -> float | str:
    """Return the number, or the text where it is beyond the range of a float: ParseFloat fails there."""
    value = float(text)
    return text if value in (float("inf"), float("-inf")) else value


def _decode_binary(text: str) -> str:
    import base64

    try:
        data = base64.b64decode(text.replace("\r", "").replace("\n", ""), validate=True)
    except ValueError:
        raise SourceError(f"cannot read {text!r} as !!binary: it is no base64") from None
    # encoding/json replaces each byte that is no UTF-8, where Python replaces each run of them.
    return re.sub("[\udc80-\udcff]", "\ufffd", data.decode("utf-8", "surrogateescape"))


def _is_timestamp(text: str) -> bool:
    match = re.fullmatch(f"{_DATE}(?:[Tt]{_TIME}{_ZONE}| +{_TIME})?", text)
    if not match:
        return False
    from datetime import date

    year, month, day = (int(part) for part in match.groups())
    try:
        date(year or 400, month, day)  # Go has a year 0, a leap year
    except ValueError:
        return False
    return True


def _json(text: str, value: Value) -> Value:
    """Return a value as it is after the JSON between kubectl's YAML and its objects: int64 or float64.

    https://github.com/kubernetes-sigs/json, decode.go, func convertNumber.
    """
    if not isinstance(value, (int, float)):
        return value
    if isinstance(value, int):
        return value if value <= _MOST else float(value)
    if value - value != 0:
        raise SourceError(f"kubectl refuses {text}: JSON has no such number")
    # encoding/json writes no exponent below 1e21, so that such a number is read back as an integer.
    whole = _whole(value) if value.is_integer() and abs(value) < 1e21 else _MOST + 1
    return whole if _LEAST <= whole <= _MOST else value


def _whole(value: float) -> int:
    """Return a whole float as its shortest decimal digits say, filled up with zeros, as Go formats it."""
    mantissa, _, exponent = repr(value).partition("e")
    if not exponent:
        return int(value)
    digits, _, fraction = mantissa.partition(".")
    return int(digits + fraction) * int(10 ** (int(exponent) - len(fraction)))


def _float_key(value: float) -> str:
    """Return strconv.FormatFloat(value, 'g', -1, 32), with YAML's words for what is no number."""
    value = _single(value)
    if value - value != 0:
        return {"inf": ".inf", "-inf": "-.inf"}.get(str(value), ".nan")
    for decimals in range(9):
        text = f"{value:.{decimals}e}"
        if _single(float(text)) == value:
            break
    exponent = int(text.partition("e")[2])
    return f"{value:.{max(decimals - exponent, 0)}f}" if -4 <= exponent < 6 else text


def _single(value: float) -> float:
    """Return a number rounded to 32 bits, beyond them infinity; C's float ("f"), where "<f" would raise an error."""
    import struct

    return float(struct.unpack("f", struct.pack("f", value))[0])


# Starts no plain scalar, or in rare cases: -a, ?a, :a (https://yaml.org/spec/1.2.2/#733-plain-style).
_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@` ")
# YAML 1.1 parsers end a plain scalar of a flow collection at any colon or question mark
# (https://github.com/yaml/libyaml/issues/12).
_FLOW_INDICATORS = frozenset(",[]{}:?")
_OTHER_WORDS = ("<<", "=")
# YAML 1.1 (https://yaml.org/type/: int, float, timestamp) as PyYAML and ruamel.yaml read it, as the float
# there is broken ([0-9.]* would take 1.4.2), and the core schema of 1.2 (https://yaml.org/spec/1.2.2/#1032-tag-resolution).
_NUMBER = r"""(?x)
      [-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)
    | [+][0-7_]+
    | [-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:[.][0-9_]*)?
    | [-+]?(?:[0-9][0-9_]*)?[.][0-9_]*(?:[eE][-+]?[0-9]+)?
    | [-+]?[0-9][0-9_]*[eE][-+]?[0-9]+
    | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|[ ]+)[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:[.][0-9]*)?
      (?:[ ]*(?:Z|[-+][0-9]{1,2}(?::?[0-9]{2})?))?)?
"""


def needs_quotes(text: str, *, flow: bool = False) -> bool:
    """Whether a text, written as a plain scalar, is not that string to YAML 1.1, YAML 1.2 or kubectl.

    In a flow collection any colon needs quotes: libyaml refuses `{image: nginx:1.2}`.
    """
    if text in _WORDS or text in _OTHER_WORDS or not _is_plain(text):
        return True
    if flow and not _FLOW_INDICATORS.isdisjoint(text):
        return True
    if text[0] not in _FIRST or text[0].isalpha() or text.count(".") > 1:
        return False
    return bool(re.fullmatch(_NUMBER, text)) or not isinstance(_decode_untagged(text), str)


def _is_plain(text: str) -> bool:
    """Whether a text can be a plain scalar on one line of a block; a document's end (...) cannot."""
    if not text.isprintable() or text[0] in _INDICATORS or text[-1] in ": ":
        return False
    return ": " not in text and " #" not in text and text.split(" ", 1)[0] != "..."


# No printable characters, or line breaks to YAML 1.1 (https://yaml.org/spec/1.2.2/#51-character-set).
_UNPRINTABLE = "[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
_SURROGATE = "[\ud800-\udfff]"
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\t": "\\t"}


def quoted(text: str, quote: str) -> str | None:
    """Write a text on one line between `'` or `"` (as JSON has it); None where the style cannot hold it.

    Single quotes hold no line breaks and control characters, double quotes no lone surrogates.
    """
    if quote == "'":
        return None if re.search(_UNPRINTABLE, text) else "'" + text.replace("'", "''") + "'"
    if re.search(_SURROGATE, text):
        return None
    return '"' + re.sub(rf'["\\\t]|{_UNPRINTABLE}', _escaped, text) + '"'


def _escaped(match: re.Match[str]) -> str:
    return _ESCAPES.get(match[0]) or f"\\u{ord(match[0]):04x}"
