"""Plans that are revised, not recomputed: changes, windows that move on, and sweeps."""
