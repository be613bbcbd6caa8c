"""Draw docs/pipeline.svg, the pipeline of the examples: `python docs/pipeline.py > docs/pipeline.svg`.

Rows are the three ways through it, columns what is a repository, an image or a cluster.
"""

from __future__ import annotations

from html import escape
from typing import NamedTuple

WIDTH, HEIGHT = 1000, 560
BOX_WIDTH, BOX_HEIGHT = 165, 64
COLUMNS = (20, 285, 550, 815)
ROWS = (70, 190, 310, 450)


class Box(NamedTuple):
    """A box: its column and row, the title, a line below it, and what it is."""

    column: int
    row: int
    title: str
    text: str
    kind: str

    @property
    def left(self) -> int:
        """Where it begins, from the left."""
        return COLUMNS[self.column]

    @property
    def top(self) -> int:
        """Where it begins, from the top."""
        return ROWS[self.row]

    @property
    def middle(self) -> int:
        """Where arrows meet it, from the top."""
        return self.top + BOX_HEIGHT // 2


BOXES = {
    "application": Box(0, 0, "application", "code and Dockerfile", "repository"),
    "tagged": Box(0, 1, "application", "the same repository", "repository"),
    "image": Box(1, 0, "image", "BRANCH-COMMIT", "image"),
    "release": Box(1, 1, "image", "the tag", "image"),
    "infra-staging": Box(2, 0, "infra-staging", "master", "repository"),
    "infra-qa": Box(2, 1, "infra-qa", "master", "repository"),
    "staging": Box(3, 0, "staging", "cluster", "cluster"),
    "qa": Box(3, 1, "QA", "cluster", "cluster"),
    "request": Box(1, 2, "pull request", "on infra-production", "gate"),
    "infra-production": Box(2, 3, "infra-production", "master, protected", "repository"),
    "production": Box(3, 3, "production", "cluster", "cluster"),
    "person": Box(1, 3, "a person", "reviews and merges", "gate"),
}
# From, to, and what makes the step.
ARROWS = (
    ("application", "image", "push", "not master"),
    ("image", "infra-staging", "kbump", "set-image"),
    ("infra-staging", "staging", "kbump", "rollout"),
    ("tagged", "release", "tag", ""),
    ("release", "infra-qa", "kbump", "set-image"),
    ("infra-qa", "qa", "kbump", "rollout"),
    ("qa", "request", "kbump promote, once QA runs it", ""),
    ("request", "person", "kbump validate, kbump diff: as comments", ""),
    ("person", "infra-production", "merge", ""),
    ("infra-production", "production", "kbump", "rollout"),
)
COLOURS = {
    "repository": ("#eef4ff", "#3b6fb6"),
    "image": ("#f4f4f4", "#777777"),
    "cluster": ("#eaf7ee", "#2f8f4e"),
    "gate": ("#fff5e0", "#c07a00"),
}


def drawn() -> str:
    """Return the picture."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="sans-serif">',
        "<title>From a push to staging, from a tag to QA, and by a pull request to production</title>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0 L8 4 L0 8 z" fill="#444444"/></marker></defs>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        _text(20, 40, "Drone runs every arrow but the merge", 18, "start", "#222222"),
        *(_box(one) for one in BOXES.values()),
        *(_arrow(BOXES[start], BOXES[end], above, below) for start, end, above, below in ARROWS),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _box(box: Box) -> str:
    fill, line = COLOURS[box.kind]
    size = f'width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="8"'
    middle = box.left + BOX_WIDTH // 2
    return "\n".join(
        [
            f'<rect x="{box.left}" y="{box.top}" {size} fill="{fill}" stroke="{line}" stroke-width="1.5"/>',
            _text(middle, box.top + 28, box.title, 16, "middle", "#222222"),
            _text(middle, box.top + 49, box.text, 13, "middle", "#555555"),
        ]
    )


def _arrow(start: Box, end: Box, above: str, below: str) -> str:
    """Draw an arrow: along a row, or down to the next one."""
    if start.row == end.row:
        left, right = start.left + BOX_WIDTH, end.left
        path, middle = f"M{left} {start.middle} H{right}", (left + right) // 2
        words = [(middle, start.middle - 8, above, "middle"), (middle, start.middle + 19, below, "middle")]
    elif start.column == end.column:
        x, bottom = start.left + BOX_WIDTH // 2, start.top + BOX_HEIGHT
        path, words = f"M{x} {bottom} V{end.top}", [(x + 10, (bottom + end.top) // 2 + 5, above, "start")]
    else:
        x, right = start.left + BOX_WIDTH // 2, end.left + BOX_WIDTH
        path, words = (
            f"M{x} {start.top + BOX_HEIGHT} V{end.middle} H{right}",
            [((x + right) // 2, end.middle - 8, above, "middle")],
        )
    line = f'<path d="{path}" fill="none" stroke="#444444" stroke-width="1.5" marker-end="url(#tip)"/>'
    return "\n".join([line, *(_text(x, y, text, 12, anchor, "#222222") for x, y, text, anchor in words if text)])


def _text(x: int, y: int, text: str, size: int, anchor: str, colour: str) -> str:
    return f'<text x="{x}" y="{y}" font-size="{size}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'


if __name__ == "__main__":
    print(drawn(), end="")
