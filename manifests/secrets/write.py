"""Write the files from which the secrets are made, with random passwords; one that is there stays as it is."""

import os
import secrets
from pathlib import Path

FOLDER = Path(__file__).parent


def main() -> None:
    """Write each file that is not there yet, readable by nobody else, and say which."""
    for name, content in contents().items():
        path = FOLDER / name
        if path.exists():
            print(f"{path} is there already")
            continue
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.writelines(f"{key}={value}\n" for key, value in content.items())
        print(f"{path} is written")


def contents() -> dict[str, dict[str, str]]:
    """Return what goes into each file; put in place of it what an outside PostgreSQL or S3 has given you."""
    return {
        "database.env": {"PGUSER": "mlflow", "PGPASSWORD": secrets.token_urlsafe(32)},
        "s3.env": {"AWS_ACCESS_KEY_ID": secrets.token_hex(10), "AWS_SECRET_ACCESS_KEY": secrets.token_urlsafe(32)},
        "admin.env": {
            "MLFLOW_AUTH_ADMIN_USERNAME": "admin",
            "MLFLOW_AUTH_ADMIN_PASSWORD": secrets.token_urlsafe(32),
            "MLFLOW_FLASK_SERVER_SECRET_KEY": secrets.token_urlsafe(32),
        },
        "reader.env": _user("reader"),
        "writer.env": _user("writer"),
    }


def _user(name: str) -> dict[str, str]:
    return {"MLFLOW_TRACKING_USERNAME": name, "MLFLOW_TRACKING_PASSWORD": secrets.token_urlsafe(32)}


if __name__ == "__main__":
    main()
