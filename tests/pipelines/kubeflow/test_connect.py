import datetime
import ipaddress
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from typer.testing import CliRunner

from components.contracts.faults import BadInput, Refusal, Unavailable
from pipelines.__main__ import app
from pipelines.kubeflow.connect import connect
from tests.pipelines.kubeflow.kfp_api import KubeflowApi, serving

SECRET = "s3cr3t-of-mel"
HEALTH = "GET /apis/v2beta1/healthz"


def refusal(do: Callable[[], object], kind: type[Refusal] = BadInput) -> str:
    with pytest.raises(kind) as refused:
        do()
    assert SECRET not in str(refused.value)
    return str(refused.value)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Kubeflow of a test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "ca.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (tmp_path / "key.pem").write_bytes(key.private_bytes(*pem))
    return tmp_path / "ca.pem", tmp_path / "key.pem"


def test_the_token_of_the_environment_signs_in(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(KubeflowApi(token=SECRET)) as host:
        said = refusal(lambda: connect(host, "team"))
        assert "found no sign-in that it accepts (401: there is no user identity header)" in said
        assert "KF_PIPELINES_TOKEN" in said
        monkeypatch.setenv("KF_PIPELINES_TOKEN", f"{SECRET}\n")
        assert connect(host, "team").namespace == "team"


def test_the_cookies_of_the_environment_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    cookie = f"authservice_session={SECRET}"
    with serving(KubeflowApi(cookie=cookie)) as host:
        assert "401: there is no session" in refusal(lambda: connect(host, "team"))
        monkeypatch.setenv("KF_PIPELINES_COOKIES", cookie)
        assert connect(host, "team").namespace == "team"


def test_the_mounted_token_signs_in_and_may_be_renewed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounted = tmp_path / "token"
    monkeypatch.setenv("KF_PIPELINES_SA_TOKEN_PATH", str(mounted))
    api = KubeflowApi(token=SECRET)
    with serving(api) as host:
        assert "found no such file or directory" in refusal(lambda: connect(host, "team"))
        mounted.write_text(SECRET)
        server = connect(host, "team")
        api.token = "renewed"
        mounted.write_text("renewed")
        assert (
            list(server.all(server.experiments.experiment_service_list_experiments, "experiments", namespace="team"))
            == []
        )


@pytest.mark.parametrize("name", ["KF_PIPELINES_TOKEN", "KF_PIPELINES_COOKIES"])
def test_a_token_that_no_header_can_carry_is_not_repeated(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, f"{SECRET}\n{SECRET}")
    said = refusal(lambda: connect("http://127.0.0.1:9", "team"))
    assert said.startswith(f"{name}: found characters that no header can carry")


def test_a_certificate_that_signs_itself_is_trusted_only_by_its_bundle(certificate: tuple[Path, Path]) -> None:
    with serving(KubeflowApi(), certificate=certificate) as host:
        said = refusal(lambda: connect(host, "team"), Unavailable)
        assert "found a certificate that cannot be trusted (self-signed certificate)" in said
        assert "--verify-tls" in said
        assert connect(host, "team", certificate[0]).namespace == "team"
        assert connect(host.removeprefix("https://"), "team", certificate[0]).host == host
        command = ["schedules", "--host", host, "--namespace", "team", "--verify-tls", str(certificate[0])]
        assert CliRunner().invoke(app, command).exit_code == 0


def test_https_where_there_is_none_is_a_sentence(host: str) -> None:
    assert "write http:// where there is no TLS" in refusal(lambda: connect(host.removeprefix("http://")), Unavailable)


def test_a_bundle_without_certificates_is_a_sentence(tmp_path: Path) -> None:
    said = refusal(lambda: connect("https://kubeflow", "", tmp_path / "none.pem"))
    assert f"--verify-tls {tmp_path / 'none.pem'}: found no such file or directory" in said
    (tmp_path / "empty.pem").write_text("not a certificate")
    assert "found no certificate" in refusal(lambda: connect("https://kubeflow", "", tmp_path / "empty.pem"))


def test_nobody_listening_is_a_sentence() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        said = refusal(lambda: connect(address), Unavailable)
    assert said.startswith(f"Kubeflow at {address}: found no answer (Connection refused); expected an answer.")


def test_a_name_that_nobody_has_is_a_sentence() -> None:
    assert "found no answer" in refusal(lambda: connect("http://kubeflow.invalid"), Unavailable)


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("", "--host: found nothing"),
        ("ftp://kubeflow", "--host: found ftp://kubeflow; expected the address of Kubeflow Pipelines"),
        ("http://", "--host: found http://"),
        ("http://kubeflow:pipe", "--host: found http://kubeflow:pipe"),
        (f"https://mel:{SECRET}@kubeflow", "a name or password in the address"),
        (f"ftp://mel:{SECRET}@kubeflow", "--host: found ftp://kubeflow"),
    ],
)
def test_what_is_no_address_is_a_sentence(host: str, said: str) -> None:
    assert said in refusal(lambda: connect(host))


def test_the_address_of_a_page_will_do(host: str) -> None:
    assert connect(f"{host}/#/runs/details/7", "team").host == host
    assert connect(f"{host}/", "team").pages == f"{host}/#"


def test_a_page_to_sign_in_is_no_api(monkeypatch: pytest.MonkeyPatch) -> None:
    api = KubeflowApi()
    api.failures[HEALTH] = (200, "<html>Sign in</html>")
    with serving(api) as host:
        said = refusal(lambda: connect(host, "team"))
    assert "found a web page, perhaps one to sign in" in said


def test_a_server_of_several_users_wants_a_namespace_and_a_right_in_it(host: str) -> None:
    assert "--namespace: found nothing" in refusal(lambda: connect(host))
    command = ["schedules", "--host", host, "--namespace", "theirs"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 65
    assert "found no permission in namespace theirs (403: User 'mel' is not authorized" in done.stderr


def test_host_and_namespace_come_from_the_environment_too(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KF_PIPELINES_ENDPOINT", host)
    monkeypatch.setenv("KFP_NAMESPACE", "team")
    assert CliRunner().invoke(app, ["schedules"]).exit_code == 0


def test_an_unreachable_server_ends_the_command_with_69() -> None:
    done = CliRunner().invoke(app, ["schedules", "--host", "http://127.0.0.1:9"])
    assert done.exit_code == 69
    assert "Traceback" not in done.output
