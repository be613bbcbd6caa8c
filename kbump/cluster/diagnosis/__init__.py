"""What keeps pods from being ready, and when that is hopeless: pure, over plain data."""

from kbump.cluster.diagnosis.around import Around, is_telling
from kbump.cluster.diagnosis.diagnosing import diagnosed, fallen, pull_messages, restarts, troubles
from kbump.cluster.diagnosis.trouble import PATIENCE, Patience, Trouble, Verdict, judged

__all__ = [
    "PATIENCE",
    "Around",
    "Patience",
    "Trouble",
    "Verdict",
    "diagnosed",
    "fallen",
    "is_telling",
    "judged",
    "pull_messages",
    "restarts",
    "troubles",
]
