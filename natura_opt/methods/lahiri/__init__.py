"""Lahiri's iteration: plans of economies whose needs depend on scale, without a linear program."""
