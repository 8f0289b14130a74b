"""The promises of 9P2000 as tests of any server: 60 rules, each a small conversation over a connection of its own.

    async for result in conform("unix!/tmp/ns.me/mux"):
        print(*report.lines(result), sep="\\n")

The rules are in `session`, `framing`, `walk`, `io`, `stat`, `qids`, `flush` and `clunk`, numbered as they are reported.
"""
