"""YAML files that people write: parsed with the lines kept, so that each fault can name its own."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from components.contracts.faults import BadInput, Fault


def parse(path: Path, what: str, expected: str) -> CommentedMap:
    """Return the mapping that a file holds; `what` it is, and what is `expected` in it, is said when it cannot be.

    Raises:
        BadInput: the file cannot be read, is no YAML, or holds no mapping.

    """
    try:
        tree = YAML(typ="rt").load(path)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadInput(Fault("the YAML", str(error.problem), "well-formed YAML", where=f"{path}:{line}")) from None
    except (YAMLError, ValueError) as error:  # ValueError: bytes that are no UTF-8, or no such date
        raise BadInput(Fault("the file", str(error).splitlines()[0], "UTF-8 text in YAML", where=str(path))) from None
    except OSError as error:
        found = (error.strerror or str(error)).lower()
        raise BadInput(Fault(str(path), found, f"a {what}'s YAML file that can be read")) from None
    if not isinstance(tree, CommentedMap):
        raise BadInput(Fault(f"the {what}", type(tree).__name__, expected, where=f"{path}:1"))
    return tree


def plain(value: Any) -> Any:
    """Return ruamel's round-trip values as plain ones, which JSON and KFP take; what those lack, as a date, as text."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value if value is None else str(value)


def line_of(tree: Any, keys: Sequence[str]) -> int:
    """Return the 1-based line of the deepest of `keys` that stands in the file."""
    line = 1
    for key in keys:
        place: Any = int(key) if isinstance(tree, list) and key.isdigit() else key
        positions = getattr(getattr(tree, "lc", None), "data", None) or {}
        if place not in positions:
            break
        line = positions[place][0] + 1
        tree = tree[place]
    return line
