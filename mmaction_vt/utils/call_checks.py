"""Checks of calls that build a backbone, which modules above the backbones install."""

from collections.abc import Callable, Mapping

# Called with the backbone's class and the call's named arguments before anything is built; may raise.
CALL_CHECKS: list[Callable[[type, Mapping[str, object]], None]] = []
