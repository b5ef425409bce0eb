"""Processes that read files nobody trusts: watched, killed when they take too long or too much, replaced."""
