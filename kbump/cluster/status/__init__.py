"""How far the objects of a rollout are: pure, over plain data."""

from kbump.cluster.status.meanwhile import after
from kbump.cluster.status.result import Status, Word
from kbump.cluster.status.revisions import Chosen, chosen
from kbump.cluster.status.rules import BLOCKING, status

__all__ = ["BLOCKING", "Chosen", "Status", "Word", "after", "chosen", "status"]
