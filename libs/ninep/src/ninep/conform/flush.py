"""Rules 51 to 56: flush."""

from __future__ import annotations

from ninep.conform.case import BASE, Case
from ninep.conform.rules import Skipped, require, rule
from ninep.messages import Rflush, Rread, Rstat, Tflush, Tread, Tstat

RACES = 200


@rule(51)
async def always_answered(case: Case) -> None:
    """flush(5): a Tflush is never refused, whether its oldtag is unknown, answered, its own, or that of a Tflush."""
    peer = await case.peer()
    await peer.get(Tflush(5, 999), Rflush)
    await peer.get(Tstat(6, BASE), Rstat)
    await peer.get(Tflush(5, 6), Rflush)
    await peer.say(Tflush(8, 999), Tflush(9, 8))
    await peer.reply_to(9)
    await peer.fence()
    with case.left_open("a request that flushes itself is no request of a client in its senses"):
        await peer.get(Tflush(7, 7), Rflush)


@rule(52)
async def last_word(case: Case) -> None:
    """flush(5): after Rflush nothing comes under the old tag, which can be used again at once."""
    peer = await case.peer()
    await case.open_file(peer, 2)
    for _ in range(RACES):
        await peer.say(Tread(5, 2, 0, 100), Tflush(6, 5))
        await peer.reply_to(6)
        peer.replies.pop(5, None)
        require(isinstance(reply := await peer.ask(Tstat(5, BASE)), Rstat), reply, "Rstat, under the tag used again")
    if case.ground.blocking:
        await case.open_blocking(peer, 3)
        await peer.say(Tread(5, 3, 0, 100))
        await peer.get(Tflush(6, 5), Rflush)
        require(isinstance(reply := await peer.ask(Tstat(5, BASE)), Rstat), reply, "Rstat, under the tag used again")
        await peer.fence()


@rule(53)
async def several(case: Case) -> None:
    """flush(5): several flushes of one request are answered in their order."""
    peer = await case.peer()
    await case.open_blocking(peer, 2)
    await peer.say(Tread(5, 2, 0, 100))
    await peer.fence()
    await peer.say(Tflush(6, 5), Tflush(7, 5), Tflush(8, 5))
    heard = [(await peer.hear()).tag for _ in range(3)]
    require(heard == [6, 7, 8], f"Rflush tags {heard}", "6, 7, 8")


@rule(54)
async def takes_nothing(case: Case) -> None:
    """flush(5): a read that is flushed takes nothing: what comes afterwards goes to the next."""
    peer = await case.peer()
    await peer.walk(BASE, 2, *case.pipe())
    await peer.open(2)
    await peer.say(Tread(5, 2, 0, 100))
    require(await peer.is_waiting(5), "an answer", "none before something is written")
    await peer.get(Tflush(6, 5), Rflush)
    await peer.say(Tread(7, 2, 0, 100))
    await case.write_pipe(b"conform\n")
    reply = await peer.reply_to(7)
    require(isinstance(reply, Rread) and reply.data == b"conform\n", reply, "what was written after the flush")


@rule(55)
async def never_overtakes(case: Case) -> None:
    """flush(5): an Rflush does not overtake a reply that was on its way; either that came before or nothing does."""
    peer = await case.peer()
    await case.open_file(peer, 2)
    for turn in range(RACES):
        await peer.say(*[Tread(10 + i, 2, 0, 2000) for i in range(8)], *[Tflush(30 + i, 10 + i) for i in range(8)])
        for i in range(8):
            await peer.reply_to(30 + i)
        peer.replies.clear()
        if turn % 50 == 0:
            await peer.fence()
    require(not peer.waiting, f"no answer to {peer.waiting}", "an answer, or Rflush")


@rule(56)
async def a_server_died(case: Case) -> None:
    """flush(5): a request to a server behind a multiplexer that has died can be flushed."""
    raise Skipped("it needs a server behind a multiplexer that may be killed")
