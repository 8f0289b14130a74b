"""Whether a backend that says nothing is still there.

A machine without power, a cable that was cut, a process that was stopped: none of them hangs up, and a read that is
blocked may be silent for days by right. So a link on which requests wait is asked something once it has been silent for
a while, and if nothing at all comes back, it is given up. The question is a Tflush of NOTAG, which no request bears:
every server answers that at once without a look at its files (flush(5)), and a Tflush of a client does as well as ours.

When one link of a backend is asked, all are: they will be found dead together, and nobody waits for each in turn.

Time is counted in beats, of which the edge gives one a second. After a moment in which this process itself was stopped
only one has passed, so nobody is blamed for that.
"""

from __future__ import annotations

from collections.abc import Container, Iterable

from ninep.messages import NOTAG, Tflush
from riomux.peers import Backend, Link

QUIET = 4  # beats of silence after which a link is asked, if requests wait on it
IDLE = 30  # the same if none wait: so what was cut off is known before its next use
ANSWER = 5  # beats in which an answer must come, or any other sign of life


class _Silence:
    """How long a link has been silent, and whether a question is out."""

    __slots__ = ("beats", "is_asked", "unanswered")

    def __init__(self) -> None:
        self.beats = 0  # since the last sign of life
        self.is_asked = False  # our question has no answer yet
        self.unanswered = 0  # the beats among them in which a question was out, ours or a client's

    def end(self) -> None:
        """There was a sign of life."""
        self.beats = self.unanswered = 0

    def beat(self, link: Link) -> None:
        """There was none."""
        self.beats += 1
        if self.is_asked or link.is_flushing:
            self.unanswered += 1

    def is_due(self, link: Link) -> bool:
        """Whether the link is to be asked."""
        return not self.is_asked and self.beats >= (QUIET if link.pending else IDLE)

    def ask(self, link: Link) -> None:
        """Ask the link, if that has not been done."""
        if not self.is_asked:
            self.is_asked = True
            link.ask(Tflush(0, NOTAG), lambda _: self._answered())

    def _answered(self) -> None:
        self.is_asked = False


class Pulse:
    """Feels for all links whether somebody is there."""

    def __init__(self) -> None:
        self._silences: dict[Link, _Silence] = {}

    def beat(self, backends: Iterable[Backend], alive: Container[Link]) -> list[Link]:
        """A second has passed, in which these links have shown signs of life. Gives those that are to be given up."""
        before, self._silences = self._silences, {}
        dead = list[Link]()
        for backend in backends:
            silences = {link: before.get(link) or _Silence() for link in backend.links}
            self._silences |= silences
            dead += _beat(silences, alive)
        return dead


def _beat(silences: dict[Link, _Silence], alive: Container[Link]) -> list[Link]:
    for link, silence in silences.items():
        if link in alive:
            silence.end()
        else:
            silence.beat(link)
    if any(silence.is_due(link) for link, silence in silences.items()):
        for link, silence in silences.items():
            silence.ask(link)
    return [link for link, silence in silences.items() if silence.unanswered >= ANSWER]
