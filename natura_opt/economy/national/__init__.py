"""National accounts as economies: supply-use, Make and Use, multiregional tables, n-year plans."""
