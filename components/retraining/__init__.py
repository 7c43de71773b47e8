"""Whether a model is to be trained again, and the record of each time that it was."""
