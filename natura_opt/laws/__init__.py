"""The laws of a plan: one module per law, each with its mathematics, its dual and three spellings."""
