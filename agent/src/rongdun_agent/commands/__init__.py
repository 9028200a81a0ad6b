"""The commands, one module each, named as people type them.

A module has `add_arguments(parser)` and `run(options, out) -> int`: what it prints goes to `out`, what it returns is
the exit status (0 good, 1 not good; what can be mended is raised as `AgentError` or `PackError`, a bug is left to the
top of the process). It is imported only when its command is given, so what it needs stands at its top.
"""
