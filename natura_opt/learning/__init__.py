"""What to ask production units next: the answer that a plan made on their reports needs most."""
