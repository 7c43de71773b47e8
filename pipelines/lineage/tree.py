"""A lineage as a tree in the terminal."""

import json
from collections.abc import Mapping
from typing import Any

from rich.text import Text
from rich.tree import Tree

from pipelines.lineage.trace import Lineage


def tree(lineage: Lineage) -> Tree:
    """Return a branch a heading, a line a fact, and below them the version that it was trained further from."""
    root = Tree(Text(lineage.version, style="bold"), guide_style="dim")
    for heading, told in lineage.told.items():
        _grow(root.add(Text(heading, style="bold")), told)
    if lineage.parent:
        root.add(Text("trained further from", style="bold")).add(tree(lineage.parent))
    return root


def _grow(branch: Tree, told: Mapping[str, Any]) -> None:
    for name, value in told.items():
        label = Text(name.replace("_", " "), style="dim")
        if isinstance(value, Mapping):
            _grow(branch.add(label), value)
        else:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            branch.add(label.append(f"  {text}", style="not dim"))
