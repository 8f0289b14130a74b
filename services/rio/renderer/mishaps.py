"""A widget that cannot be drawn: the others stand, a line says so in its place, and it is told once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from imgui_bundle import imgui

from rio.scene.graph import Node


class Mishaps:
    """What went wrong since the panels last changed. `failed` is told of it in words."""

    def __init__(self, failed: Callable[[str], None]) -> None:
        self._failed = failed
        self._broken: set[int] = set()
        io = imgui.get_io()
        # ImGui would raise at the first thing that a failing widget has left open, instead of closing it.
        io.config_error_recovery_enable_assert = False
        io.config_error_recovery_enable_tooltip = False
        imgui.get_current_context().debug_log_flags = 0  # its list of what was left open; who cares has our own words

    def forget(self) -> None:
        """Something changed: what could not be drawn is tried again."""
        self._broken.clear()

    def is_broken(self, node: Node) -> bool:
        """Whether it could not be drawn. Then a line in its place has said so."""
        if node.id in self._broken:
            imgui.text_disabled(f"{node.name} cannot be shown")
            return True
        return False

    @contextmanager
    def contained(self, node: Node) -> Iterator[None]:
        """Whatever goes wrong with the node ends with it: groups, tables, fonts and colours that it began are ended."""
        before = imgui.internal.ErrorRecoveryState()
        imgui.internal.error_recovery_store_state(before)
        try:
            yield
        except Exception as error:
            imgui.internal.error_recovery_try_to_recover_state(before)
            self._broken.add(node.id)
            self._failed(f"{node.kind} {node.name} cannot be shown: {error}")
            self.is_broken(node)
