"""Where in the registry a registration puts its version."""

from dataclasses import dataclass

from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException


@dataclass(frozen=True)
class Place:
    """Where in the registry versions go."""

    client: MlflowClient
    name: str
    alias: str

    def versions(self, condition: str = "") -> list[ModelVersion]:
        """Return the versions under the name that meet a further filter condition."""
        condition = f" AND {condition}" if condition else ""
        return list(self.client.search_model_versions(f"name = '{self.name}'{condition}"))

    def aliases(self) -> dict[str, str]:
        """Return the version that each alias points to; empty when there is no such model."""
        try:
            return {
                alias: str(version) for alias, version in self.client.get_registered_model(self.name).aliases.items()
            }
        except MlflowException as error:
            if error.error_code == "RESOURCE_DOES_NOT_EXIST":
                return {}
            raise

    def at(self) -> int | None:
        """Return the version that the alias points to; None when it points nowhere."""
        version = self.aliases().get(self.alias)
        return int(version) if version else None
