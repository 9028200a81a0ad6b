"""The closed lists of the product in both languages."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from rongdun_collector.console.language import Language

SEVERITIES = ("critical", "high", "medium", "low")
VERDICTS = ("fail", "unknown", "pass", "not_applicable")
RESULTS = ("符合", "部分符合", "不符合", "未检", "不适用")

WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "critical": ("严重", "critical"),
        "high": ("高", "high"),
        "medium": ("中", "medium"),
        "low": ("低", "low"),
        "fail": ("不通过", "fail"),
        "pass": ("通过", "pass"),
        "unknown": ("未知", "unknown"),
        "not_applicable": ("不适用", "not applicable"),
        "reporting": ("在线", "reporting"),
        "silent": ("失联", "silent"),
        "never": ("从未上报", "never reported"),
        "retired": ("已退役", "retired"),
        "符合": ("符合", "met"),
        "部分符合": ("部分符合", "partly met"),
        "不符合": ("不符合", "not met"),
        "不适用": ("不适用", "n/a"),
        "未检": ("未检", "not checked"),
        "auto": ("自动判定", "by rules"),
        "partly": ("人工复核", "rules help, people decide"),
        "manual": ("人工检查", "by people"),
        "not probed": ("未采集", "not probed"),
        "no permission": ("权限不足", "no permission"),
        "error": ("采集出错", "error"),
        "agent too old": ("代理版本过旧", "agent too old"),
        "no reference": ("无参照", "no reference"),
        "not a live host": ("非运行中的主机", "not a live host"),
        "undecided": ("无法判定", "undecided"),
        "new": ("新主机", "a new host"),
        "same": ("已知主机", "a host known already"),
        "present": ("在网", "there"),
        "gone": ("已离网", "gone"),
        "router": ("路由器", "router"),
        "dhcp_server": ("DHCP 服务器", "DHCP server"),
        "open": ("进行中", "open"),
        "over": ("已结束", "over"),
        "unacknowledged": ("未确认", "not taken"),
        "acknowledged": ("已确认", "taken"),
        "disposed": ("已处置", "disposed of"),
        "false_positive": ("误报", "false alarm"),
        "excluded": ("已排除", "taken out"),
        "watching": ("监视中", "watching"),
        "lagging": ("滞后", "lagging"),
        "waiting": ("待参照", "no reference yet"),
        "matched": ("已发现", "found"),
        "missed": ("漏报", "missed"),
        "opened": ("开始演练", "opened the drill"),
        "closed": ("结束演练", "closed the drill"),
        "frozen": ("封榜", "froze the drill"),
        "unfrozen": ("解除封榜", "let the drill go on"),
        "included": ("恢复参演", "takes part again"),
        "stimulus": ("登记攻击动作", "registered a stimulus"),
        "stimulus withdrawn": ("撤回攻击动作", "withdrew a stimulus"),
        "false positive": ("标记误报", "marked as false"),
        "false positive withdrawn": ("撤回误报标记", "withdrew such a mark"),
        "hostname": ("主机名", "name"),
        "score": ("得分", "score"),
        "seen": ("最近上报", "last seen"),
    }
)

_REASONS = (
    (r"it came with the host's own credential", "随登记提交了该主机自己的有效凭据"),
    (r"nothing it claims is known", "所申报的标识均未见过"),
    (
        r"(\d+) silent hosts claim to be this one: which it is cannot be told",
        r"有 \1 台失联主机与之相符，无法确定是哪一台",
    ),
    (r"two copies of the agent report with one credential", "同一凭据有两个代理副本在上报（疑似克隆）"),
    (r"same machine-id", "machine-id 相同"),
    (r"same DMI UUID", "DMI UUID 相同"),
    (r"same SSH host key", "SSH 主机密钥相同"),
    (r"same network card", "网卡 MAC 相同"),
    (r"the host had gone silent", "原主机已失联"),
    (r",? and the other still reports", "，而对方仍在上报"),
    (r" as silent host (\S+), which is not enough", r"（失联主机 \1），证据不足以认定为同一台"),
    (r" and ", "、"),
)
"""What identity.py and the store say of identity, phrase by phrase; what is not here stays as it was written."""


def word(name: str | None, language: Language) -> str:
    """A word of the closed lists; any other stays as it is."""
    zh, en = WORDS.get(name or "", (name or "", name or ""))
    return zh if language == "zh" else en


def identity_reason(text: str, language: Language) -> str:
    """Why a host was taken for who it is."""
    if language == "zh":
        for pattern, zh in _REASONS:
            text = re.sub(pattern, zh, text)
    return text
