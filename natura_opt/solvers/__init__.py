"""The iterative methods and their kernels."""
