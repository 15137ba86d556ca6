"""The many notations of one number brought to one: LaTeX, other digits, other widths, raised powers.

What is left is text in which `grader.reading.numbers` finds every number, at the precision in which it was written.
"""

import re
import unicodedata
from functools import lru_cache

_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_RAISED_RUN = re.compile(r"[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\u00ad\ufeff\u202a-\u202e\u2066-\u2069]")
_WIDE = {
    "，": ", ",
    "、": ", ",
    "；": "; ",
    "：": ": ",
    "（": " (",
    "）": ") ",
    "。": ". ",
    "％": "%",
    "～": "–",
    "٫": ".",
    "٬": ",",
}
_TERMS = re.compile(
    " ?(准确率|宏平均|宏|加权|验证损失|训练损失|验证集|基线|编码器|头部|中部|尾部|"
    "正解率|精度|マクロ|エンコーダ|ベースライン|検証損失|정확도) ?"
)
"""Words of scripts that set no blanks between words, which are looked for word by word; blanks are set once."""
_DOT = re.compile(r"(?<=\d)[·‧∙⋅](?=\d)(?!10\s?\^)")
_ARGUMENT = re.compile(
    r"\\(?:text|textbf|textit|texttt|emph|mathrm|mathbf|mathit|mathsf|operatorname|mathbb|mathcal|mbox|bar|"
    r"overline|hat)"
    r"\s?\{([^{}]{0,200})\}"
)
_FRACTION = re.compile(r"\\[dt]?frac\s?\{([^{}]{0,200})\}\s?\{([^{}]{0,200})\}")
_SYMBOLS = {
    "cdot": "×", "times": "×", "pm": "±", "mp": "±", "to": "→", "rightarrow": "→", "longrightarrow": "→",
    "mapsto": "→", "Rightarrow": "→", "approx": "≈", "sim": "~", "simeq": "≈", "Delta": "Δ", "delta": "Δ",
    "le": "<", "leq": "<", "ge": ">", "geq": ">", "ldots": "…", "dots": "…", "minus": "-", "quad": " ",
    "qquad": " ", "left": "", "right": "", "displaystyle": "", "in": "∈", "mu": "μ", "sigma": "σ",
    "percent": "%", "big": "", "Big": "",
}  # fmt: skip
_UNSEEN_MATH = re.compile(
    r"\\[hv]?phantom\s?\{[^{}]{0,200}\}|\\(?:text)?color\s?\{(?:white|transparent)\}\s?(?:\{[^{}]{0,200}\})?"
    r"|(?<=[\d.,])\\[,!:;](?=\d)"
)
"""What a formula does not show, and small spaces within a number."""
_COMMAND = re.compile(r"\\([A-Za-z]+)\s?")
_SPACING = re.compile(r"\\[,;:!> ]")
_MATH_COMMA = re.compile(r"\{\s?([.,])\s?\}")
_POWER = re.compile(r"\^\s?\{\s?([+\-−]?\s?\d+)\s?\}")


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """``text`` in one notation: decimal points and commas as typed on a plain keyboard, powers as ``10^-5``."""
    if text.isascii() and "\\" not in text and "$" not in text and "{," not in text:
        return text
    if "\\" in text or "$" in text or "{," in text:
        text = _without_latex(text)
    if not text.isascii():
        text = _in_ascii_digits(text)
        if "\\" in text:  # a character may have become a space behind it
            text = _without_latex(text)
    return text


def _without_latex(text: str) -> str:
    text = _UNSEEN_MATH.sub("", _MATH_COMMA.sub(r"\1", text))
    text = _POWER.sub(lambda found: f"^{found[1].replace(' ', '')}", text)
    for _ in range(3):  # arguments are in arguments
        text = _FRACTION.sub(r"\1/\2", _ARGUMENT.sub(r"\1", text))
    text = text.replace("\\%", "%").replace("\\_", "_").replace("\\#", "#").replace("\\$", "").replace("\\&", "&")
    text = _SPACING.sub(" ", text)
    text = re.sub(r"\\[()\[\]{}|]", " ", text)
    text = _COMMAND.sub(lambda found: f" {_SYMBOLS.get(found[1], ' ')} ", text)
    return re.sub(r" {2,}", " ", re.sub(r"[${}]", "", text))


def _in_ascii_digits(text: str) -> str:
    text = _INVISIBLE.sub("", text)
    text = _RAISED_RUN.sub(lambda found: f"^{found[0].translate(_RAISED)}", text)
    for wide, narrow in _WIDE.items():
        if wide in text:
            text = text.replace(wide, narrow)
    text = _TERMS.sub(r" \1 ", unicodedata.normalize("NFKC", text))
    text = "".join(
        str(unicodedata.decimal(character)) if not character.isascii() and character.isdecimal() else character
        for character in text
    )
    return _DOT.sub(".", text)
