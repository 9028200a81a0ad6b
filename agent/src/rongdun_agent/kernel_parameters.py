"""The kernel parameters that rules may name, whether or not a file sets them."""

_ALL_AND_DEFAULT = ("all", "default")
_IPV4 = (
    *("accept_redirects", "accept_source_route", "arp_announce", "arp_ignore", "forwarding", "log_martians"),
    *("proxy_arp", "rp_filter", "secure_redirects", "send_redirects"),
)
_IPV6 = ("accept_ra", "accept_redirects", "accept_source_route", "disable_ipv6", "forwarding", "proxy_ndp")

RELEVANT = (
    *("dev.tty.ldisc_autoload", "fs.protected_fifos", "fs.protected_hardlinks", "fs.protected_regular"),
    *("fs.protected_symlinks", "fs.suid_dumpable", "kernel.core_pattern", "kernel.core_uses_pid"),
    *("kernel.ctrl-alt-del", "kernel.dmesg_restrict", "kernel.kexec_load_disabled", "kernel.kptr_restrict"),
    *("kernel.modules_disabled", "kernel.panic", "kernel.panic_on_oops", "kernel.perf_event_paranoid"),
    *("kernel.printk", "kernel.randomize_va_space", "kernel.sysrq", "kernel.unprivileged_bpf_disabled"),
    *("kernel.unprivileged_userns_clone", "kernel.yama.ptrace_scope", "net.core.bpf_jit_enable"),
    *("net.core.bpf_jit_harden", "net.ipv4.icmp_echo_ignore_all", "net.ipv4.icmp_echo_ignore_broadcasts"),
    *("net.ipv4.icmp_ignore_bogus_error_responses", "net.ipv4.ip_forward"),
    *("net.ipv4.tcp_rfc1337", "net.ipv4.tcp_syncookies", "net.ipv4.tcp_timestamps"),
    *("vm.mmap_min_addr", "vm.overcommit_memory", "vm.unprivileged_userfaultfd"),
    *(f"net.ipv4.conf.{scope}.{name}" for scope in _ALL_AND_DEFAULT for name in _IPV4),
    *(f"net.ipv6.conf.{scope}.{name}" for scope in _ALL_AND_DEFAULT for name in _IPV6),
)
TEXTS = frozenset(("kernel.core_pattern", "kernel.hostname", "kernel.domainname", "kernel.modprobe"))
"""Parameters whose value is text even where it looks like a number."""
