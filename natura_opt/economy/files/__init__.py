"""Economies from and to files: model folders, Excel, Parquet."""
