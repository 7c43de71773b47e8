"""The chosen candidate, with everything that it came from, as a version in MLflow's model registry."""
