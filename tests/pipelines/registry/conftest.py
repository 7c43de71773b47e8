"""A registry with a history."""

from tests.components.promotion.conftest import reigned, three_reigns  # noqa: F401 - fixtures
from tests.mlflow_here import client, tracking  # noqa: F401 - fixtures
