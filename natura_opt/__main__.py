"""``python -m natura_opt``: the command line."""

from .cli.main import main

main()
