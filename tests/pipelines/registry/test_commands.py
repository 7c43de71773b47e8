"""The registry's commands as a user types them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from components.registration.challengers import Reason, challenge
from components.registration.place import Place
from pipelines.__main__ import app
from tests.components.promotion.gate import Gate, promoted

ROOT = Path(__file__).parents[3]


def bessemer(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "160"})


@pytest.mark.parametrize("command", [["history"], ["webhooks", "receive"]])
def test_help_imports_nothing_heavy(command: list[str]) -> None:
    code = (
        "import sys; from pipelines.__main__ import app\n"
        f"try: app({[*command, '--help']!r})\n"
        "except SystemExit: pass\n"
        "heavy = {'mlflow', 'onnxruntime', 'numpy', 'jinja2', 'http.server', 'components.promotion'}\n"
        "print('HEAVY', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "HEAVY []"


def test_a_rollback_says_what_it_did_and_history_shows_it(
    three_reigns: Gate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "ann")
    done = bessemer("rollback", "sentiment", "--reason", "It is rude.")
    assert (done.exit_code, done.stdout) == (0, "sentiment: rollback, 3 → 2; entry 4 of the ledger\n")
    shown = bessemer("history", "sentiment").stdout
    assert shown.startswith("sentiment: version 2 reigns\n")
    assert [line.split()[0] for line in shown.splitlines() if line.strip()[:1].isdigit()] == ["4", "3", "2", "1"]
    assert "rollback    3 → 2        ann" in shown
    last = three_reigns.ledger.look().entries[-1]
    assert f"The chain is whole. Entry 4 has the hash {last.sha256}." in shown
    told = json.loads(bessemer("history", "sentiment", "--json").stdout)
    assert (told["champion"], told["remarks"]) == (2, [])
    assert told["entries"][3]["sha256"] == last.sha256
    assert told["entries"][3]["before"] == told["entries"][2]["sha256"]
    page = tmp_path / "history.html"
    assert bessemer("history", "sentiment", "--html", str(page)).stdout == f"{page}\n"
    assert "It is rude." in page.read_text()


def test_history_shows_who_challenged_and_what_somebody_did_by_hand(three_reigns: Gate, tmp_path: Path) -> None:
    place = Place(three_reigns.client, "sentiment", "challenger")
    assert "challenger" not in bessemer("history", "sentiment").stdout
    challenge(place, 3, Reason("It is the fastest.", "c" * 64, "e" * 64, "run"))
    shown = bessemer("history", "sentiment").stdout
    assert "challenger   nobody → 3" in shown
    assert "It is the fastest." in shown
    assert "by hand" not in shown
    three_reigns.client.set_registered_model_alias("sentiment", "challenger", "2")
    found = "The alias challenger is at version 2, and by the last entry about it at version 3: somebody moved it"
    assert f"! {found}" in " ".join(bessemer("history", "sentiment").stdout.split())
    told = json.loads(bessemer("history", "sentiment", "--json").stdout)
    assert (told["challengers"][0]["to"], len(told["remarks"])) == (3, 1)
    page = tmp_path / "history.html"
    bessemer("history", "sentiment", "--html", str(page))
    assert found in page.read_text()
    assert f"<code>{'e' * 64}</code>" in page.read_text()


def test_a_policy_is_set_shown_and_lifted(three_reigns: Gate) -> None:
    assert "sentiment has no policy: a challenger is judged by what its own run was asked for." in told_policy()
    strict = ["--set", "gating.margin_points=0.5", "--set", "promotion.policy=approve"]
    done = bessemer("policy", "sentiment", *strict, "--reason", "Reviews are public.")
    settings = 'gating.margin_points=0.5, promotion.policy="approve"'
    assert (done.exit_code, done.stdout) == (0, f"sentiment: policy, {settings}; entry 4 of the ledger\n")
    assert told_policy().startswith(f"sentiment: {settings}\nReviews are public. (")
    history = " ".join(bessemer("history", "sentiment").stdout.split())
    assert history.startswith("sentiment: version 3 reigns")
    assert f"Reviews are public. ({settings})" in history
    done = bessemer("policy", "sentiment", "--lift", "--reason", "Enough.")
    assert done.stdout == "sentiment: policy, nothing any longer; entry 5 of the ledger\n"
    assert "sentiment has no policy" in told_policy()


def told_policy() -> str:
    return bessemer("policy", "sentiment").stdout


def test_every_fault_of_a_policy_is_told_and_nothing_is_set(three_reigns: Gate) -> None:
    wrong = ["gating.alpha=7", "gating.margin=1", "gatng.alpha=0.1", "fine_tuning.epochs=1", "promotion=auto"]
    settings = [word for setting in wrong for word in ("--set", setting)]
    done = bessemer("policy", "sentiment", *settings, "--reason", "Reviews are public.")
    assert done.exit_code == 65
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == [
        "gating.alpha",
        "gating.margin",
        "gatng",
        "fine_tuning",
        "promotion",
    ]
    assert "Did you mean gating?" in done.stderr
    assert three_reigns.kinds == ["promotion"] * 3


@pytest.mark.parametrize(
    "arguments", [["--set", "gating.alpha=0.1"], ["--lift"], ["--lift", "--set", "gating.alpha=0.1"]]
)
def test_a_policy_takes_a_reason_and_is_set_or_lifted(arguments: list[str], three_reigns: Gate) -> None:
    both = ["--reason", "So."] if len(arguments) > 2 else []
    assert bessemer("policy", "sentiment", *arguments, *both).exit_code == 2
    assert three_reigns.kinds == ["promotion"] * 3


def test_a_request_is_shown_approved_and_gone(three_reigns: Gate) -> None:
    assert bessemer("requests").stdout == "Nothing waits for a person.\n"
    promoted(three_reigns, 4, "approve")
    for arguments in (["requests"], ["requests", "sentiment"]):
        assert "sentiment   4         3" in bessemer(*arguments).stdout
    done = bessemer("approve", "sentiment", "4", "--reason", "I looked at it.")
    assert (done.exit_code, done.stdout) == (0, "sentiment: approval, 3 → 4; entry 5 of the ledger\n")
    done = bessemer("reject", "sentiment", "--reason", "I looked again.")
    assert done.exit_code == 65
    assert "a request of sentiment: found none that waits, and the last answer is: approval" in done.stderr


def test_a_model_whose_ledger_is_broken_keeps_no_other_from_being_shown(three_reigns: Gate) -> None:
    promoted(three_reigns, 4, "approve")
    for name in ("films", "zoo"):
        three_reigns.client.create_registered_model(name, {"bessemer.ledger": "run 3 ff"})
    done = bessemer("requests")
    assert done.exit_code == 65
    assert "sentiment   4         3" in done.stdout
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == ["the ledger of films", "the ledger of zoo"]
    done = bessemer("requests", "films")
    assert (done.exit_code, done.stdout) == (65, "")


@pytest.mark.parametrize("text", ["[see OPS-12]", "[/closed] what nobody opened", "[bold", ":cross_mark:"])
def test_what_people_write_in_brackets_is_shown_as_they_wrote_it(
    text: str, three_reigns: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", text)
    promoted(three_reigns, 4, "approve")
    assert text in bessemer("requests").stdout
    assert bessemer("reject", "sentiment", "--reason", f"{text} {text}").exit_code == 0
    shown = " ".join(bessemer("history", "sentiment").stdout.split())
    assert text in shown
    assert f"{text} {text} (request 4)" in shown


def test_what_was_approved_in_mlflow_is_told_when_it_is_taken_up(three_reigns: Gate) -> None:
    promoted(three_reigns, 4, "approve")
    three_reigns.client.set_registered_model_alias("sentiment", "approved-challenger", "4")
    assert bessemer("requests").stdout.splitlines()[0] == "sentiment: approval, 3 → 4; entry 5 of the ledger"


def test_an_answer_without_a_reason_is_none(three_reigns: Gate) -> None:
    assert bessemer("approve", "sentiment").exit_code == 2


@pytest.mark.parametrize("command", [["history"], ["rollback"], ["approve", "--reason", ""], ["requests"], ["policy"]])
def test_a_model_that_does_not_exist_is_a_sentence(command: list[str], three_reigns: Gate) -> None:
    done = bessemer(*command, "films")
    assert done.exit_code == 65
    assert done.stderr.startswith("the model films: found no such model; expected a registered model.")


def test_where_nothing_ever_ran_no_database_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv("BESSEMER_HOME", str(tmp_path / "home"))
    done = bessemer("history", "sentiment")
    assert done.exit_code == 65
    assert "the registry: found nothing at" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_receiver_without_a_secret_does_not_listen(three_reigns: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BESSEMER_WEBHOOK_SECRET", raising=False)
    done = bessemer("webhooks", "receive")
    assert done.exit_code == 65
    assert "BESSEMER_WEBHOOK_SECRET: found nothing" in done.stderr
