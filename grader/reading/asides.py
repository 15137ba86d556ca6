"""Digits in prose that claim nothing about a result: dates, times, versions, citations, numbers of sections and
notes.
"""

import re
from functools import lru_cache

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.?"
_NAMES = (
    r"gpt|claude|gemini|llama|mistral|qwen|deepseek|copilot|python|pytorch|torch|transformers|cuda|"
    r"scikit-learn|sklearn|"
    r"jupyterlab|jupyter|notebook|windows|macos|ubuntu|version|ver|modernbert|roberta|deberta|t5|v"
)
_PLACES = (
    r"sections?|sec\.|§|chapters?|chap\.|figures?|figs?\.|tables?|tab\.|equations?|eqs?\.|pages?|pp?\.|part|"
    r"parts|weeks?|lectures?|"
    r"labs?|homeworks?|hw|cells?|lines?|questions?|notes?|footnotes?|appendix|exercise|kapitel|abschnitt|"
    r"woche|seite|vorlesung|"
    r"semaine|semana|settimana|cours|leçon|clase|lezione|aula|neurips|icml|iclr|acl|emnlp|aaai|cvpr|task|"
    r"tasks|story|stories"
)
_PLACED = (
    rf"(?:\b|(?<=§))(?:{_PLACES})\s*(?:no\.?\s*|n°\s*|#\s*)?\d+(?:\.\d+)*"
    r"(?:\s*(?:,|and|und|et|–|-|to)\s*\d+(?:\.\d+)*\b)*(?![\w%])(?!\s?%)"
)
_ASIDE = re.compile(
    "|".join(
        (
            r"(?:https?://|www\.|arxiv:?\s?|doi:?\s?)\S+",
            r"\b\d{4}-\d{1,2}-\d{1,2}\b",
            r"\b\d{1,2}[./]\d{1,2}[./](?:19|20)?\d\d\b",
            rf"\b\d{{1,2}}(?:st|nd|rd|th|\.)?\s+(?:of\s+)?{_MONTH}\b(?:,?\s+(?:19|20)\d\d)?",
            rf"\b{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s+(?:19|20)\d\d)?",
            r"\b\d{1,2}:\d\d(?::\d\d)?(?:\s?[ap]\.?m\b)?",
            r"\b\d{1,2}\s?[ap]\.?m\b",
            r"\bv?\d+\.\d+\.\d+(?:\.\w+)*\b",
            rf"\b(?:{_NAMES})[\s-]?\d+(?:\.\d+)*\b",
            _PLACED,
            r"\[\d{1,3}(?:\s*[,–-]\s*\d{1,3})*\]",
            r"(?<=[\w.,)])\^\d{1,2}(?![\d.,])",
            r"\b(?:et al\.?|and colleagues|&\s\w+),?\s*\(?(?:19|20)\d\d[a-z]?\)?",
            r"\(\s?[^()\d]{0,80}\b(?:19|20)\d\d[a-z]?\s?\)",
            r"(?<![\d.,])(?:19|20)\d\d[a-z]?(?![\d%]|[.,]\d|\s?%)",
            r"\b(?:19|20)\d\d/\d\d\b",
            r"#\d+\b",
            r"\b\d{1,3}(?:st|nd|rd|th)\b",
        )
    ),
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def asides(text: str) -> tuple[tuple[int, int], ...]:
    """The spans of a sentence whose digits are none of a result's."""
    return tuple((found.start(), found.end()) for found in _ASIDE.finditer(text))
