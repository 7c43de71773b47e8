"""The fixtures of this room."""

from tests.mlflow_here import tracking  # noqa: F401 - a fixture
