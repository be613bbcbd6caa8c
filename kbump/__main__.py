"""`python -m kbump`."""

from kbump.cli import main

main()
