"""The Data Docs: what Great Expectations render, below what matters first, as one page that opens on its own."""

from collections.abc import Sequence
from typing import Any

from great_expectations.core import ExpectationSuiteValidationResult
from great_expectations.render.components import RenderedDocumentContent
from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
from great_expectations.render.view.view import DefaultJinjaPageView
from jinja2 import ChoiceLoader, DictLoader

from components.contracts.dataset import SPLITS, Dataset
from components.contracts.model import BaseModel
from components.contracts.page import LOOK
from components.data_validation.data_docs_page import PAGE, SECTIONS
from components.data_validation.examples import shown_label
from components.data_validation.findings import Shown, finding_of
from components.data_validation.judge import Judgement
from components.data_validation.measure import Measured

_LABELS_SHOWN = 60
_ORDER = {("hard", False): 0, ("soft", False): 1, ("hard", True): 2, ("soft", True): 3}


def data_docs(
    dataset: Dataset, model: BaseModel, shown: Sequence[Shown], measured: Measured, judgement: Judgement, region: str
) -> str:
    """Return the page: the verdict, each finding with its examples, the numbers, and every expectation in full.

    It holds no scripts, fonts or pictures from elsewhere, nothing of a text but masked excerpts, and no time of day:
    the same data set gives the same page.
    """
    view = _view()
    findings = [(finding_of(one.outcome), one.examples) for one in shown]
    findings.sort(key=lambda pair: _ORDER[pair[0].severity, pair[0].passed])
    page = view.env.get_template("page.html").render(
        look=LOOK,
        dataset=dataset,
        model=model,
        findings=findings,
        failed=sum(one.stops for one in shown),
        warnings=sum(not one.outcome.passed and not one.stops for one in shown),
        splits=_splits(measured),
        labels=_labels(measured, region),
        expectations=[(table, _rendered(view, result)) for table, result in judgement.results.items()],
    )
    return str(page)


def _view() -> Any:
    """Return the view of Great Expectations that knows our templates, too."""
    view: Any = DefaultJinjaPageView()
    view.env.loader = ChoiceLoader([DictLoader({"page.html": PAGE, "sections.j2": SECTIONS}), view.env.loader])
    return view


def _rendered(view: Any, result: ExpectationSuiteValidationResult) -> str:
    """Return the tables that Great Expectations make of a result, without its overview, its run's time and samples."""
    for one in result.results:
        _without_samples(one)
    document: RenderedDocumentContent = ValidationResultsPageRenderer().render(result)
    document.sections = [one for one in document.sections if one.section_name not in ("Overview", "Run Info")]
    return str(view.render(document, template="sections.j2"))


def _without_samples(result: Any) -> None:
    """Take out what must not be shown, and make whole numbers of the bounds that were given as such."""
    for key in ("partial_unexpected_list", "partial_unexpected_counts", "partial_unexpected_index_list"):
        result.result.pop(key, None)
    bounds = result.expectation_config.kwargs
    for key in ("min_value", "max_value"):
        if isinstance(bounds.get(key), float) and bounds[key].is_integer():
            bounds[key] = int(bounds[key])


def _splits(measured: Measured) -> list[dict[str, Any]]:
    """Return the lengths of each split's texts, for people."""
    if "rows" not in measured.tables:
        return []
    splits, rows = measured.tables["splits"], measured.tables["rows"]
    ends = splits["rows"].cumsum()
    found = []
    for place, split in enumerate(SPLITS):
        part = rows.iloc[ends.iloc[place] - splits["rows"].iloc[place] : ends.iloc[place]]
        lengths = {
            what: [part[what].quantile(q) if len(part) else float("nan") for q in (0.5, 0.95, 1.0)]
            for what in ("characters", "tokens")
        }
        found.append({"split": split, **splits.iloc[place].to_dict(), **lengths})
    return found


def _labels(measured: Measured, region: str) -> list[tuple[str, float, float]]:
    """Return the most frequent training labels with their rows, and those against the most frequent one's."""
    if "labels" not in measured.tables:
        return []
    labels = measured.tables["labels"].sort_values(["training rows", "label"], ascending=[False, True])
    most = labels["training rows"].max()
    return [
        (shown_label(label, region), rows, rows / most)
        for label, rows in zip(labels["label"], labels["training rows"], strict=True)
    ][:_LABELS_SHOWN]
