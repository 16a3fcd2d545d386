"""Scale-dependent coefficients: x = F(x) x + d, from what units report at each scale (Lahiri 1976)."""
