"""A real MLflow with a model in it, and the run that asks."""

from tests.mlflow_here import client, tracking  # noqa: F401 - fixtures
