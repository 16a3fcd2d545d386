"""Price coordination."""
