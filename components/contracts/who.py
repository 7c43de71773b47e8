"""Who is at work: what an entry says of its writer."""

import getpass
import os
import socket
from collections.abc import Mapping


def who(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the user, as MLflow or else the system knows them, and the pipeline's run where there is one."""
    user = environment.get("MLFLOW_TRACKING_USERNAME") or f"{_system_user()}@{socket.gethostname()}"
    run = environment.get("KFP_RUN_ID") or environment.get("BESSEMER_RUN_ID")
    return {"who": user, **({"run": run} if run else {})}


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user need not have a name
        return f"user {os.getuid()}"
