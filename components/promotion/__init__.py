"""Moves the alias `champion`, and keeps the ledger of its moves."""
