"""The rooms of the pipeline: one folder per step, and the contracts between them."""
