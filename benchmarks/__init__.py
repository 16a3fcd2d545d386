"""Benchmarks: ``python -m benchmarks [NAME ...] [--json] [--size tiny|small|full] [--list]``.

Every case runs all of its competitors in one process, in turn, checks that they got the same answer, and reports ratios
from that run; a bare number of seconds means little on another machine or another day.
"""
