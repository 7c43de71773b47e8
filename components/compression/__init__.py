"""Compression: one candidate of the tuned model a recipe, checked against torch before it goes on."""
