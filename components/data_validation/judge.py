"""Great Expectations judge the measured tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import great_expectations as gx
import pandas as pd  # type: ignore[import-untyped]
from great_expectations.core import ExpectationSuiteValidationResult
from great_expectations.data_context.types.base import ProgressBarsConfig

from components.data_validation.expectations import Check
from components.data_validation.measure import Measured, Table

EXAMPLES = 10
"""How many of the rows that break an expectation are shown."""


@dataclass(frozen=True)
class Outcome:
    """What became of one check."""

    check: Check
    passed: bool
    unexpected: int
    """How many rows of the table break it."""
    total: int
    """How many rows it was asked of: those with something to measure."""
    examples: tuple[int, ...]
    """The places of the first `EXAMPLES` rows that break it."""


@dataclass(frozen=True)
class Judgement:
    """All outcomes, in the order of the checks, and what Great Expectations says of each table."""

    outcomes: list[Outcome]
    results: dict[Table, ExpectationSuiteValidationResult]


def judge(measured: Measured, checks: Sequence[Check]) -> Judgement:
    """Return what becomes of the checks whose table was measured."""
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_pandas("data set")
    results: dict[Table, ExpectationSuiteValidationResult] = {}
    outcomes: dict[str, Outcome] = {}
    for table, frame in measured.tables.items():
        wanted = [check for check in checks if check.table == table]
        if not wanted:
            continue
        batch = source.add_dataframe_asset(table).add_batch_definition_whole_dataframe("all")
        results[table] = _validate(context, batch, frame, table, wanted)
        by_name = {check.name: check for check in wanted}
        for result in results[table].results:
            check = by_name[_name_of(result)]
            outcomes[check.name] = _outcome(check, result)
    return Judgement([outcomes[check.name] for check in checks if check.name in outcomes], results)


def _validate(
    context: Any, batch: Any, frame: pd.DataFrame, table: Table, checks: Sequence[Check]
) -> ExpectationSuiteValidationResult:
    severities = {"hard": "critical", "soft": "warning"}
    expectations = [
        check.judge.copy(update={"meta": {"name": check.name}, "severity": severities[check.severity]})
        for check in checks
    ]
    suite = context.suites.add(gx.ExpectationSuite(table, expectations=expectations))
    definition = context.validation_definitions.add(gx.ValidationDefinition(data=batch, suite=suite, name=table))
    shown = {"result_format": "SUMMARY", "partial_unexpected_count": EXAMPLES}
    result: ExpectationSuiteValidationResult = definition.run(
        batch_parameters={"dataframe": frame}, result_format=shown
    )
    return result


def _name_of(result: Any) -> str:
    return str(result.expectation_config.meta["name"])


def _outcome(check: Check, result: Any) -> Outcome:
    found = result.result
    if not found:
        raise RuntimeError(f"{check.name} was not judged: {result.exception_info}")
    if "unexpected_count" not in found:  # of the table as a whole
        return Outcome(check, bool(result.success), int(not result.success), int(found["observed_value"]), ())
    return Outcome(
        check,
        bool(result.success),
        int(found["unexpected_count"]),
        int(found["element_count"]) - int(found.get("missing_count") or 0),
        tuple(map(int, found.get("partial_unexpected_index_list") or ())),
    )
