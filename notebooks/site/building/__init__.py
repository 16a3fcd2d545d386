"""How the site is built: pages from the registries, docstrings as fields, formulas as MathML, pictures from plans."""
