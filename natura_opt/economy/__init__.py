"""What is known and what is asked: economies, their tables, questions, readers and writers."""
