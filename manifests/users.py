"""Make MLflow's users with the passwords of manifests/secrets: `python manifests/users.py http://localhost:5000`.

The reader sees everything and changes nothing: whoever serves a model. The writer makes experiments and models, and may
write to the experiment Default, where Kubeflow Pipelines puts runs that name no other: the steps of a pipeline. Run
again, it gives them the passwords that the files hold now.
"""

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlflow.exceptions import MlflowException
from mlflow.server.auth.client import AuthServiceClient

SECRETS = Path(__file__).parent / "secrets"


def main() -> None:
    """Make both users, or give them new passwords."""
    parser = argparse.ArgumentParser(prog="python manifests/users.py", description=__doc__)
    parser.add_argument("address", help="of MLflow, such as http://localhost:5000")
    server = AuthServiceClient(parser.parse_args().address)
    admin = read("admin.env")
    os.environ["MLFLOW_TRACKING_USERNAME"] = admin["MLFLOW_AUTH_ADMIN_USERNAME"]
    os.environ["MLFLOW_TRACKING_PASSWORD"] = admin["MLFLOW_AUTH_ADMIN_PASSWORD"]
    try:
        for file in ("reader.env", "writer.env"):
            user = read(file)
            name, password = user["MLFLOW_TRACKING_USERNAME"], user["MLFLOW_TRACKING_PASSWORD"]
            with there_already():
                server.create_user(name, password)
            server.update_user_password(name, password)
            print(f"{name} has the password of {file}")
        with there_already():  # the name is still the writer's
            server.grant_user_permission(name, "experiment", "0", "EDIT")
    except MlflowException as error:
        raise SystemExit(f"MLflow refuses: {error.message}") from None


def read(file: str) -> dict[str, str]:
    """Return the variables of a file of secrets."""
    return dict(line.split("=", 1) for line in (SECRETS / file).read_text().splitlines())


@contextmanager
def there_already() -> Iterator[None]:
    """Let the block end where the server has what it makes."""
    try:
        yield
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise


if __name__ == "__main__":
    main()
