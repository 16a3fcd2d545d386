"""The canonical linear program, in named and labelled blocks; its scaling, its files."""
