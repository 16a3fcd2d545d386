"""The ways to answer a question, one room each, and the records that name them."""
