"""What keeps pods from being ready, and when that is hopeless: pure, over plain data."""

from kbump.cluster.diagnosis.diagnosing import Around, diagnosed, pull_messages, restarts, troubles
from kbump.cluster.diagnosis.trouble import PATIENCE, Patience, Trouble, Verdict, judged

__all__ = [
    "PATIENCE",
    "Around",
    "Patience",
    "Trouble",
    "Verdict",
    "diagnosed",
    "judged",
    "pull_messages",
    "restarts",
    "troubles",
]
