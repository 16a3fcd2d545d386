"""The cases, one module each: ``TITLE`` and ``run(size)``."""
