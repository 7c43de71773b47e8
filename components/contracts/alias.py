"""An alias of a registered model, which two may set at once."""

from mlflow import MlflowClient
from mlflow.exceptions import MlflowException


def move_alias(client: MlflowClient, name: str, alias: str, version: str) -> None:
    """Let `alias` of the registered model `name` point to `version`, whether or not it pointed anywhere.

    Raises:
        MlflowException: the server refuses it.

    """
    try:
        client.set_registered_model_alias(name, alias, version)
    except MlflowException:
        # the server looks for the alias, then inserts it: of two that find none one is refused, and can move it now
        if alias not in client.get_registered_model(name).aliases:
            raise
        client.set_registered_model_alias(name, alias, version)
