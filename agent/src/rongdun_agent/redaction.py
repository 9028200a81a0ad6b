"""Command lines and addresses without the secrets that people put into them."""

import re

HIDDEN = "***"
_SIGNS = r"(?:pass(?:w(?:or)?d|phrase|wd)?|pwd|secret|token|api[_-]?key|access[_-]?key|credentials?|auth)"
_PATTERNS = (
    # Authorization: Bearer x, in quotes to their end
    re.compile(
        r"(?i)((?:authorization|cookie|x-[\w-]*(?:key|token)[\w-]*)\s*:\s*)(?:[^'\"\n]+(?=['\"])|\S+(?:\s+[^\s-]\S*)?)"
    ),
    # NAME_PASSWORD=x in the environment, --password=x, password: x in a header or a document
    re.compile(rf"(?i)(\b[\w.-]*{_SIGNS}[\w.-]*\s*[=:]\s*)(?:'[^']*'|\"[^\"]*\"|[^\s&;|'\"]+)"),
    # --password x
    re.compile(rf"(?i)(--?[\w-]*{_SIGNS}[\w-]*\s+)(?:'[^']*'|\"[^\"]*\"|(?!-)[^\s&;|]+)"),
    # scheme://user:x@host
    re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s/:@'\"]*:)[^\s/@'\"]+(?=@)"),
    # Bearer x
    re.compile(r"(?i)(\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{6,}"),
    # curl -u user:x
    re.compile(r"(\s(?:-u|--user|--proxy-user|-U)[ =]?\s*['\"]?[^\s:'\"]+:)[^\s'\"]+"),
    # sshpass -p x, mysql -px, redis-cli -a x
    re.compile(r"(\bsshpass\s+-p\s*)(?:'[^']*'|\"[^\"]*\"|\S+)"),
    re.compile(r"(\b(?:mysql|mariadb)[\w-]*\b[^;|&]*?\s-p)(?:'[^']*'|\"[^\"]*\"|[^\s;|&]+)"),
    re.compile(r"(\bredis-cli\b[^;|&]*?\s-a\s+)(?:'[^']*'|\"[^\"]*\"|\S+)"),
)
_OPAQUE = re.compile(
    r"(?<![\w/.-])(?:eyJ[\w-]{8,}\.[\w.-]+|AKIA[0-9A-Z]{16}|gh[pousr]_\w{20,}|[0-9a-fA-F]{32,})(?![\w/.-])"
)

_USERINFO = re.compile(r"(?<=://)[^/@\s]+@")


def without_credentials(address: str) -> str:
    """An address, user name and password left out."""
    return _USERINFO.sub("", address)


def redact(command: str) -> str:
    """The command with each value that stands where secrets stand, or looks like one, replaced by `***`.

    It rather hides too much than too little; what a secret without any sign looks like, nobody can tell.
    """
    for pattern in _PATTERNS:
        command = pattern.sub(rf"\1{HIDDEN}", command)
    return _OPAQUE.sub(HIDDEN, command)
