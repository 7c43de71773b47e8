import pytest

from components.contracts.address import holds_secret, without_password


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("http://me:secret@host:5000/path", "http://host:5000/path"),
        ("https://host", "https://host"),
        ("postgresql://me:p@ss@host/db", "postgresql://host/db"),
        ("sqlite:////home/a@b/mlflow.db", "sqlite:////home/a@b/mlflow.db"),
        ("databricks", "databricks"),
        ("", ""),
    ],
)
def test_passwords_are_cut_from_addresses(uri: str, shown: str) -> None:
    assert without_password(uri) == shown


@pytest.mark.parametrize(
    ("uri", "is_one"),
    [
        ("https://me:secret@host/path", True),
        ("https://ghp_token@host/path", True),
        ("postgresql://me:p@ss@host/db", True),
        ("ssh://git@host/path", False),
        ("git@host:path", False),
        ("https://host/a:b@c", False),
        ("reviews.csv", False),
    ],
)
def test_a_secret_in_an_address_is_noticed(uri: str, is_one: bool) -> None:
    assert holds_secret(uri) == is_one
