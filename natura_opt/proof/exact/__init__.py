"""The exact judge: a verdict in rational arithmetic."""
