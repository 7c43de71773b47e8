"""The model card as a page."""

from components.registration.card_page import card_page

CARD = r"""---
tags:
- bessemer
---

# a \<b\>film\</b\>, version 3

Says <script>alert(1)</script> and ![a picture](https://example.com/spy.png).

| what | which |
| --- | --- |
| `` <i>|`x`` `` | [click](javascript:alert(1)) |
"""


def test_tables_are_tables_and_metadata_stays_away() -> None:
    page = card_page(CARD)
    assert page.startswith("<!doctype html>")
    assert "<h1>a &lt;b&gt;film&lt;/b&gt;, version 3</h1>" in page
    assert "<title>a &lt;b&gt;film&lt;/b&gt;, version 3</title>" in page
    assert '<div class="scroll"><table>' in page
    assert "bessemer" not in page


def test_nothing_in_it_runs_or_is_fetched() -> None:
    page = card_page(CARD)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "<img" not in page
    assert 'href="javascript' not in page
