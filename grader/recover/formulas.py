"""Formulas in cleaned markup, as MathML: browsers show it without any script, and no page fetches one."""

import html
import re

import nh3

from grader.recover.text import harmless

MOST = 300
"""Characters of one formula; a longer one stays as it was typed."""
MANY = 200
"""Formulas of one text."""
_TAG = re.compile(r"(<[^>]*>)")
_CODE = re.compile(r"<(/?)(?:pre|code|math)\b", re.IGNORECASE)
# A dollar before a blank, or after one, or before a digit is money.
_FORMULA = re.compile(
    r"\$\$(?P<block>[^$]+)\$\$|\$(?P<inline>[^\s$](?:[^$]*[^\s$\\])?)\$(?!\d)|\\\((?P<round>.+?)\\\)|\\\[(?P<square>.+?)\\\]",
    re.DOTALL,
)
_TAGS = frozenset(
    """
    math mrow mi mn mo ms mtext mspace msup msub msubsup mfrac msqrt mroot mover munder munderover mtable mtr mtd
    mstyle mpadded mphantom
    """.split()
)
_ATTRIBUTES = {"math": {"display"}, "mo": {"stretchy"}, "mi": {"mathvariant"}}


def with_formulas(markup: str) -> str:
    """Clean markup with its TeX as MathML, which is cleaned as well; what is no TeX stays as it was typed."""
    if "$" not in markup and "\\(" not in markup and "\\[" not in markup:
        return markup
    made, inside, left = [], 0, MANY
    for part in _TAG.split(markup):
        if part.startswith("<"):
            if found := _CODE.match(part):
                inside = max(0, inside + (-1 if found[1] else 1))
            made.append(part)
        elif inside or left <= 0:
            made.append(part)
        else:
            text, count = _FORMULA.subn(_shown, part, count=left)
            left -= count
            made.append(text)
    return "".join(made)


def _shown(found: re.Match[str]) -> str:
    """One formula as MathML; as it was where it is too long, or no TeX that is known."""
    from latex2mathml.converter import convert

    source = html.unescape(next(filter(None, found.groups()))).strip()
    if not source or len(source) > MOST:
        return found[0]
    try:
        made = convert(source, display="block" if found["block"] or found["square"] else "inline")
    except Exception:  # noqa: BLE001 - whatever the library stumbles over, the student's own signs are shown
        return found[0]
    clean = nh3.clean(made, tags=set(_TAGS), attributes=_ATTRIBUTES)
    return harmless(clean) if clean.startswith("<math") else found[0]
