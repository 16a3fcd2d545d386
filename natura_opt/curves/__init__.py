"""Curves: what a technique needs in all at each scale, as units report it."""
