"""Pictures of a plan: readable in a notebook, on paper and without colour. Reached through ``plan.plot``."""
