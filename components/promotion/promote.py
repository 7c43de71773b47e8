"""The end of the gate: move the alias, let a request wait, or leave everything as it is."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.contracts.contenders import Contenders
from components.contracts.decision import Decision
from components.contracts.events import tell
from components.contracts.faults import Fault, refuse_if_any
from components.contracts.folders import read_manifest, sha256_of, whole_folder, write_manifest
from components.contracts.journal import Entry, Overtaken
from components.contracts.promotion import GATE, GATE_EVIDENCE, GATE_RUN, Outcome, Promotion
from components.contracts.registration import CANDIDATE
from components.contracts.tracking import StepRun, no_server
from components.promotion.approval import request_approval, say_that_it_waits, take_up, withdraw
from components.promotion.config import PromotionSettings
from components.promotion.entries import is_move, named, policy_of
from components.promotion.ledger import Ledger, State

_OUTCOMES: dict[str, Outcome] = {"promotion": "promoted", "approval": "promoted", "request": "waiting"}


@dataclass(frozen=True)
class Case:
    """What was compared, and what the gate made of it."""

    contenders: Contenders
    decision: Decision
    evidence: str
    """The SHA-256 of the decision's manifest."""
    tracked: str
    """The MLflow run of the whole."""


def promote(
    contenders: Path, decision: Path, settings: PromotionSettings, output: Path, run: StepRun, dry_run: bool = False
) -> Promotion:
    """Do what the gate decided, and write what became of it to `output`.

    A second call with the same decision finds the entry of the first.

    Args:
        contenders: the folder of the contenders contract.
        decision: the folder of the decision contract.
        settings: who has the last word.
        output: becomes the folder of the promotion contract.
        run: the step's MLflow run.
        dry_run: whether only to say what would become of it; registry and ledger stay as they are.

    Raises:
        BadInput: the two do not belong together, the challenger is gone or another one, or no MLflow is named.
        Overtaken: the champion or the policy has changed since the two were compared, or the champion since the first
            call; nothing was moved.
        Unavailable: the server does not answer.
        Unwritable: `output` cannot be written.

    """
    case = read_case(contenders, decision, run.parent_id)
    if run.client is None:  # a promotion that no run keeps the evidence of is none
        raise no_server()
    ledger = Ledger(run.client, case.decision.name)
    with whole_folder(output) as folder:
        promotion = _told(case) if dry_run else _carried_out(ledger, case, settings)
        write_manifest(folder, promotion)
        run.file(folder / promotion.FILE)
    run.tags({"outcome": promotion.outcome, "why": promotion.why})
    tell("decision", path=decision)  # whoever watches can show both, also where they lie within a condition
    tell("promotion", path=output)
    return promotion


def read_case(contenders: Path, decision: Path, tracked: str) -> Case:
    """Return what the two contracts say.

    Raises:
        BadInput: one of them is damaged, or they are not about the same.

    """
    case = Case(
        read_manifest(contenders, Contenders),
        read_manifest(decision, Decision),
        sha256_of(decision / Decision.FILE),
        tracked,
    )
    compared, judged = case.contenders, case.decision
    champion = compared.champion.version if compared.champion else None
    pairs = {
        "name": (judged.name, compared.name),
        "challenger": (judged.challenger, compared.challenger.version),
        "champion": (judged.champion, champion),
        "ledger_entries": (judged.ledger_entries, compared.ledger_entries),
    }
    way_out = "Take the decision that was made about these contenders."
    refuse_if_any(
        Fault(f"{key} of {decision / Decision.FILE}", str(found), f"{expected}, as the contenders have it", way_out)
        for key, (found, expected) in pairs.items()
        if found != expected
    )
    return case


def _told(case: Case) -> Promotion:
    return _promotion(case, "passed" if case.decision.passed else "kept", case.decision.why)


def _carried_out(ledger: Ledger, case: Case, settings: PromotionSettings) -> Promotion:
    challenger, judged = case.contenders.challenger, case.decision
    if not judged.passed:  # before an approval is taken up that stands on what the gate said earlier
        withdraw(ledger, challenger.version, challenger.candidate_sha256, judged.why)
    take_up(ledger)
    state = ledger.look()
    _refuse_another(ledger, state, case)
    promotion = _judge(ledger, state, case, settings)
    evidence = {GATE_EVIDENCE: case.evidence, GATE_RUN: case.tracked}
    # not before that is carried out: a version without the last tag is judged again by the next retraining
    for key, value in {**evidence, GATE: f"{'passed' if judged.passed else 'failed'}: {judged.why}"}.items():
        ledger.tag(judged.challenger, key, value)
    return promotion


def _judge(ledger: Ledger, state: State, case: Case, settings: PromotionSettings) -> Promotion:
    earlier = next((entry for entry in reversed(state.entries) if entry.values.get("evidence") == case.evidence), None)
    if earlier:
        outcome = _OUTCOMES.get(earlier.values["kind"], "kept")
        if outcome == "promoted":
            state.refuse_unless_reigning(earlier)
        if outcome == "waiting":
            say_that_it_waits(ledger, earlier)
        return _promotion(case, outcome, earlier.values["why"], earlier)
    decision = case.decision
    if not decision.passed:
        return _promotion(case, "kept", decision.why)
    if state.reigning == decision.challenger:
        return _promotion(case, "kept", f"Version {decision.challenger} reigns already.")

    def decide(state: State) -> dict[str, Any]:
        _refuse_if_overtaken(state, case)
        return {"kind": "promotion", **_values(case)}

    if settings.policy == "approve":
        entry = request_approval(ledger, decision.challenger, decide, settings.hours_to_approve)
        why = f"The gate let it pass; a person has to approve it: `bessemer approve {ledger.name} --reason …`."
        return _promotion(case, "waiting", why, entry)
    return _promotion(case, "promoted", decision.why, ledger.enter(decide))


def _values(case: Case) -> dict[str, Any]:
    """Return the entry's values."""
    return {
        "from": case.decision.champion,
        "to": case.decision.challenger,
        "candidate": case.contenders.challenger.candidate_sha256,
        "why": case.decision.why,
        "evidence": case.evidence,
        "comparison": case.decision.comparison_sha256,
        "gate": gate_line(case.decision),
        "tracked": case.tracked,
    }


def gate_line(decision: Decision) -> str:
    """Return what the gate found, in a line."""
    deciding = [check for check in decision.checks if check.verdict != "noted"]
    passed = sum(check.verdict == "passed" for check in deciding)
    line = f"{passed} of {len(deciding)} checks passed on {decision.rows:,} rows"
    if decision.difference is None:
        return f"{line}; nobody reigned"
    found = decision.difference
    interval = f"{found.value:+.2f} points [{found.low:+.2f}, {found.high:+.2f}] at {found.confidence:.0%}"
    return f"{line}; {interval}, margin {decision.margin_points:g}, alpha {decision.alpha:g}"


def _promotion(case: Case, outcome: Outcome, why: str, entry: Entry | None = None) -> Promotion:
    decision = case.decision
    reasons = [check.sentence for check in decision.checks if check.blocks]
    number = entry.number if entry else None
    return Promotion(decision.name, decision.challenger, outcome, decision.champion, why, number, reasons)


def _refuse_another(ledger: Ledger, state: State, case: Case) -> None:
    """Refuse a challenger that is gone or no longer the one that was compared, and the ledger of another registry."""
    challenger = case.contenders.challenger
    thing, way_out = f"version {challenger.version} of {ledger.name}", "Promote it anew."
    version = ledger.version(challenger.version)
    found = version.tags.get(CANDIDATE, "no candidate") if version else "no such version"
    expected = challenger.candidate_sha256
    entries = len(state.entries)
    faults = []
    if found != expected:
        faults.append(Fault(thing, found[:15], f"{expected[:12]}, which was compared", way_out))
    if entries < case.contenders.ledger_entries:
        thing = f"the ledger of {ledger.name}"
        seen = f"the {case.contenders.ledger_entries} that were there when the two were fetched"
        faults.append(Fault(thing, f"{entries} entries", seen, "Is MLFLOW_TRACKING_URI another server now?"))
    refuse_if_any(faults)


def _refuse_if_overtaken(state: State, case: Case) -> None:
    """Refuse when the alias or the policy was changed since: the decision says nothing about what holds now."""
    compared, later = case.decision.champion, state.entries[case.contenders.ledger_entries :]
    way_out = "Nothing was changed. Promote again: it is judged by what holds now."
    if policy := policy_of(later):
        found = f"one of {policy.values['who']}, entry {policy.number} of the ledger"
        raise Overtaken(Fault(f"the policy of {state.name}", found, "the one that it was judged by", way_out))
    since = [
        entry
        for entry in later
        if is_move(entry) and (entry.values["kind"], entry.values["to"]) != ("by hand", compared)
    ]
    if not since and state.reigning == compared:
        return
    found = named(state.reigning)
    if since:
        found += f", by {since[-1].values['kind']} of {since[-1].values['who']}, entry {since[-1].number} of the ledger"
    expected = f"{named(compared)}, which version {case.decision.challenger} was compared with"
    raise Overtaken(Fault(f"the champion of {state.name}", found, expected, way_out))
