"""Measures one candidate on the held-out rows: quality with its uncertainty, speed, size and memory."""
