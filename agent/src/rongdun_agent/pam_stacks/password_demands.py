"""What a `password` stack demands of a new password, and how it is stored."""

from collections.abc import Mapping
from typing import NamedTuple

from rongdun_agent.login_defs import PATH as LOGIN_DEFS
from rongdun_agent.login_defs import search_key
from rongdun_agent.pam_stacks import quality
from rongdun_agent.pam_stacks.chains import Chain
from rongdun_agent.pam_stacks.history import Memory
from rongdun_agent.pam_stacks.password_answers import REFUSED, PasswordModules
from rongdun_agent.pam_stacks.scenario import Change, Surroundings
from rongdun_agent.pam_stacks.verdict import Ends, Verdict, always, ends_of, happened
from rongdun_agent.setting import Setting
from rongdun_contract.facts.pam import Quality

HASHES = ("md5", "bigcrypt", "sha256", "sha512", "blowfish", "gost_yescrypt", "yescrypt", "sm3")
"""Words of pam_unix(8); one of an argument's beginning wins over those before it."""
_NAMES = {"blowfish": "bcrypt", "gost_yescrypt": "gost-yescrypt", "bigcrypt": "des"}


class PasswordStack(NamedTuple):
    """The `password` chain of a service."""

    modules: PasswordModules
    chain: Chain
    around: Surroundings

    def quality(self) -> tuple[Verdict, Quality | None, Mapping[str, Setting]]:
        """Whether a weak password is turned down, what decides that, and where it is set."""
        verdict, line = self._refusal(Change("weak"), quality.MODULES)
        if line is None:
            return verdict, None, {}
        demands, settings = self.modules.quality(self.chain[line])
        binds_root = self._refusal(Change("weak", root=True), quality.MODULES)[0].holds is True
        return verdict, demands.model_copy(update={"enforced_for_root": binds_root}), settings

    def history(self) -> tuple[Verdict, Memory | None, bool]:
        """Whether an old password is turned down, by what memory, and whether that binds root."""
        verdict, line = self._refusal(Change("reused"), ("pam_unix", "pam_pwhistory"))
        if line is None:
            return verdict, None, False
        binds_root = self._refusal(Change("reused", root=True), ("pam_unix", "pam_pwhistory"))[0].holds is True
        return verdict, self.modules.memory(self.chain[line]), binds_root

    def hash(self) -> Setting | None:
        """The algorithm that the first pam_unix line of the chain stores with: its words, login.defs(5), or DES."""
        line = next((handler for handler in self.chain if handler.module == "pam_unix"), None)
        if line is None:
            return None
        for arg in reversed(line.args):
            word = next((word for word in HASHES if arg.startswith(word)), None)
            if word:
                return Setting(_NAMES.get(word, word), line.where)
        method = search_key(LOGIN_DEFS, self.modules.host.lines(LOGIN_DEFS), "ENCRYPT_METHOD")
        word = next((word for word in HASHES if method and method.value.lower().startswith(word)), None)
        return Setting(_NAMES.get(word or "", word or "des"), method.where if method else line.where)

    def _refusal(self, change: Change, modules: tuple[str, ...]) -> tuple[Verdict, int | None]:
        """Whether a change always fails, and the first line on the way that turned it down."""
        if not any(handler.module in modules for handler in self.chain):
            return Verdict(holds=False), None
        ends = ends_of(self.chain, lambda handler: self.modules.answers(handler, change, self.around))
        line = _refusing(ends)
        verdict = always(ends, lambda end: not end.success)
        if ends is not None and line is None:
            return Verdict(holds=False), None
        return verdict, line if verdict.holds is not False else None


def _refusing(ends: Ends) -> int | None:
    return min((at for end in ends or () for at in happened(end, REFUSED)), default=None)
