"""Streams that begin with JSON: texts with the names of the objects in them, or where kubectl gives up."""

from __future__ import annotations

A, B, C = (f'{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{name}"}}}}' for name in "abc")
YAML = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n"
READ = {
    "two objects without anything between them": (A + B, "ab"),
    "two objects on a line": (f"{A} \t{B}", "ab"),
    "tabs around an object, where no token of YAML starts": (f"\n\t{A}\n\t\n", "a"),
    "a colon in the line below its key": (A.replace(':"ConfigMap"', '\r\n\t :\t"ConfigMap"') + B, "ab"),
    "an object on every line": (f"\n{A}\n{B}\r\n\n{C}\n", "abc"),
}
REFUSED = {
    "a comma between two objects": (f"{A},{B}", (1, 63)),
    "a bracket behind an object": (f"{A}\n}}\n", (2, 1)),
    "the end of a document behind an object": (f"{A}\n...\n{B}\n", (2, 1)),
    "a separator behind two objects": (f"{A}\n{B}\n---\n{C}\n", (3, 1)),
    "YAML behind two objects": (f"{A}\n{B}\n{YAML}", (3, 1)),
    "a mistake in the third object": (f"{A}\n{B}\n{C[:-1]}", (3, 62)),
    "what Python takes for JSON behind two objects": (A + B + C.replace('"c"', "NaN"), (1, 125)),
}
# Of these versions of kubectl read more or less, and some never say that there is more.
READ_BY_SOME = {
    "YAML behind an object": (f"{A}\n{YAML}", (2, 1)),
    "YAML in braces behind an object": (f"{A}\n{{apiVersion: v1, kind: ConfigMap, metadata: {{name: b}}}}\n", (2, 2)),
    "a comment between two objects": (f"{A}\n# b:\n{B}\n", (2, 1)),
    "two objects behind a comment": (f"# a\n{A}\n{B}\n", (3, 1)),
    "JSON behind YAML in braces": (f"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: a}}}}\n{B}\n", (2, 1)),
    "two objects behind a separator": (f"{A}\n---\n{B}\n{C}\n", (4, 1)),
}
