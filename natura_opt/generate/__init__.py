"""Seeded economies: random, as large as wanted, and feasible by construction."""
