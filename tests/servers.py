"""Real servers on the loopback interface: PostgreSQL and S3; MLflow's is in `tests.mlflow_here`."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import boto3
import pytest
from botocore.exceptions import BotoCoreError, ClientError

USER = "tester"
PASSWORD = "correct-horse-battery-staple"


def free_ports(count: int) -> list[int]:
    """Return ports below 50,000 that nothing listens on: SeaweedFS adds 10,000 to each for gRPC."""
    ports: list[int] = []
    with ExitStack() as stack:
        while len(ports) < count:
            probe = stack.enter_context(socket.socket())
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
            if port < 50_000:
                ports.append(port)
    return ports


@dataclass(frozen=True)
class S3:
    """A real S3 server with one user."""

    url: str
    process: "subprocess.Popen[bytes]"
    secret: str

    @property
    def environment(self) -> dict[str, str]:
        """What names the server and its user to boto3, DVC and MLflow."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "MLFLOW_S3_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": USER,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_DEFAULT_REGION": "us-east-1",
        }

    def client(self) -> Any:
        """Return a boto3 client of the user."""
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id=USER,
            aws_secret_access_key=self.secret,
        )

    def objects(self, bucket: str) -> Iterator[tuple[str, bytes]]:
        """Yield the key and the content of everything in a bucket."""
        client = self.client()
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for item in page.get("Contents", ()):
                yield item["Key"], client.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()

    def kill(self) -> None:
        """End it at once: asked to stop, it takes half a minute."""
        self.process.kill()
        self.process.wait()


@contextmanager
def seaweedfs(folder: Path, *buckets: str, secret: str = PASSWORD) -> Iterator[S3]:
    """Serve S3 with the given buckets to one user; everything lies in `folder`, where it can be started again."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    keys = {"accessKey": USER, "secretKey": secret}
    users = {"identities": [{"name": USER, "credentials": [keys], "actions": ["Admin"]}]}
    (folder / "s3.json").write_text(json.dumps(users))
    names = "s3.port s3.port.grpc master.port master.port.grpc volume.port volume.port.grpc filer.port filer.port.grpc"
    ports = dict(zip(names.split(), free_ports(8), strict=True))
    off = ("s3.port.iceberg=0", "s3.port.lance=0", "master.telemetry=false", "s3.iam=false", "volume.max=16")
    command = [
        str(Path(sys.executable).with_name("weed")),
        f"-logdir={folder}",
        "server",
        "-s3",
        f"-dir={folder / 'data'}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-master.volumeSizeLimitMB=64",
        f"-s3.config={folder / 's3.json'}",
        *(f"-{option}" for option in off),
        *(f"-{name}={port}" for name, port in ports.items()),
    ]
    log = folder / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file)
    server = S3(f"http://127.0.0.1:{ports['s3.port']}", process, secret)
    try:
        _wait(lambda: _writes(server, buckets), process, log)
        yield server
    finally:
        server.kill()


def _writes(server: S3, buckets: tuple[str, ...]) -> bool:
    client = server.client()
    try:
        there = {bucket["Name"] for bucket in client.list_buckets()["Buckets"]}
        for bucket in buckets:
            if bucket not in there:
                client.create_bucket(Bucket=bucket)
            client.put_object(Bucket=bucket, Key="first", Body=b"first")
            client.delete_object(Bucket=bucket, Key="first")
    except (BotoCoreError, ClientError):
        return False
    return True


@dataclass(frozen=True)
class PostgreSQL:
    """A real database server with one user, who has a password."""

    port: int
    password: str
    programs: Path

    @property
    def uri(self) -> str:
        """The address of an empty database, password and all."""
        return self._uri("postgres")

    def another(self, name: str) -> str:
        """Make another database, and return its address."""
        self._run("createdb", name)
        return self._uri(name)

    def dump(self, name: str = "postgres") -> bytes:
        """Return everything in a database, as SQL."""
        return self._run("pg_dump", name)

    def _uri(self, name: str) -> str:
        return f"postgresql+psycopg2://{USER}:{quote(self.password, safe='')}@127.0.0.1:{self.port}/{name}"

    def _run(self, program: str, database: str) -> bytes:
        address = ["--host=127.0.0.1", f"--port={self.port}", f"--username={USER}", database]
        environment = {**os.environ, "PGPASSWORD": self.password}
        return subprocess.run(
            [self.programs / program, *address], env=environment, check=True, capture_output=True
        ).stdout


@contextmanager
def postgresql(password: str = PASSWORD) -> Iterator[PostgreSQL]:
    """Serve an empty database; nothing of it stays."""
    programs = _postgresql_programs()
    (port,) = free_ports(1)
    # not below pytest's own folder, which nobody but its owner may enter, and PostgreSQL refuses to run as root
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    as_user: dict[str, Any] = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    (folder / "password").write_text(password)
    if as_user:
        shutil.chown(folder, "postgres")
        shutil.chown(folder / "password", "postgres")
    data = folder / "data"
    initdb = [programs / "initdb", f"--pgdata={data}", f"--username={USER}", f"--pwfile={folder / 'password'}"]
    initdb += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"]
    serve = [programs / "postgres", "-D", data, "-p", str(port), "-k", folder]
    serve += ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
    ready = [programs / "pg_isready", "--quiet", "--host=127.0.0.1", f"--port={port}"]
    log = folder / "log"
    try:
        with log.open("wb") as file:
            subprocess.run(initdb, check=True, stdout=file, stderr=file, cwd=folder, **as_user)
            process = subprocess.Popen(serve, stdout=file, stderr=file, cwd=folder, **as_user)
        try:
            _wait(lambda: subprocess.run(ready).returncode == 0, process, log)
            yield PostgreSQL(port, password, programs)
        finally:
            process.send_signal(signal.SIGQUIT)  # at once, with all its workers
            process.wait()
    finally:
        shutil.rmtree(folder)


def _postgresql_programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not found:
        pytest.fail("There is no PostgreSQL: `apt-get install postgresql` brings it.")
    return found[-1].parent


def _wait(ready: Callable[[], bool], process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 120
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(log.read_text()[-3000:])
        time.sleep(0.2)
