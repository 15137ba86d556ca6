"""What a student lists as changed and as held constant, held against the configurations that the records hold."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.evidence.runs import Run
from grader.evidence.settings import fits, loose_names, other_seeds, other_settings, steps_of, value_words
from grader.reading import vocabulary
from grader.reading.notation import plain
from grader.reading.nouns import ITEMS
from grader.reading.numbers import Number, find_numbers
from grader.reading.vocabulary import Mention, Phrases
from paribus.experiments.one_change import Comparison, Difference
from paribus.records.simple import is_number

_EXCEPT = re.compile(
    r"\b(?:except|apart from|other than|but not|but the|besides|aside from|not|no|n't|unlike|instead of|"
    r"without|save|out of|beside|"
    r"außer|sauf|excepto|salvo|tranne|except for|only)\b[^,;.]{0,40}$",
    re.IGNORECASE,
)
_AFTERWARDS = re.compile(
    r"^[^,;.]{0,60}\b(?:changed|was not|were not|is not|wasn't|isn't|not held|varied|differs?|"
    r"(?:is|are) (?:the|my|our) (?:only |one )?(?:change|knob|difference|variable))\b",
    re.IGNORECASE,
)
_JOINT = re.compile(
    r"[\s:=(≈~\[]*(?:(?:share|ratio|value|of|is|was|at|to|as|=|:|von|de|di)\b\s*)?(?:of\b|is\b|"
    r"was\b)?[\s:=(\[`\"']*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class OtherValue:
    """A setting that is listed with another value than the recorded one."""

    name: str
    written: str
    recorded: Any


def named_settings(text: str, comparison: Comparison) -> list[Mention]:
    """The settings that a text names, by the vocabulary's words and by the names that the records have for them."""
    own = {
        name
        for name in (*comparison.settings, *(item.name for item in comparison.changes if item.kind == "setting"))
        if name not in vocabulary.vocabulary()["settings"]
    }
    found = vocabulary.find_all("settings", text)
    if own:
        spoken = Phrases((spelled, name) for name in sorted(own) for spelled in (name, name.replace("_", " ")))
        taken = [(item.start, item.end) for item in found]
        found += [
            Mention(min(names), start, end)
            for start, end, names in spoken.find(text)
            if not any(start < b and a < end for a, b in taken)
        ]
    return sorted((item for item in found if not _are_a_models(item, text)), key=lambda item: item.start)


_FIRST_WEIGHTS = re.compile(
    r"(?:\b(?:initial|starting|start|first|pretrained|pre-trained|model|network|encoder|random|trained)(?:'s)?|"
    r"\b(?:initiali[sz]ation|init) of (?:the )?)\s+$",
    re.IGNORECASE,
)
_WEIGHTS_OF = re.compile(
    r"\s*(?:at (?:the )?(?:start|beginning)|before training|of (?:the )?(?:model|encoder|network|head)|"
    r"(?:and|,) (?:the )?order|(?:are |were )?(?:re)?loaded|from (?:the )?(?:seed|checkpoint))",
    re.IGNORECASE,
)


def _are_a_models(mention: Mention, text: str) -> bool:
    """“The weights at the start” are a model's, and no weights of classes."""
    if mention.name != "class_weights" or text[mention.start : mention.end].lower() != "weights":
        return False
    return bool(_FIRST_WEIGHTS.search(text[: mention.start]) or _WEIGHTS_OF.match(text[mention.end :]))


def wrongly_held(text: str, comparison: Comparison) -> list[Difference]:
    """The recorded differences that a text lists as held constant, its exceptions left out."""
    text = plain(text)
    found = []
    for difference in comparison.changes:
        name = difference.name if difference.kind == "setting" else difference.kind
        for mention in named_settings(text, comparison):
            if (
                mention.name != name
                or _is_told_changed(mention, text)
                or _EXCEPT.search(text[: mention.start])
                or _AFTERWARDS.match(text[mention.end :])
            ):
                continue
            if name == "code" or _is_of_another(mention, text) or not _is_listed(mention, text):
                continue
            found.append(difference)
            break
    return found


_CHANGES = re.compile(
    r"\b(?:touch\w*|chang\w*|var(?:y|ied|ies)|turn(?:ed|s)?|mov(?:e|ed|es)|alter\w*|modif\w*|differ\w*|"
    r"tun(?:e|ed)|(?:only|one|single|sole) (?:thing|knob|variable|factor|setting|difference|change)|"
    r"geändert|verändert|variiert|angefasst|modifi\w*|cambi\w*|toqu\w*|toccat\w*|mud(?:ei|ado|ou)|alter\w*|változ\w*|zmieni\w*)\b|"
    r"измен\w+|меня\w+|改变|改动|变化|更改",
    re.IGNORECASE,
)
_DENIES = re.compile(
    r"\b(?:not|no|nothing|none|never|neither|un\w+|\w+n't|nicht|nichts|pas|rien|ne|nada|non|niente|não|nem|nie)\b|"
    r"не |ничего|没|不",
    re.IGNORECASE,
)


def _is_told_changed(mention: Mention, text: str) -> bool:
    """Its own sentence says that it is what was changed: "Everything. The rate is the only thing I touched"."""
    start = (
        max((text.rfind(mark, 0, mention.start) for mark in (". ", ";", ":", "\n", " – ", " — ")), default=-1) + 1
    )
    end = re.search(r"[.;\n]|\s[–—]\s|,", text[mention.end :])
    sentence = text[start : mention.end + end.start() if end else len(text)]
    return _CHANGES.search(sentence) is not None and _DENIES.search(sentence) is None


_BEFORE_ITEM = re.compile(
    r"(?:^|[,;:(|/&+•\n.–—-]|\band|\bof|\bwith|\bwere|\bwas|\bis|\bare)\s*(?:(?:the|same|both|all|my|our|a|one|"
    r"fixed)\s+)*(?:(?:n|num|max|nb)_)?$",
    re.IGNORECASE,
)
_AFTER_ITEM = re.compile(
    r"\s*(?:[,;.)(|/&+=:\n–—-]|and\b|$|\d|at\b|of\b|stay|remain|same|constant|were\b|was\b|are\b|is\b|fixed|"
    r"plus\b|unchanged)",
    re.IGNORECASE,
)


def _is_listed(mention: Mention, text: str) -> bool:
    """The setting is an item of a list, and no part of a remark ("if I divide 300 by the batch size")."""
    return (
        _BEFORE_ITEM.search(text[: mention.start]) is not None
        and _AFTER_ITEM.match(text[mention.end :]) is not None
    )


def loosely_held(text: str, comparison: Comparison, runs: Sequence[Run], vary: str) -> str:
    """What a text lists as held constant otherwise than the runs, in looser words than `wrongly_held` and
    `other_value` read: why, or "".
    """
    text = plain(text)
    varied = {item.name for item in comparison.changes if item.kind == "setting"} | {vary}
    for mention in (*vocabulary.find_all("synonyms", text), *_with_values(text), *_by_their_names(text, varied)):
        excepted = _EXCEPT.search(text[: mention.start]) or _AFTERWARDS.match(text[mention.end :])
        part = _PART_OF.match(text[mention.end :]) is not None
        if mention.name in varied and not excepted and not part and _is_listed(mention, text):
            words = text[mention.start : mention.end]
            return f"the text lists {words!r} as held constant, and the arms differ in {mention.name}"
    for said, known in other_settings(text, runs, vary):
        word = said.text.partition(" ")[0]
        named = max(0, text.rfind(word, 0, said.start + len(word)))
        if not _EXCEPT.search(text[: said.start]) and not _PER_ONE.search(text[:named]):
            shown = " and ".join("none" if value is None else str(value) for value in known)
            return f"the text lists {said.text!r}, and the runs had {said.name} {shown}"
    return other_seeds(text, runs)


def loosely_named(text: str, comparison: Comparison) -> list[str]:
    """The settings that a text names in looser words, such as those of other languages, and that the records show
    unchanged.
    """
    changed = {item.name for item in comparison.changes}
    names = (item.name for item in loose_names(plain(text)))
    return list(dict.fromkeys(name for name in names if name in comparison.settings and name not in changed))


_TURNS = re.compile(
    r"\s*[\"'`)]*\s*(?:→|->|=>|to\b|in the (?:first|baseline|other)|for the (?:first|baseline)|"
    r"and then|then\b|(?:is|was) (?:only )?(?:of |in )?(?:the |that of the )?(?:baseline|first))",
    re.IGNORECASE,
)


def _with_values(text: str) -> Iterator[Mention]:
    """Settings that are listed with a value that is a word, as one item: "class weights none"."""
    for mention in vocabulary.find_all("settings", text):
        if mention.name not in vocabulary.names("setting_values"):
            continue
        for start, end, _ in value_words(mention.name).find(text):
            if (
                start >= mention.end
                and not text[mention.end : start].strip(" :=(")
                and not _TURNS.match(text[end:])
            ):
                yield Mention(mention.name, mention.start, end)


_NOUN = r"(?: (?:layers?|modules?|matrices|values?|sizes?|settings?))?"


def _by_their_names(text: str, names: Iterable[str]) -> Iterator[Mention]:
    """Settings by the words of the name that the records have for them, one or many: "LoRA target layers"."""
    for name in sorted(names):
        words = [rf"{re.escape(word.removesuffix('s'))}\w{{0,2}}" for word in name.split("_")]
        if len(words) < 2 or name in vocabulary.names("settings"):
            continue
        spoken = r"[\s_-]+".join(words)
        for hit in re.finditer(rf"(?<!\w){spoken}{_NOUN}(?!\w)", text, re.IGNORECASE):
            yield Mention(name, hit.start(), hit.end())


_PART_OF = re.compile(
    r"\W*(?:order|ordering|sampling|sampler|shuffl\w*|sequence|drawn|composition|schedule|"
    rf"of (?:the )?(?:training|text|{ITEMS}|run|memo)|an epoch|per epoch|norm)",
    re.IGNORECASE,
)
_UPDATES = re.compile(
    r"\b(?:optimi[sz](?:er|ation) |gradient |weight |training |parameter )?"
    r"(?:steps|updates)\b(?! an? epoch)|"
    r"\bhow (?:many times|often) the (?:optimi[sz]er|weights|model) "
    r"(?:stepped|steps|(?:is|was|are|were) updated)\b",
    re.IGNORECASE,
)


def wrongly_held_outcome(text: str, baseline: Run, changed: Run) -> str:
    """Updates that a text lists as held constant although the arms made different numbers of them, and why."""
    text = plain(text)
    hit = _UPDATES.search(text)
    before, after = steps_of(baseline), steps_of(changed)
    if hit is None or before is None or after is None or before == after:
        return ""
    around = text[max(0, hit.start() - 60) : hit.end() + 60]
    if _EXCEPT.search(text[: hit.start()]) or re.search(
        r"\b(?:not|half|halv\w*|twice|doubl\w*|more|fewer|less|chang\w*|differ\w*|follow\w*|necessar\w*|"
        r"goes? with|depend\w*|var(?:y|ies)|except|but|consequence|"
        r"of course|larger|smaller|grows?|falls?|rises?|derived|cannot|can't)\b",
        around,
        re.IGNORECASE,
    ):
        return ""
    return f"the text lists {hit[0]!r} as held constant, and the arms made {before} and {after}"


_ROWS = re.compile(
    r"\b(\d{2,3}(?:[,.]\d{3})?|\d{3,6})\s*(?:training |train |labelled )*"
    rf"{ITEMS}\b",
    re.IGNORECASE,
)


def other_rows(text: str, arms: Iterable[Run]) -> str:
    """A number of training rows that is listed and that no run had, and why; "" where nothing is wrong."""
    known = {
        int(chosen) if isinstance(chosen := run.setting("train_rows"), int) else run.data.train_rows
        for run in arms
        if run.data is not None
    }
    hit = _ROWS.search(plain(text))
    if (
        hit is None
        or not known
        or re.search(
            r"valid|held[- ]out|test|\b(?:part|subset|some|out) of the\b",
            plain(text)[max(0, hit.start() - 40) : hit.end() + 40],
            re.IGNORECASE,
        )
    ):
        return ""
    rows = int(re.sub(r"[,.]", "", hit[1]))
    if rows in known or rows < max(known) / 3:
        return ""
    return (
        f"the text lists {hit[0]!r}, and the runs trained on {', '.join(str(size) for size in sorted(known))} rows"
    )


def _is_of_another(mention: Mention, text: str) -> bool:
    """The word belongs to something else: "the weights of the model", "the rank of the LoRA targets"."""
    if re.search(r"\b(?:ranks?|scale|number) of (?:the )?$", text[: mention.start].lower()):
        return True
    after = text[mention.end : mention.end + 24].lower()
    return re.match(r"\s*(?:of (?:the )?(?:model|encoder|network)|decay|initiali[sz]ation)", after) is not None


_PER_ONE = re.compile(r"\b(?:per|each|every|an|pro|je|par|chaque|por|cada|ogni|na|за|в)\s+$", re.IGNORECASE)


def other_value(text: str, settings: Mapping[str, Any], comparison: Comparison) -> OtherValue | None:
    """The first setting that is listed with another number than the recorded one.

    A number belongs to the setting right before it, or to the unit right after it ("2 epochs"); where anything
    else is between them, to neither. A setting that is given its recorded number as well ("batch size 32, in
    two batches of 16") says nothing else.
    """
    text = plain(text)
    mentions = named_settings(text, comparison)
    numbers = find_numbers(text)
    agreed: set[str] = set()
    others: list[OtherValue] = []
    for mention in mentions:
        recorded = settings.get(mention.name)
        if _PER_ONE.search(text[: mention.start]):
            continue  # "the number of steps per epoch (6)"
        if not is_number(recorded):
            continue
        number = next((item for item in numbers if item.start >= mention.end), None)
        before = next(
            (
                item
                for item in numbers
                if item.end <= mention.start and not text[item.end : mention.start].strip(" -‑")
            ),
            None,
        )
        if mention.name == "epochs" and before is not None and before.whole and isinstance(recorded, int):
            if fits(before, recorded):
                agreed.add(mention.name)
            elif not before.percent:
                others.append(OtherValue(mention.name, before.text, recorded))
            continue
        if number is None or not _JOINT.fullmatch(text[mention.end : number.start]):
            continue
        if number.spelled and not isinstance(recorded, int):
            continue  # "two thousandths"
        if fits(number, recorded):
            agreed.add(mention.name)
        elif not _goes_on(number, text, mentions, numbers):
            others.append(OtherValue(mention.name, number.text, recorded))
    return next((other for other in others if other.name not in agreed), None)


def _goes_on(number: Number, text: str, mentions: Sequence[Mention], numbers: Sequence[Number]) -> bool:
    """The number is another setting's ("epochs, 0.002 learning rate"), or one of several values."""
    following = next((item for item in mentions if item.start >= number.end), None)
    if following is not None and not text[number.end : following.start].strip(" -)"):
        return True
    after = next((item for item in numbers if item.start > number.start), None)
    if after is not None and any(
        item.start >= after.end and not text[after.end : item.start].strip(" -‑") for item in mentions
    ):
        return False  # "lr 0.001, 2 epochs": the next number is the next setting's
    return (
        after is not None
        and re.fullmatch(r"\s*(?:,|/|and|&|to|–|-|→|->|or|vs\.?)\s*", text[number.end : after.start]) is not None
    )
