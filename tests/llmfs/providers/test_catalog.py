"""Which providers there are, which one an agent gets, and what is said when it cannot have one."""

import subprocess
import sys
from typing import Any, get_args

import pytest

from llmfs.providers import ALIASES, ProviderSettings, choose, make
from llmfs.providers.endpoint import Endpoint
from llmfs.providers.openai import OpenAI
from llmfs.providers.presets import PRESETS
from ninep import FileError

KEYS = {
    "anthropic": "ANTHROPIC_API_KEY",
    "openai": "OPENAI_API_KEY",
    "gemini": "GEMINI_API_KEY",
    "groq": "GROQ_API_KEY",
    "cerebras": "CEREBRAS_API_KEY",
    "openrouter": "OPENROUTER_API_KEY",
    "moonshot": "MOONSHOT_API_KEY",
    "xai": "XAI_API_KEY",
}


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have keys."""
    for name in ProviderSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.delenv("GOOGLE_API_KEY", raising=False)


def settings(**given: Any) -> ProviderSettings:
    """From the environment and these, without any file."""
    return ProviderSettings(_env_file=None, **given)


def test_sketch_is_always_there_and_last() -> None:
    """Preference is the order: the big houses, a server of one's own, the presets, and what needs nothing."""
    names = list(make(settings()))

    assert names[:3] == ["anthropic", "openai", "openai-compatible"]
    assert names[3:-1] == [preset.name for preset in PRESETS]
    assert names[-1] == "sketch"


def test_without_any_key_it_is_sketch() -> None:
    """And the reason says that it is no language model."""
    provider, why = choose(make(settings()), None)

    assert provider.name == "sketch"
    assert "not a language model" in why


@pytest.mark.parametrize(("name", "variable"), KEYS.items())
def test_a_key_in_the_environment_makes_its_provider_the_choice(
    name: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Set by its usual name, with the line end that a file brings along; before, the sentence says what is missing."""
    assert make(settings())[name].usable() == f"{name} needs {variable} in the environment of llmfs"

    monkeypatch.setenv(variable, "sk-planted\n")
    provider, why = choose(make(settings()), None)

    assert (provider.name, why) == (name, "the first provider that is ready")
    assert provider.usable() is None


def test_gemini_takes_googles_name_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both names are usual."""
    monkeypatch.setenv("GOOGLE_API_KEY", "k")

    assert choose(make(settings()), None)[0].name == "gemini"


def test_an_empty_key_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """`ANTHROPIC_API_KEY=` in an environment file is how people leave one out."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "  ")

    assert choose(make(settings()), None)[0].name == "sketch"


def test_preference_among_several() -> None:
    """Anthropic before OpenAI before a server of one's own before the presets."""
    given = {"groq_api_key": "k"}
    assert choose(make(settings(**given)), None)[0].name == "groq"
    given["openai_compatible_base_url"] = "http://127.0.0.1:1/v1"
    assert choose(make(settings(**given)), None)[0].name == "openai-compatible"
    given["openai_api_key"] = "k"
    assert choose(make(settings(**given)), None)[0].name == "openai"
    given["anthropic_api_key"] = "k"
    assert choose(make(settings(**given)), None)[0].name == "anthropic"


def test_what_was_asked_for() -> None:
    """A local server is taken at its user's word; a provider without its key is refused by its sentence."""
    providers = make(settings())

    assert choose(providers, "ollama")[0].name == "ollama"
    assert choose(providers, "sketch") == (providers["sketch"], "as asked")
    with pytest.raises(FileError, match=r"^anthropic needs ANTHROPIC_API_KEY in the environment of llmfs$"):
        choose(providers, "anthropic")


def test_what_does_not_exist() -> None:
    """The refusal lists what there is, and knows when a model was meant."""
    providers = make(settings())

    with pytest.raises(FileError, match=r"^no provider clod; there are: anthropic openai .* sketch$"):
        choose(providers, "clod")
    with pytest.raises(FileError, match=r"^no provider opus; opus is a model of anthropic; there are: "):
        choose(providers, "opus")


def test_nothing_ready() -> None:
    """With no sketch among them, all that is missing is said."""
    providers = {name: provider for name, provider in make(settings()).items() if name in ("anthropic", "openai")}

    with pytest.raises(FileError, match=r"no provider is ready: anthropic needs .*; openai needs "):
        choose(providers, None)


def test_aliases_lead_to_providers() -> None:
    """Every short name means a provider that exists and a model that it names."""
    providers = make(settings())

    for provider, model in ALIASES.values():
        assert model in providers[provider].models
    assert {"sonnet", "opus", "haiku", "gpt", "flash", "kimi", "local"} <= set(ALIASES)


def test_the_named_models_exist() -> None:
    """The big houses' SDKs list their models; ours are among them."""
    from anthropic.types import Model
    from openai.types import ChatModel

    anthropic_models = set(get_args(get_args(Model)[0]))
    providers = make(settings())

    assert set(providers["anthropic"].models) <= anthropic_models
    assert set(providers["openai"].models) <= set(get_args(ChatModel))


@pytest.mark.parametrize(
    ("given", "speech"),
    [
        ({}, "Responses"),
        ({"openai_base_url": "https://api.openai.com/v1/"}, "Responses"),
        ({"openai_base_url": "http://127.0.0.1:1/v1"}, "ChatCompletions"),
        ({"openai_base_url": "http://127.0.0.1:1/v1", "openai_wire_api": "responses"}, "Responses"),
        ({"openai_wire_api": "chat"}, "ChatCompletions"),
    ],
)
def test_openai_speaks_to_each_place_as_it_understands(given: dict[str, Any], speech: str) -> None:
    """Responses at OpenAI itself, Chat Completions at an address of someone else, unless told otherwise."""
    provider = make(settings(**given))["openai"]

    assert isinstance(provider, OpenAI)
    assert type(provider.speech).__name__ == speech


def test_nothing_is_imported_before_it_is_needed() -> None:
    """The SDKs and their HTTP cost a second and 75 MiB: a service whose agents all sketch pays nothing."""
    program = (
        "import sys; from llmfs.providers import *; p = make(ProviderSettings(anthropic_api_key='k')); "
        "[one.usable() for one in p.values()]; print({'anthropic', 'openai', 'httpx2'} & sys.modules.keys())"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)

    assert found.stdout.strip() == "set()"


def test_an_address_is_shown_without_its_password() -> None:
    """A proxy's password is no less secret than a key."""
    endpoint = Endpoint("x", "http://user:secret@127.0.0.1:8080/v1")

    assert endpoint.place == "http://127.0.0.1:8080"
