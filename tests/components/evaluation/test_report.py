import re
from dataclasses import replace

from components.evaluation.report import render_report
from tests.components.evaluation.conftest import Evaluated


def test_the_page_stands_on_its_own(onnx_evaluated: Evaluated) -> None:
    page = onnx_evaluated.report.read_text()
    assert "<script" not in page
    assert not re.findall(r"(?:src|href)=\"(?!data:)", page)
    assert "http" not in page
    assert "prefers-color-scheme: dark" in page
    assert "width=device-width" in page


def test_the_page_holds_the_numbers(onnx_evaluated: Evaluated) -> None:
    card, page = onnx_evaluated.card, onnx_evaluated.report.read_text()
    assert f"{card.accuracy.value:.3f}" in page
    assert f"{card.accuracy.low:.3f}–{card.accuracy.high:.3f} (95%)" in page
    assert "80 rows of the test split." in page
    assert "2 × 64" in page
    assert all(f"<td>{part.name.replace('>', '&gt;')}</td>" in page for part in card.slices)


def test_labels_cannot_break_the_page_and_rows_left_out_are_said(onnx_evaluated: Evaluated) -> None:
    card = replace(onnx_evaluated.card, applied="<b>cut & run</b>", labels=[f"l{place}" for place in range(13)])
    page = render_report(card, 4, onnx_evaluated.folder / "confusion.png")
    assert "&lt;b&gt;cut &amp; run&lt;/b&gt;" in page
    assert "4 more\nlack a text or a label" in page
    assert 'class="scroll large"' in page
