"""The roads from an economy to HiGHS, one module each: ``build(economy)`` and ``as_highs(built)``."""
