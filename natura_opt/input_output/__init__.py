"""Input-output systems ``x = A x + d``: kernels, Krylov, direct, random walks; witnesses and bounds."""
