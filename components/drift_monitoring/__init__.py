"""Compares fresh texts with those that a registered version was measured on."""
