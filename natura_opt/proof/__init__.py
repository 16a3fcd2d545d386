"""Proofs in exact arithmetic: a basis solved over the rationals, every sign decided, nothing within a tolerance."""
