"""What turns a solver's claim into a proof: sums with rounding bounds, implied bounds, safe pairs, the exact judge."""
