"""What a model can learn, a file each: how its rows are encoded, what its loss is, and what is measured."""
