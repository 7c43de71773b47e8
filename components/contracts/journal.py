"""A list in MLflow that only grows: numbered entries, each naming the hash of the one before it.

The tags of a registered model would be the place that one looks for it in, but the last writer of a tag wins, and
nobody learns that there was another. A run's parameters are the one thing in MLflow that is written once: the database
holds a key of a run to a single value, also against two writers at the same moment. So a journal is a run, and an entry
is a parameter of it. MLflow's experiments have unique names and are made together with their tags: that decides, once
and for all, which run it is. All of it lies in the database that MLflow's backup holds.

The hashes show that an entry was changed or taken out. They are no signature: whoever may write to MLflow's database
can write a whole new chain. What is kept elsewhere, as the ledger's tag on its model is, has to be changed with it.
"""

import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from components.contracts.faults import BadInput, Fault, Refusal
from components.contracts.tracking import answering

if TYPE_CHECKING:
    from mlflow import MlflowClient

Kind = Literal["ledger", "challengers", "retraining"]

EXPERIMENT = "bessemer {kind} of {name}"
"""The experiment that holds a journal's run, so that people find it in MLflow's pages."""
_RUN = "bessemer.journal"
"""The experiment's tag that names the run."""
_NOTHING_BEFORE = "0" * 64
_MOST_CHARACTERS = 6000
"""What MLflow keeps of a parameter."""
_LENGTHS = (_MOST_CHARACTERS, 2000, 1000, 500, 200)
"""How long each text of an entry may be, tried in this order: quotes and controls grow when they are written."""


class Overtaken(Refusal):
    """Somebody else appended an entry first. Worth another look at what there is now."""

    exit_code = 75


@dataclass(frozen=True)
class Entry:
    """One entry as it stands in the journal."""

    number: int
    """From 1."""
    time: float
    """Seconds since the epoch, by the writer's clock."""
    before: str
    """The `sha256` of the entry before it."""
    nonce: str
    """Tells two entries of one moment apart: MLflow takes a parameter that is written twice with one value."""
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The entry as it is written."""
        values = {"time": self.time, "before": self.before, "nonce": self.nonce, **self.values}
        return json.dumps(values, ensure_ascii=False, sort_keys=True)

    @property
    def sha256(self) -> str:
        """Of the number and of what is written."""
        return hashlib.sha256(f"{self.number} {self.text}".encode()).hexdigest()


class Journal:
    """The entries of one kind about one registered model."""

    def __init__(self, client: "MlflowClient", kind: Kind, name: str) -> None:
        """Name a journal; nothing is made before the first entry.

        Args:
            client: of the server that keeps it.
            kind: what its entries are.
            name: the registered model's.

        """
        self.client = client
        self.experiment = EXPERIMENT.format(kind=kind, name=name)
        self._run_id = ""

    def entries(self) -> list[Entry]:
        """Return all entries, the oldest first, once the chain is found whole.

        Raises:
            BadInput: an entry is missing, or was changed, or the run that holds them is not to be found.
            Unavailable: the server does not answer.

        """
        from mlflow.exceptions import MlflowException

        run_id = self.run_id()
        if not run_id:
            return []
        with answering():
            try:
                run = self.client.get_run(run_id)
            except MlflowException as error:
                if error.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
                    raise
                raise BadInput(self._lost(f"{run_id[:80]}, which is no run")) from None
        if run.info.lifecycle_stage == "deleted":
            way_out = f"`mlflow runs restore --run-id {run_id}` brings it back."
            raise BadInput(Fault(f"the {self.experiment}", "its run in MLflow's trash", "a run that is kept", way_out))
        numbered = sorted((int(key), text) for key, text in run.data.params.items() if key.isdecimal())
        entries = [_read(self.experiment, number, text) for number, text in numbered]
        before = _NOTHING_BEFORE
        for place, entry in enumerate(entries, start=1):
            if entry.number != place or entry.before != before:
                raise BadInput(self._broken(place))
            before = entry.sha256
        return entries

    def append(self, values: Mapping[str, Any], after: int) -> Entry:
        """Write one entry behind `after` others, or nothing.

        Args:
            values: what it says; long texts are cut so that MLflow keeps the entry.
            after: how many entries the writer has seen.

        Raises:
            Overtaken: there are more by now.
            BadInput: the journal is broken.
            Unavailable: the server does not answer; it may have taken the entry all the same.

        """
        from mlflow.exceptions import MlflowException

        seen = self.entries()
        if len(seen) != after:
            raise Overtaken(self._more(after, len(seen)))
        before = seen[-1].sha256 if seen else _NOTHING_BEFORE
        entry = _fitting(Entry(after + 1, time.time(), before, secrets.token_hex(4), dict(values)))
        with answering():
            run_id = self._make_run()
            try:
                self.client.log_param(run_id, _key(entry.number), entry.text)
            except MlflowException as error:
                if "already" not in str(error):
                    raise
                raise Overtaken(self._more(after, after + 1)) from None
        return entry

    def run_id(self) -> str:
        """Return the run that holds the entries; empty as long as there is none.

        Raises:
            BadInput: there is one, and nothing says which.
            Unavailable: the server does not answer.

        """
        if not self._run_id:
            with answering():
                experiment = self.client.get_experiment_by_name(self.experiment)
            if experiment and not experiment.tags.get(_RUN):
                raise BadInput(self._lost("nothing"))
            self._run_id = experiment.tags[_RUN] if experiment else ""
        return self._run_id

    def _make_run(self) -> str:
        """Return the run that holds the entries, made if need be: of two writers at once one makes it."""
        from mlflow.exceptions import MlflowException

        from components.contracts.tracking import experiment_named

        if made := self.run_id():
            return made
        home = experiment_named(self.client, "bessemer journals")
        run_id = self.client.create_run(home, run_name=self.experiment).info.run_id
        try:
            self.client.create_experiment(self.experiment, tags={_RUN: run_id})
        except MlflowException:
            made = self.run_id()
            if not made:
                raise
            self.client.delete_run(run_id)
            return made
        return str(run_id)

    def _more(self, after: int, found: int) -> Fault:
        expected = f"the {after} that this was decided on"
        way_out = "Somebody else was faster: look at what there is now, then try again."
        return Fault(f"the {self.experiment}", f"{found} entries", expected, way_out)

    def _lost(self, found: str) -> Fault:
        thing, expected = f"the tag {_RUN} of the experiment {self.experiment}", "the run that holds the entries"
        way_out = "Set it to the id of the run with the experiment's name among the `bessemer journals`."
        return Fault(thing, found, expected, way_out)

    def _broken(self, place: int) -> Fault:
        way_out = "Restore MLflow's database from a backup, and ask who may write to it."
        return Fault(f"entry {place} of the {self.experiment}", "another text than was written", "its hash", way_out)


def _key(number: int) -> str:
    return f"{number:06d}"


def _fitting(entry: Entry) -> Entry:
    """Return the entry with its texts cut to the length at which MLflow keeps all of it."""
    for longest in _LENGTHS:
        cut = replace(entry, values={key: _cut(value, longest) for key, value in entry.values.items()})
        if len(cut.text) <= _MOST_CHARACTERS:
            return cut
    raise ValueError(f"an entry of {len(cut.text)} characters: MLflow keeps {_MOST_CHARACTERS}")


def _cut(value: object, longest: int) -> object:
    """Return a text's first characters; half a surrogate pair, which no database takes, becomes a question mark."""
    return value[:longest].encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _read(journal: str, number: int, text: str) -> Entry:
    try:
        values = json.loads(text)
        return Entry(number, values.pop("time"), values.pop("before"), values.pop("nonce"), values)
    except (ValueError, KeyError, AttributeError, TypeError):
        thing, way_out = f"entry {number} of the {journal}", "Restore MLflow's database from a backup."
        raise BadInput(Fault(thing, text[:80], "a JSON object", way_out)) from None
