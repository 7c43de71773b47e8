"""The settings of registration."""

import re

from pydantic.dataclasses import dataclass

from components.contracts.faults import Fault
from components.contracts.settings import STRICT


@dataclass(frozen=True, config=STRICT)
class RegistrationSettings:
    """Under which name a model goes into the registry."""

    name: str
    """The registered model's name; each registration adds a version to it."""
    alias: str = "challenger"
    """The alias that moves to the new version."""
    description: str = ""
    """What the model does, in a sentence; set when the registered model is made, and left alone afterwards."""
    license: str = ""
    """The model's licence as an SPDX identifier, such as `Apache-2.0`; kept with the model."""
    language: str = ""
    """The language of the texts as an ISO 639 code, such as `en`; stands on the model card."""

    def conflicts(self) -> list[Fault]:
        """Return the names that MLflow or the way to production rule out."""
        faults = []
        if not self.name.strip() or re.search(r"[/:'\"]", self.name):
            faults.append(Fault("registration.name", repr(self.name), "a name without slashes, colons and quotes"))
        if not re.fullmatch(r"[\w-]+", self.alias) or re.fullmatch(r"latest|v\d+|\d+", self.alias, re.IGNORECASE):
            expected = "letters, digits, - and _, other than latest and version numbers such as v3"
            faults.append(Fault("registration.alias", repr(self.alias), expected))
        if self.language and not re.fullmatch(r"[a-z]{2,3}", self.language):
            faults.append(Fault("registration.language", repr(self.language), "two or three small letters, such as en"))
        if self.alias.lower() == "champion":
            way_out = "The default is challenger."
            faults.append(Fault("registration.alias", "champion", "an alias that promotion does not give", way_out))
        return faults
