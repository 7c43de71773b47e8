"""The settings of registration: which names the registry and the way to production rule out."""

import pytest

from components.contracts.faults import BadInput
from components.contracts.settings import read_settings
from components.registration.config import RegistrationSettings


def read(**section: object) -> RegistrationSettings:
    return read_settings(RegistrationSettings, section, "registration")


def test_a_name_is_enough() -> None:
    assert read(name="sentiment") == RegistrationSettings("sentiment", "challenger", "", "")


@pytest.mark.parametrize("name", ["", "  ", "a/b", "a:1", "it's", 'a"b'])
def test_a_name_that_mlflow_cannot_hold_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match=r"registration\.name: found .* expected a name without slashes"):
        read(name=name)


@pytest.mark.parametrize("alias", ["", "latest", "Latest", "v3", "3", "a b", "a/b"])
def test_an_alias_that_mlflow_cannot_hold_is_refused(alias: str) -> None:
    with pytest.raises(BadInput, match=r"registration\.alias: found .* expected letters, digits, - and _"):
        read(name="sentiment", alias=alias)


def test_registration_makes_no_champions() -> None:
    with pytest.raises(
        BadInput, match=r"registration\.alias: found champion; expected an alias that promotion does not"
    ):
        read(name="sentiment", alias="champion")


def test_all_faults_come_at_once() -> None:
    with pytest.raises(BadInput) as refusal:
        read(alias="v3", nmae="sentiment", license=3)
    assert {fault.thing for fault in refusal.value.faults} == {
        "registration.name",
        "registration.nmae",
        "registration.license",
    }
    assert "Did you mean name?" in str(refusal.value)


def test_a_language_is_a_code() -> None:
    assert read(name="sentiment", language="en").language == "en"
    with pytest.raises(BadInput, match=r"registration.language: found 'English'; expected two or three small letters"):
        read(name="sentiment", language="English")
