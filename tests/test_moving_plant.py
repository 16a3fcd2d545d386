"""Capital that is moved, retired, serves for so long, or comes in pieces: by hand, against vintages, and what is refused."""
