"""Who meets whom: by alias or by number, never a model itself, and only what Bessemer registered to the end."""

import json
from typing import Any

import pytest
from mlflow import MlflowClient

from components.contracts.faults import BadInput
from components.contracts.journal import Journal
from components.contracts.package import PACKAGE_TAG
from components.promotion.component import resolve_contest
from components.promotion.contest import Contest, resolve
from components.promotion.ledger import Ledger
from components.promotion.policy import set_policy
from tests.components.promotion.stage import ASKED, client, crown, registered, tracking  # noqa: F401 - fixtures

FRESH = {"data_ingestion": {"source": "fresh.csv"}}


def refusal(client: MlflowClient, name: str = "sentiment", version: str = "", **settings: Any) -> str:  # noqa: F811
    with pytest.raises(BadInput) as refused:
        resolve(client, name, version, settings)
    return str(refused.value)


def twin_of(client: MlflowClient, version: int, **tags: str) -> str:  # noqa: F811
    """Register the files of a version again; return the number."""
    one = client.get_model_version("sentiment", str(version))
    made = client.create_model_version("sentiment", one.source, one.run_id, tags={**one.tags, **tags})
    return str(made.version)


def test_the_alias_names_the_challenger_and_nobody_may_reign(client: MlflowClient) -> None:  # noqa: F811
    contest, sections = resolve(client, "sentiment", "", {})
    assert contest.challenger.version == 2
    assert contest.champion is None
    version = client.get_model_version("sentiment", "2")
    assert contest.challenger.candidate_sha256 == version.tags["candidate_sha256"]
    assert contest.challenger.model_sha256 == version.tags[PACKAGE_TAG]
    assert (contest.challenger.run_id, contest.challenger.accuracy) == (version.run_id, 0.9125)
    assert sections == {
        "data_ingestion": ASKED["data_ingestion"],
        "evaluation": ASKED["evaluation"],
        "gating": {},
        "promotion": {},
    }


def test_a_number_names_it_too_and_the_champion_is_found(client: MlflowClient) -> None:  # noqa: F811
    crown(client, 2)
    contest, _ = resolve(client, "sentiment", "1", {})
    assert contest.champion
    assert (contest.challenger.version, contest.champion.version, contest.ledger_entries) == (1, 2, 0)
    Journal(client, "ledger", "sentiment").append({"kind": "promotion"}, after=0)
    contest, _ = resolve(client, "sentiment", "1", {})
    assert contest.ledger_entries == 1
    assert Contest.from_json(contest.to_json()) == contest


def test_settings_are_laid_over_what_the_challenger_was_built_with(client: MlflowClient) -> None:  # noqa: F811
    _, sections = resolve(client, "sentiment", "", {**FRESH, "gating": {"margin_points": 2.0}})
    assert sections["data_ingestion"] == {"source": "fresh.csv", "seed": 3}
    assert sections["gating"] == {"margin_points": 2.0}
    assert sections["evaluation"] == ASKED["evaluation"]


def test_a_policy_is_laid_over_what_the_challenger_was_built_with(client: MlflowClient) -> None:  # noqa: F811
    set_policy(Ledger(client, "sentiment"), {"gating": {"margin_points": 0.5, "alpha": 0.01}}, "Be sure.")
    _, sections = resolve(client, "sentiment", "", {"gating": {"margin_points": 0.5, "seed": 4}})
    assert sections["gating"] == {"margin_points": 0.5, "alpha": 0.01, "seed": 4}
    assert sections["evaluation"] == ASKED["evaluation"]


def test_only_a_dry_run_may_differ_from_the_policy(client: MlflowClient) -> None:  # noqa: F811
    set_policy(Ledger(client, "sentiment"), {"gating": {"alpha": 0.01}, "promotion": {"policy": "approve"}}, "Be sure.")
    lax = {"gating": {"alpha": 0.2, "seed": 4}, "promotion": {"policy": "auto"}}
    one, other = refusal(client, **lax).splitlines()
    assert one.startswith("gating.alpha: found 0.2; expected 0.01, by the policy of sentiment. `bessemer policy")
    assert other.startswith("promotion.policy: found 'auto'; expected 'approve', by the policy of sentiment.")
    _, sections = resolve(client, "sentiment", "", lax, dry_run=True)
    assert sections["gating"] == {"alpha": 0.2, "seed": 4}
    assert sections["promotion"] == {"policy": "auto"}


def test_a_champion_never_meets_itself(client: MlflowClient) -> None:  # noqa: F811
    crown(client, 2)
    assert "version 2 of sentiment: found the champion itself; expected a challenger." in refusal(client)
    twin = twin_of(client, 2)
    found = refusal(client, version=twin)
    assert f"version {twin} of sentiment: found the same model as version 2, the champion; expected another" in found


def test_what_is_not_there_is_named_with_what_is(client: MlflowClient) -> None:  # noqa: F811
    assert "the model films: found only sentiment; expected a registered model." in refusal(client, "films")
    assert "version 7 of sentiment: found no such version; expected one of 1, 2." in refusal(client, version="7")
    assert "version x of sentiment: found no such version" in refusal(client, version="x")
    client.delete_registered_model_alias("sentiment", "challenger")
    assert "the challenger of sentiment: found no alias challenger; expected one of 1, 2." in refusal(client)
    client.delete_registered_model("sentiment")
    assert "the model sentiment: found an empty registry" in refusal(client)


def test_a_registration_that_is_not_finished_is_refused(client: MlflowClient) -> None:  # noqa: F811
    client.set_model_version_tag("sentiment", "2", "bessemer.unfinished", "host:1")
    assert "version 2 of sentiment: found a registration that is not finished" in refusal(client)


def test_a_version_of_somebody_elses_is_refused(client: MlflowClient) -> None:  # noqa: F811
    made = client.create_model_version("sentiment", "s3://elsewhere/model")
    found = refusal(client, version=str(made.version))
    missing = "no tag candidate_sha256, no tag model_sha256, no tag dataset_sha256, no run with an accuracy"
    assert f"version {made.version} of sentiment: found {missing}; expected a version that Bessemer" in found
    crown(client, int(made.version))
    assert f"version {made.version} of sentiment: found no tag" in refusal(client)


def test_all_faults_of_the_settings_are_said_at_once(client: MlflowClient) -> None:  # noqa: F811
    found = refusal(client, gate={}, evaluation=3, selection={})
    assert (
        "gate: found a section that a promotion does not have; expected a known section. Did you mean gating?" in found
    )
    assert "evaluation: found 3; expected a mapping of keys to values." in found
    assert "selection: found a section that a promotion does not have" in found


def without_asked(client: MlflowClient, text: str = "") -> str:  # noqa: F811
    """Register version 2 again in a run that has the given `asked.json`, or none; return the number."""
    one = client.get_model_version("sentiment", "2")
    run_id = client.create_run("0").info.run_id
    client.log_metric(run_id, "accuracy", 0.9)
    if text:
        client.log_text(run_id, text, "asked.json")
    return str(client.create_model_version("sentiment", one.source, run_id, tags=one.tags).version)


def test_rows_have_to_be_named_when_the_run_does_not_say_them(client: MlflowClient) -> None:  # noqa: F811
    version = without_asked(client)
    assert f"version {version} of sentiment: found no asked.json in the run" in refusal(client, version=version)
    _, sections = resolve(client, "sentiment", version, FRESH)
    assert sections["data_ingestion"] == {"source": "fresh.csv"}


@pytest.mark.parametrize("text", ["{", "[1]", '{"evaluation": [1]}', '{"evaluation": 3}'])
def test_what_was_asked_for_may_have_been_edited(client: MlflowClient, text: str) -> None:  # noqa: F811
    version = without_asked(client, text)
    found = refusal(client, version=version)
    assert f"asked.json of version {version} of sentiment: found no sections of settings" in found


def test_the_component_hands_on_text_and_sections_and_opens_no_run(client: MlflowClient) -> None:  # noqa: F811
    before = len(client.search_runs(["0"]))
    contest, data, evaluation, gating, promotion = resolve_contest.python_func("sentiment", "", FRESH, False)
    assert json.loads(contest)["challenger"]["version"] == 2
    assert (data["source"], evaluation, gating, promotion) == ("fresh.csv", ASKED["evaluation"], {}, {})
    assert len(client.search_runs(["0"])) == before


def test_without_a_registry_there_is_no_contest(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with pytest.raises(SystemExit) as ended:
        resolve_contest.python_func("sentiment", "", {}, False)
    assert ended.value.code == 65
    assert "MLFLOW_TRACKING_URI: found nothing" in capsys.readouterr().err
