"""The control field of pam.conf(5): what each return code of a module does to the verdict of the stack."""

from typing import Final, NamedTuple

CODES: Final = (
    "success",
    "open_err",
    "symbol_err",
    "service_err",
    "system_err",
    "buf_err",
    "perm_denied",
    "auth_err",
    "cred_insufficient",
    "authinfo_unavail",
    "user_unknown",
    "maxtries",
    "new_authtok_reqd",
    "acct_expired",
    "session_err",
    "cred_unavail",
    "cred_expired",
    "cred_err",
    "no_module_data",
    "conv_err",
    "authtok_err",
    "authtok_recover_err",
    "authtok_lock_busy",
    "authtok_disable_aging",
    "try_again",
    "ignore",
    "abort",
    "authtok_expired",
    "module_unknown",
    "bad_item",
    "conv_again",
    "incomplete",
)
"""In libpam's order, in which it looks for the name that a token starts with."""

_ACTIONS: Final = ("ignore", "ok", "done", "bad", "die", "reset")

Action = str | int
"""One of `ignore`, `ok`, `done`, `bad`, `die`, `reset`, or how many modules to jump over."""


class Control(NamedTuple):
    """The action for each return code, `default` for those not named."""

    named: tuple[tuple[str, Action], ...]
    default: Action

    def action(self, code: str) -> Action:
        """What to do when the module returns `code`."""
        for name, action in self.named:
            if name == code:
                return action
        return self.default


REQUIRED = Control((("success", "ok"), ("new_authtok_reqd", "ok"), ("ignore", "ignore")), "bad")
KEYWORDS: Final = {
    "required": REQUIRED,
    "requisite": Control(REQUIRED.named, "die"),
    "optional": Control((("success", "ok"), ("new_authtok_reqd", "ok")), "ignore"),
    "sufficient": Control((("success", "done"), ("new_authtok_reqd", "done")), "ignore"),
}
BROKEN = Control((), "bad")
"""A control that libpam cannot read: whatever the module returns counts as a failure."""


def parse_control(text: str) -> Control:
    """Parse a keyword, or the inside of `[value=action ...]`."""
    return KEYWORDS.get(text.lower()) or _parse_pairs(text)


def _parse_pairs(text: str) -> Control:
    named: dict[str, Action] = {}
    at = 0
    while (at := _skip(text, at)) < len(text):
        code = next((name for name in (*CODES, "default") if text.startswith(name, at)), None)
        at = _skip(text, at + len(code)) if code else at
        if code is None or text[at : at + 1] != "=":
            return BROKEN
        at = _skip(text, at + 1)
        action, length = _parse_action(text[at:])
        if action is None:
            return BROKEN
        at += length
        for target in [name for name in CODES if name not in named] if code == "default" else [code]:
            named[target] = action
    return Control(tuple(named.items()), "bad")


def _parse_action(text: str) -> tuple[Action | None, int]:
    """The action that a text starts with and its length; jumps over nothing are refused."""
    for word in _ACTIONS:
        if text.startswith(word):
            return word, len(word)
    digits = len(text) - len(text.lstrip("0123456789"))
    jump = int(text[:digits][:9]) if digits else 0
    return (jump, digits) if jump else (None, 0)


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\n\v\f\r":
        at += 1
    return at
