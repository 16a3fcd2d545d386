"""Convex programs stated in CVXPY: solved by Clarabel, proved by their own duals."""
