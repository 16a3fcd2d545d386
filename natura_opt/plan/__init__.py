"""The answer: a plan in the user's names and units."""
