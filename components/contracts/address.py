"""Addresses with a user's name and password in them: noticed, and cut before anybody reads them."""


def holds_secret(uri: str) -> bool:
    """Return whether `uri` has a password in it, or a token in the place of the user's name, as git's servers take."""
    user, separator, _ = uri.partition("://")[2].partition("/")[0].rpartition("@")
    return bool(separator) and (":" in user or uri.startswith("http"))


def without_password(uri: str) -> str:
    """Return `uri` without the user's name and password, for messages."""
    scheme, separator, rest = uri.partition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}{separator}{authority.rpartition('@')[2]}{slash}{path}"
