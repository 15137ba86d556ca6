"""Messages, one at a time: an intent, a manner of writing, perhaps a second intent, the label of the log.

Every choice takes the next number of one stream, so that a seed gives the same messages everywhere.
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from typing import Any

from paribus.data.templates import Template, compile_template, render
from paribus.errors import DataError

SHARES: Mapping[str, float] = {
    "product_discovery": 0.22, "recommendation": 0.18, "product_question": 0.15, "order_tracking": 0.12,
    "faq": 0.08, "return_request": 0.07, "chitchat": 0.06, "promotion": 0.05, "checkout_help": 0.04,
    "escalation": 0.03,
}  # fmt: skip
"""Each intent's share of the messages of the months 1 to 6."""
SLICES: Mapping[str, float] = {"jargon": 0.22, "slang": 0.15, "mixed": 0.12, "two": 0.18}
"""The hard slices and their shares: at most one of jargon, slang and mixed, and two intents with any of them."""
CONFUSED: Mapping[str, str] = {
    "product_discovery": "recommendation", "recommendation": "product_discovery",
    "product_question": "product_discovery", "order_tracking": "return_request", "faq": "product_question",
    "return_request": "order_tracking", "chitchat": "recommendation", "promotion": "product_discovery",
    "checkout_help": "promotion", "escalation": "return_request",
}  # fmt: skip
"""Where a person's slip lands: the intent that labellers take for another one."""
SLIP = 0.04
"""The share of log labels that are such a slip: honest label noise."""
BAD = 0.10
"""The share of synthetic messages that have the wrong label or no sense."""
CHANNELS: Mapping[str, float] = {"app": 0.54, "web": 0.38, "voice": 0.08}
"""Where messages come from."""
STIFF = 0.18
"""The share of synthetic messages that are right and sound like nobody."""
CLOSINGS = 0.15
"""The share of messages with a closing that says nothing about the intent."""
TRIES = 200
MANNERS: Mapping[str, float] = {
    **{name: share for name, share in SLICES.items() if name != "two"},
    "plain": 1 - SLICES["jargon"] - SLICES["slang"] - SLICES["mixed"],
}
"""How messages are written, and the share of each manner."""
DRIFT = 0.02
"""How much of all messages moves to promotion and order tracking, month by month, from month 7 on."""
NEW_FROM = 7
"""From this month on titles are asked for that no earlier message names."""


@dataclass(frozen=True)
class Message:
    """One message. ``intent`` is its label in the data, ``meant`` what was meant; ``second`` is "" where one
    intent is all. ``manner`` is plain, jargon, slang or mixed (Japanese and English). ``month`` is 0 for a
    synthetic message.
    """

    text: str
    intent: str
    meant: str
    manner: str
    second: str = ""
    month: int = 0
    channel: str = "web"

    def in_slice(self, name: str) -> bool:
        """Whether the message belongs to a hard slice."""
        return bool(self.second) if name == "two" else self.manner == name


@dataclass(frozen=True)
class Phrases:
    """The sentences of phrases.toml."""

    raw: Mapping[str, Any] = field(
        default_factory=lambda: tomllib.loads(files("intents").joinpath("phrases.toml").read_text(encoding="utf-8"))
    )

    @cached_property
    def compiled(self) -> dict[tuple[str, str, bool], tuple[Template, ...]]:
        """(intent, manner, whether new titles are asked for) → templates."""
        slots = {name: list(words) for name, words in self.raw["slots"].items()}
        later = {**slots, "title": [*slots["title"], *slots["newtitle"] * 3]}
        return {
            (intent, manner, new): tuple(compile_template(text, later if new else slots) for text in texts)
            for intent, manners in self.raw["intent"].items()
            for manner, texts in manners.items()
            for new in (False, True)
        }

    @cached_property
    def closings(self) -> tuple[Template, ...]:
        """What may come at the end."""
        return tuple(compile_template(text, self.raw["slots"]) for text in self.raw["closing"]["texts"])


def shares_in(month: int) -> dict[str, float]:
    """Each intent's share in a month: from month 7 on discovery gives DRIFT a month to promotions and tracking."""
    moved = DRIFT * max(0, month - NEW_FROM + 1)
    shares = dict(SHARES)
    shares["product_discovery"] -= moved
    shares["promotion"] += moved / 2
    shares["order_tracking"] += moved / 2
    return shares


def write(phrases: Phrases, month: int, draw: Callable[[], int], seen: set[str]) -> Message:
    """The next message of a month, with the label that the log carries, and with a text that was not seen before.

    What it is about is drawn first. A text that was seen is worded anew, with a closing, so that repeats change no
    share.
    """
    intent = _pick(shares_in(month), draw)
    manner = _pick(MANNERS, draw)
    others = {name: share for name, share in SHARES.items() if name not in (intent, "chitchat")}
    second = _pick(others, draw) if _share(draw) < SLICES["two"] else ""
    channel = _pick(CHANNELS, draw)
    label = CONFUSED[intent] if _share(draw) < SLIP else intent

    def say(again: bool) -> str:
        text = _say(phrases, intent, manner, month, draw)
        if second:
            words = phrases.raw["join"]["words"]
            text += words[draw() % len(words)] + _lower(_say(phrases, second, "plain", month, draw))
        if again or _share(draw) < CLOSINGS:
            text += _one_of(phrases.closings, draw)
        return _spoken(text) if channel == "voice" else text

    return Message(_unseen(say, seen), label, intent, manner, second, month, channel)


def write_synthetic(phrases: Phrases, draw: Callable[[], int], seen: set[str]) -> Message:
    """A message as a language model wrote it when it was asked for examples of rare intents: stiff, or bad."""
    intent = _pick({name: 1.0 / share for name, share in SHARES.items()}, draw)
    kind = _share(draw)

    def say(again: bool) -> str:
        body = _say(phrases, intent, "plain", 1, draw) + (_one_of(phrases.closings, draw) if again else "")
        if kind < BAD / 2:
            return _wrapped(phrases, "senseless", body, draw)
        return _wrapped(phrases, "stiff", body, draw) if kind < BAD + STIFF else body

    label = CONFUSED[intent] if BAD / 2 <= kind < BAD else intent
    return Message(_unseen(say, seen), label, "" if kind < BAD / 2 else intent, "plain")


def _unseen(say: Callable[[bool], str], seen: set[str]) -> str:
    """The first text of ``say`` that was not seen, which it then is; case and spaces do not tell texts apart."""
    for again in (False, *(True,) * TRIES):
        text = say(again)
        key = " ".join(text.lower().split())
        if key not in seen:
            seen.add(key)
            return text
    raise DataError(f"{TRIES} wordings of one kind of message were all written before. Ask for a smaller size.")


def _say(phrases: Phrases, intent: str, manner: str, month: int, draw: Callable[[], int]) -> str:
    text = _one_of(phrases.compiled[intent, manner, month >= NEW_FROM], draw)
    return " ".join(text.replace(" ?", "?").split())


def _one_of(templates: Sequence[Template], draw: Callable[[], int]) -> str:
    """The text of one of the templates."""
    parts: list[str] = []
    render(templates[draw() % len(templates)], draw, parts)
    return "".join(parts)


def _wrapped(phrases: Phrases, kind: str, body: str, draw: Callable[[], int]) -> str:
    wraps = phrases.raw["synthetic"][kind]
    return _one_of([compile_template(wraps[draw() % len(wraps)], {"body": [_lower(body)]})], draw)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _spoken(text: str) -> str:
    """As a speech recogniser writes it: no capitals and no signs."""
    return "".join(letter for letter in text.lower() if letter not in "?!,.:;—'")


def _share(draw: Callable[[], int]) -> float:
    """A number in [0, 1)."""
    return draw() / 2**31


def _pick(shares: Mapping[str, float], draw: Callable[[], int]) -> str:
    """A name, each as often as its share."""
    left = _share(draw) * sum(shares.values())
    for name, share in shares.items():
        left -= share
        if left < 0:
            return name
    return list(shares)[-1]


def texts_of(messages: Sequence[Message]) -> tuple[str, ...]:
    """The texts, in order."""
    return tuple(message.text for message in messages)
