"""Plans for the most harmony, by methods that converge and prove it."""
