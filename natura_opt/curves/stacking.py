def stacked(units, beyond="error"):
    raise NotImplementedError
