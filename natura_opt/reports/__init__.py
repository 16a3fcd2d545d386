"""Answers as pages: one self-contained HTML file for a plan, a comparison of methods, or a sweep."""
