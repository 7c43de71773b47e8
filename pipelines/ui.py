"""MLflow's page over the runs that were made here."""

import os
import signal
import socket
import subprocess
import sys

from components.contracts.address import without_password
from components.contracts.faults import Fault, Unavailable
from pipelines.home import home, tracking_uri


def serve(port: int) -> None:
    """Serve the page until Ctrl-C; where runs are kept by a server, say where that has it.

    Raises:
        Unavailable: the port is taken, or MLflow ended by itself.

    """
    uri = tracking_uri()
    if uri.startswith(("http://", "https://")):
        print(without_password(uri))
        return
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError as error:
            found, way_out = error.strerror or str(error), "Choose another one with --port."
            raise Unavailable(Fault(f"port {port}", found, "a free port", way_out)) from error
    print(f"http://127.0.0.1:{port}")
    where = ["--backend-store-uri", uri, "--default-artifact-root", str(home() / "artifacts")]
    command = [sys.executable, "-m", "mlflow", "ui", *where, "--port", str(port), "--workers", "1"]
    # a session of its own: Ctrl-C, which MLflow answers with a traceback, is for this process alone
    with subprocess.Popen(command, start_new_session=True) as server:
        try:
            code = server.wait()
        except KeyboardInterrupt:
            os.killpg(server.pid, signal.SIGTERM)
            return
    if code:
        raise Unavailable(Fault("MLflow's page", f"exit code {code}", "a page until Ctrl-C"))
