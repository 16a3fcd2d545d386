"""Linear programs from the files that every solver reads: MPS (fixed and free) and LP, packed or not."""
