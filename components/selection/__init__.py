"""Holds the candidates against the budgets, and chooses one or none."""
