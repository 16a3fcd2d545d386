"""The algorithms of 1990 and 2018 as they were."""
