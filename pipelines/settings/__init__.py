"""The first task of a run: what its form asks for, laid over a preset and checked."""
