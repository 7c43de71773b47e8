"""Markdown in which no text from outside is taken for markup."""

from collections.abc import Iterable, Sequence

_MARKUP = frozenset("\\`*_[]<>#|~")


def plain(text: str) -> str:
    """Return `text` on one line, to be read as it is."""
    return "".join(f"\\{character}" if character in _MARKUP else character for character in _line(text))


def code(text: str) -> str:
    """Return `text` on one line as code, between more backticks than it has in a row."""
    line = _line(text)
    fence = "`"
    while fence in line:
        fence += "`"
    space = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{space}{line}{space}{fence}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; its cells are Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def bullets(items: Iterable[str]) -> str:
    """Return a list; its items are Markdown."""
    return "\n".join(f"- {item}" for item in items)


def _cell(markdown: str) -> str:
    r"""Return `markdown` without a bar that would end the cell, also in code; `plain` has written its own as `\|`."""
    return markdown.replace("\\|", "|").replace("|", "\\|")


def _line(text: str) -> str:
    return " ".join(text.split())
