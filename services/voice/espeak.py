"""espeak-ng: speech without a network, without a key, in a hundred languages; robotic, and fast (100 times real time).

Every phrase is one short-lived process with an argument list. The text goes to its stdin, so no text can become an
option or a command.
"""

from __future__ import annotations

import re
import shutil
import struct
import subprocess

import trio

from ninep import FileError

PROGRAM = "espeak-ng"
TIMEOUT = 20.0  # seconds for one phrase, which takes it about 0.02
_NAME = re.compile(r"[A-Za-z][\w+-]*")  # a path would make it read any file as a voice
_HEADER = 44  # bytes of RIFF header before the samples; the sizes in it are not filled in, as stdout cannot be rewound


class Espeak:
    """The engine: one process for each phrase."""

    rate = 22050

    def trouble(self) -> str:
        """Why it cannot speak: it is not installed."""
        return "" if shutil.which(PROGRAM) else f"no speech: {PROGRAM} is missing; install the package espeak-ng"

    async def check(self, voice: str) -> None:
        """FileError unless espeak-ng knows the voice (`en`, `de`, `en-us+f3`)."""
        if not _NAME.fullmatch(voice) or (await _run("-q", "-v", voice)).returncode:
            raise FileError(f"there is no voice {voice}; try en-us, de or en+f3 (espeak-ng --voices lists them all)")

    async def sound(self, phrase: str, voice: str, speed: int) -> bytes:
        """The phrase as samples; FileError if the voice is not one of espeak-ng's own, which all have one rate."""
        done = await _run("--stdout", "-b", "1", "-v", voice, "-s", str(speed), text=phrase)
        if done.returncode or len(done.stdout) < _HEADER:
            reason = done.stderr.decode(errors="replace").strip().partition("\n")[0]
            raise FileError(f"{PROGRAM} failed: {reason or f'exit status {done.returncode}'}")
        (rate,) = struct.unpack_from("<I", done.stdout, 24)  # RIFF WAVE, "fmt ": samples a second
        if rate != self.rate:
            raise FileError(f"the voice {voice} has {rate} samples a second; choose one that has {self.rate}")
        return done.stdout[_HEADER:]


async def _run(*options: str, text: str = "") -> subprocess.CompletedProcess[bytes]:
    try:
        with trio.fail_after(TIMEOUT):
            return await trio.run_process(
                [PROGRAM, "--stdin", *options],
                stdin=text.encode(),
                capture_stdout=True,
                capture_stderr=True,
                check=False,
            )
    except FileNotFoundError:
        raise FileError(Espeak().trouble()) from None
    except trio.TooSlowError:
        raise FileError(f"{PROGRAM} did not answer within {TIMEOUT:g} s") from None
