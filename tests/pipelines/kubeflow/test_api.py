import json

import pytest

from components.contracts.faults import BadInput, Refusal, Unavailable
from pipelines.kubeflow.connect import connect
from tests.pipelines.kubeflow.kfp_api import KubeflowApi, serving
from tests.pipelines.kubeflow.test_connect import HEALTH, SECRET, refusal


@pytest.mark.parametrize(("name", "value"), [("TOKEN", SECRET), ("COOKIES", f"lang=de; session={SECRET}")])
def test_a_server_that_repeats_how_we_sign_in_is_not_quoted_with_it(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"KF_PIPELINES_{name}", value)
    api = KubeflowApi()
    api.failures[HEALTH] = (403, json.dumps({"message": f"RBAC: {SECRET} may not"}))
    with serving(api) as host:
        assert "(403: RBAC: … may not)" in refusal(lambda: connect(host, "team"))


@pytest.mark.parametrize(
    ("status", "body", "kind", "said"),
    [
        (401, "", BadInput, "no sign-in that it accepts (401)"),
        (
            403,
            '{"message": "RBAC: access denied"}',
            BadInput,
            "no permission in namespace team (403: RBAC: access denied)",
        ),
        (404, "<html>not found</html>", BadInput, "a server without it; expected the API of Kubeflow Pipelines"),
        (400, '{"error_message": "bad\\n thing"}', BadInput, "a refusal (400: bad thing)"),
        (500, json.dumps({"error": "x" * 900}), Unavailable, f"an error of its own (500: {'x' * 300})"),
        (503, "no healthy upstream", Unavailable, "an error of its own (503)"),
        (502, b"\xff\xfe", Unavailable, "an answer that is no text"),
        (429, "[]", Unavailable, "an error of its own (429)"),
    ],
)
def test_what_the_server_refuses_is_a_sentence(status: int, body: str | bytes, kind: type[Refusal], said: str) -> None:
    api = KubeflowApi()
    api.failures[HEALTH] = (status, body)
    with serving(api) as host:
        assert said in refusal(lambda: connect(host, "team"), kind)
