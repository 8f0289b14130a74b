"""A service is configured by flags, environment and `.env`, and says in one line what is wrong with them."""

from pathlib import Path
from typing import Annotated

import pytest
from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import CliPositionalArg, SettingsConfigDict

from ninep.config import ServiceConfig, Words, read_config, settings


class Config(ServiceConfig):
    """A display as files.

    What follows is for programmers.
    """

    model_config = SettingsConfigDict(env_prefix="RIO_")

    frames: Annotated[int, Field(ge=1)] = Field(60, title="N", description="frames a second, at 100% load")
    headless: bool = Field(False, description="open no window")
    gemini_api_key: SecretStr | None = Field(
        None, validation_alias=AliasChoices("GEMINI_API_KEY", "GOOGLE_API_KEY"), description="the key of Gemini"
    )
    mounts: CliPositionalArg[Words] = Field(default_factory=list, title="NAME=ADDRESS", description="what to mount")


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting but the test's own."""
    monkeypatch.chdir(tmp_path)
    for setting in settings(Config):
        for variable in setting.variables:
            monkeypatch.delenv(variable, raising=False)


def read(*argv: str) -> Config:
    return read_config(Config, "rio", argv)


def refusal(capsys: pytest.CaptureFixture[str], *argv: str) -> list[str]:
    """The lines with which a configuration is refused."""
    with pytest.raises(SystemExit) as exit:
        read(*argv)
    assert exit.value.code == 2
    return capsys.readouterr().err.splitlines()


def test_without_a_word_there_are_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    """The state lies where the XDG directories say."""
    monkeypatch.setenv("XDG_STATE_HOME", "/var/state")
    config = read()
    assert (config.frames, config.headless, config.listen, config.tcp, config.log) == (60, False, [], False, "text")
    assert config.state == Path("/var/state/peribus/rio")
    assert not config.open_to_network


def test_flags_win_over_the_environment_and_that_over_dotenv(monkeypatch: pytest.MonkeyPatch) -> None:
    """All three name the same fields."""
    Path(".env").write_text("RIO_FRAMES=10\nLOG=json\nRIO_HEADLESS=yes\nOTHERS_THING=1\n")
    config = read()
    assert (config.frames, config.log, config.headless) == (10, "json", True)
    monkeypatch.setenv("RIO_FRAMES", "20")
    assert read().frames == 20
    assert read("--frames", "30").frames == 30
    assert not read("--no-headless").headless


def test_lists_are_written_as_people_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several flags, commas, blanks."""
    assert read("--listen", "/run/a", "--listen", "box:1, box:2").listen == ["/run/a", "box:1", "box:2"]
    monkeypatch.setenv("RIO_LISTEN", "unix!/run/a tcp!127.0.0.1!5641")
    assert read().listen == ["unix!/run/a", "tcp!127.0.0.1!5641"]
    assert read("a=box:1", "b=box:2").mounts == ["a=box:1", "b=box:2"]


def test_a_secret_is_never_a_flag(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Every user of the machine reads command lines; a secret comes by the environment, under any of its names."""
    assert refusal(capsys, "--gemini-api-key", "s3cret")[0].startswith("rio: unrecognized arguments: --gemini-api-key")
    monkeypatch.setenv("GOOGLE_API_KEY", "s3cret")
    config = read()
    assert config.gemini_api_key is not None
    assert config.gemini_api_key.get_secret_value() == "s3cret"
    assert "s3cret" not in repr(config)


def test_what_is_wrong_is_said_in_one_line_each(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the names under which it can be set right."""
    monkeypatch.setenv("RIO_FRAMES", "many")
    lines = refusal(capsys, "--log", "xml", "--listen", "tls!box!1")
    assert len(lines) == 3
    assert any(line.startswith("rio: --frames or RIO_FRAMES: input should be a valid integer") for line in lines)
    assert "rio: --log or LOG: input should be 'text' or 'json', not 'xml'" in lines
    assert any(line.startswith("rio: --listen or RIO_LISTEN: tls!box!1: tls is not available") for line in lines)


def test_a_variable_that_is_no_setting_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever wrote it believes that it holds; what a cluster puts there by itself was written by nobody."""
    monkeypatch.setenv("RIO_STAET", "/var/state")
    Path(".env").write_text("RIO_COLOUR=red\nRIOT=1\n")
    assert refusal(capsys) == [
        "rio: RIO_COLOUR is not a setting; --help lists what there is",
        "rio: RIO_STAET is not a setting; did you mean RIO_STATE?",
    ]
    monkeypatch.delenv("RIO_STAET")
    Path(".env").unlink()
    for name in ("RIO_SERVICE_HOST", "RIO_SERVICE_PORT_9P", "RIO_PORT", "RIO_PORT_5641_TCP_ADDR"):
        monkeypatch.setenv(name, "10.0.0.1")
    assert read().frames == 60


def test_an_unknown_flag_is_refused_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """No usage text of half a screen, and no guessing from the first letters."""
    assert refusal(capsys, "--fram=3") == [
        "rio: unrecognized arguments: --fram=3; rio --help lists what there is",
    ]


def test_help_is_made_from_the_model(capsys: pytest.CaptureFixture[str]) -> None:
    """Flags, what they mean, their defaults, and the environment; not what is for programmers."""
    with pytest.raises(SystemExit) as exit:
        read("--help")
    assert exit.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "A display as files." in text
    assert "--frames N frames a second, at 100% load (60)" in text
    assert "GEMINI_API_KEY GOOGLE_API_KEY" in text
    assert "--gemini" not in text
    assert "programmers" not in text


def test_the_state_directory_is_made_when_it_is_needed(tmp_path: Path) -> None:
    """For this user alone; and if it cannot be, that is one sentence."""
    config = Config(state=tmp_path / "deep" / "state")
    assert not config.state.exists()
    assert config.make_state().stat().st_mode & 0o777 == 0o700
    assert config.make_state() == config.state
    with pytest.raises(OSError, match=r"--state /proc/none/such: "):
        Config(state=Path("/proc/none/such")).make_state()
