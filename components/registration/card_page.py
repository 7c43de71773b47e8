"""The model card as a page: the same words in HTML, one file without scripts."""

from html import escape

from markdown_it import MarkdownIt

from components.contracts.page import LOOK

CARD_PAGE = "model_card.html"
_STYLE = """
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
th, td { padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--soft); font-weight: 500; font-size: .9rem; }
ul { padding-left: 1.1rem; margin: .4rem 0; }
code { font-size: .88rem; }
"""


def card_page(card: str) -> str:
    """Return a model card as HTML; the metadata above it is for the hub's tools and stays away."""
    text = card.partition("\n---\n")[2]
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    body = markdown.render(text)
    for tag, wrapped in (("<table>", '<div class="scroll"><table>'), ("</table>", "</table></div>")):
        body = body.replace(tag, wrapped)
    title = text.strip().splitlines()[0].lstrip("# ").replace("\\", "")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{LOOK}{_STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )
