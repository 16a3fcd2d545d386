"""``python -m natura_opt``: the command line."""

from .cli_streams import main

main()
