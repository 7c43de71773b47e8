"""The ledger of a registered model, and the alias `champion` that it leads.

MLflow has no transaction over an entry and an alias. So the entry is written first, then the alias is moved, then read
back, and then the model's tag APPLIED names the entry: whoever comes next sees what a killed process did not get to,
and finishes it. Of two that move the alias at once, the one whose entry is later has the last word.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion, RegisteredModel
from mlflow.exceptions import MlflowException

from components.contracts.alias import move_alias
from components.contracts.faults import BadInput, Fault, Unavailable
from components.contracts.journal import Entry, Journal, Overtaken
from components.contracts.registration import CANDIDATE
from components.contracts.tracking import answering
from components.contracts.who import who
from components.promotion.entries import champion, last_move, named, open_requests, why_lapsed

CHAMPION = "champion"
APPLIED = "bessemer.ledger"
"""The registered model's tag: the ledger's run, the number of the last entry that is done, and its hash.

People find the ledger by it, and a ledger whose end was cut off does not agree with it.
"""
_NO_SUCH_THING = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")
"""What MLflow says of a name that is not there, and of one that cannot be."""


@dataclass(frozen=True)
class State:
    """What ledger and registry say at one moment."""

    name: str
    entries: list[Entry]
    reigning: int | None
    """The champion by the registry."""
    done: int
    """How many entries are done, by the registry."""
    aliases: dict[str, int]
    """All of the model's aliases."""

    @property
    def unfinished(self) -> bool:
        """Whether a process is at work on the last entry, or was killed at it."""
        return self.done < len(self.entries)

    @property
    def lost_its_mark(self) -> bool:
        """Whether nothing says what is done, though an entry is only written once the one before it is done."""
        return not self.done and len(self.entries) > 1

    @property
    def moved_by_hand(self) -> bool:
        """Whether the registry has another champion than the ledger."""
        return not self.unfinished and self.reigning != champion(self.entries)

    def waiting(self, now: float) -> list[Entry]:
        """Return the requests that a person can still approve, the oldest first."""
        return [
            entry for entry in open_requests(self.entries) if not why_lapsed(entry, self.entries, self.reigning, now)
        ]

    def refuse_unless_reigning(self, move: Entry) -> None:
        """Refuse to call a move done whose version does not reign.

        Raises:
            Overtaken: another one does.

        """
        expected = f"{named(move.values['to'])}, by {move.values['kind']}, entry {move.number} of the ledger"
        if self.reigning != move.values["to"]:
            way_out = f"The alias was moved since: `bessemer history {self.name}` shows what is known of it."
            raise Overtaken(Fault(f"the champion of {self.name}", named(self.reigning), expected, way_out))

    def remarks(self) -> list[str]:
        """Return what somebody should know who looks at the ledger, in sentences."""
        remarks = []
        if self.lost_its_mark:
            why = "somebody deleted it, or made the model anew under an old name"
            way_out = "The next promotion or rollback sets it again."
            remarks.append(f"The model's tag {APPLIED} is missing beside {len(self.entries)} entries: {why}. {way_out}")
        elif self.unfinished:
            way_out = "somebody is at work on it or was broken off; the next promotion or rollback finishes it"
            remarks.append(f"Entry {len(self.entries)} is not done yet: {way_out}.")
        if self.moved_by_hand:
            by_ledger, way_out = named(champion(self.entries)), "The next promotion or rollback records that."
            found = f"by the ledger {by_ledger} reigns, by the registry {named(self.reigning)}"
            remarks.append(f"Somebody moved the alias {CHAMPION} by hand: {found}. {way_out}")
        return remarks


class Ledger:
    """Reads and writes one model's ledger, and moves its champion; nothing else of Bessemer moves that alias."""

    def __init__(self, client: MlflowClient, name: str) -> None:
        """Name a registered model; its ledger begins with the first entry."""
        self.client = client
        self.name = name
        self.journal = Journal(client, "ledger", name)

    def look(self) -> State:
        """Return what there is, and change nothing.

        Raises:
            BadInput: there is no such model, or the ledger was tampered with.
            Unavailable: the server does not answer.

        """
        with answering():
            model = self._model()
        # in this order: the tag only ever names entries that are there already
        entries = self.journal.entries()
        aliases = {alias: int(version) for alias, version in model.aliases.items()}
        done = self._done(model.tags.get(APPLIED, ""), entries)
        return State(self.name, entries, aliases.get(CHAMPION), done, aliases)

    def settle(self) -> State:
        """Finish what a killed process has left, and return what there is then.

        Raises: as `look` does.

        """
        state = self.look()
        while state.unfinished:
            self._finish(state)
            state = self.look()
        return state

    def enter(self, decide: Callable[[State], Mapping[str, Any] | Entry]) -> Entry:
        """Write an entry, and do what it says.

        Args:
            decide: returns the entry's values for the state that it is given, or the entry that says the same already,
                or raises when that forbids the entry; asked again when somebody else was faster.

        Returns:
            The entry, done.

        Raises: what `decide` and `look` do.

        """
        while True:
            state = self.settle()
            values = decide(state)
            if isinstance(values, Entry):
                return values
            try:
                if state.moved_by_hand:
                    self._append(self._by_hand(state), state)
                    continue
                entry = self._append({**who(), **values}, state)
            except Overtaken:
                continue
            self._finish(replace(state, entries=[*state.entries, entry]))
            return entry

    def version(self, number: int) -> ModelVersion | None:
        """Return a version of the model; None when there is no such version, or there no longer is."""
        with answering():
            try:
                return self.client.get_model_version(self.name, str(number))
            except MlflowException as error:
                if error.error_code not in _NO_SUCH_THING:
                    raise
                return None

    def tag(self, version: int, key: str, value: str) -> None:
        """Set a tag on a version."""
        with answering():
            self.client.set_model_version_tag(self.name, str(version), key, value)

    def delete_alias(self, alias: str) -> None:
        """Take an alias off the model."""
        with answering():
            self.client.delete_registered_model_alias(self.name, alias)

    def _model(self) -> RegisteredModel:
        try:
            return self.client.get_registered_model(self.name)
        except MlflowException as error:
            if error.error_code not in _NO_SUCH_THING:
                raise
        way_out = "Make one with `bessemer run`."
        raise BadInput(Fault(f"the model {self.name}", "no such model", "a registered model", way_out))

    def _done(self, tag: str, entries: list[Entry]) -> int:
        """Return the number in the model's tag, once the entry that it names is found in the ledger."""
        if not tag:
            return 0
        run_id, _, rest = tag.partition(" ")
        number, _, sha256 = rest.partition(" ")
        by_number = {str(entry.number): entry for entry in entries}
        if number in by_number and by_number[number].sha256 == sha256 and run_id == self.journal.run_id():
            return int(number)
        found = f"{len(entries)} entries that do not hold the one that the model's tag {APPLIED} names"
        expected = f"entry {number or '?'} with the hash {sha256[:12] or '?'}"
        way_out = (
            "If the model was renamed, give it back its name: its ledger goes by that. If entries were cut off or the "
            "tag was edited, restore MLflow's database."
        )
        raise BadInput(Fault(f"the ledger of {self.name}", found, expected, way_out))

    def _append(self, values: Mapping[str, Any], state: State) -> Entry:
        return self.journal.append(values, after=len(state.entries))

    def _by_hand(self, state: State) -> dict[str, Any]:
        """Return the entry that records a move outside of Bessemer."""
        version = self.version(state.reigning) if state.reigning is not None else None
        return {
            "kind": "by hand",
            "from": champion(state.entries),
            "to": state.reigning,
            "candidate": version.tags.get(CANDIDATE, "") if version else "",
            "why": "Found so in the registry.",
            **who(),
            "who": "somebody outside of Bessemer",
            "found_by": who()["who"],
        }

    def _finish(self, state: State) -> None:
        """Do what the last entry says, unless it is done, others came later, or the registry has gone another way."""
        move = last_move(state.entries)
        if move and move.number > state.done and self._is_to_be_done(move, state):
            # MLflow sets no alias under a condition: what others did meanwhile can only be looked at just before
            now = self.look()
            if now.done >= move.number or last_move(now.entries) != move:
                return
            state = self._move(move)
        last = state.entries[-1]
        with answering():
            mark = f"{self.journal.run_id()} {last.number} {last.sha256}"
            self.client.set_registered_model_tag(self.name, APPLIED, mark)

    def _is_to_be_done(self, move: Entry, state: State) -> bool:
        values = move.values
        if values["kind"] == "by hand" or state.reigning != values["from"]:
            return False
        version = self.version(values["to"])
        return version is not None and version.tags.get(CANDIDATE, "") == values["candidate"]

    def _move(self, move: Entry) -> State:
        """Move the alias, and return what is read back; where a later move came meanwhile, to where that one says."""
        while True:
            wanted = move.values["to"]
            with answering():
                move_alias(self.client, self.name, CHAMPION, str(wanted))
            found = self.look()
            newest = last_move(found.entries) or move
            if newest.number == move.number or newest.values["to"] is None:
                break
            move = newest
        if found.reigning != wanted:
            thing, way_out = f"the alias {CHAMPION} of {self.name}", "Somebody moves it by hand just now: look again."
            raise Unavailable(Fault(thing, f"{named(found.reigning)} after it was moved", named(wanted), way_out))
        return found
