"""Tests of data validation."""
