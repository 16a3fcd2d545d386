def chords(curve, cuts):
    raise NotImplementedError


def initial_cuts(curve, count):
    raise NotImplementedError
