"""The page about a ledger."""

from html.parser import HTMLParser
from pathlib import Path

from components.promotion.approval import answer
from components.promotion.ledger import Ledger
from components.promotion.rollback import roll_back
from pipelines.registry.history_page import write_page
from tests.components.promotion.gate import Gate, promoted


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)
        assert not {"src", "href"} & {name for name, _ in attributes}


def test_every_kind_of_entry_stands_on_it_and_nothing_is_run_or_fetched(three_reigns: Gate, tmp_path: Path) -> None:
    reason = "<script>alert('rude')</script> & more"
    roll_back(three_reigns.ledger, 1, reason)
    three_reigns.move_by_hand(2)
    promoted(three_reigns, 4, "approve")
    answer(three_reigns.ledger, "rejection", None, "No.")
    promoted(three_reigns, 3, "approve")
    page = tmp_path / "pages" / "history.html"
    write_page(three_reigns.ledger.look(), [], page)
    text = page.read_text()
    tags = Tags(text).found
    assert "script" not in tags
    assert tags.count("li") == len(three_reigns.kinds) == 8
    for kind in ("promotion", "rollback", "by hand", "request", "rejection"):
        assert f'<span class="what">{kind}</span>' in text
    assert "&lt;script&gt;alert(&#39;rude&#39;)&lt;/script&gt; &amp; more" in text
    assert "Version 3 waits for a person until" in text
    assert three_reigns.ledger.look().entries[-1].sha256 in text


def test_a_ledger_without_entries_is_a_page_too(three_reigns: Gate, tmp_path: Path) -> None:
    three_reigns.client.create_registered_model("intent")
    write_page(Ledger(three_reigns.client, "intent").look(), [], tmp_path / "history.html")
    assert "intent: nobody reigns" in (tmp_path / "history.html").read_text()
