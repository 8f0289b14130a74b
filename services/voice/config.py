"""What can be set for the voice service: flags, environment (VOICE_…) and .env name the same fields."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_settings import SettingsConfigDict

from ninep.service import ServiceConfig
from voice.devices import Device, Null, WavFile
from voice.soundcard import SoundCard


def open_device(text: str) -> Device:
    """The device that a setting names; ValueError if it names none.

    `file:IN.wav,OUT.wav` is two files, for the microphone and for the loudspeaker: only the latter is served as yet.
    """
    match text.partition(":"):
        case ("default", "", ""):
            return SoundCard()
        case ("null", "", ""):
            return Null()
        case ("file", _, files) if files.rpartition(",")[2]:
            return WavFile(Path(files.rpartition(",")[2]))
    raise ValueError(f"{text!r} is no device; write default, null, file:OUT.wav or file:IN.wav,OUT.wav")


def _names_a_device(text: str) -> str:
    open_device(text)
    return text


class Config(ServiceConfig):
    """Speaks what is written to a file."""

    model_config = SettingsConfigDict(env_prefix="VOICE_")

    device: Annotated[str, AfterValidator(_names_a_device)] = Field(
        "default",
        title="DEVICE",
        description="where sound goes: default, null (nobody hears it), file:OUT.wav or file:IN.wav,OUT.wav",
    )
