"""Where packages come from, and whether somebody has to sign for them (apt, yum and dnf; read from their files)."""

from rongdun_agent.repositories.unsigned import unsigned

__all__ = ["unsigned"]
