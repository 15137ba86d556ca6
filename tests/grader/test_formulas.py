"""Formulas on pages: shown by the browser itself, and nothing that a student typed runs in them."""

import re

import pytest

from grader.recover.clean import clean_html
from grader.recover.formulas import MANY, MOST, with_formulas


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("<p>F1 is $0.404$.</p>", r"<p>F1 is <math display=\"inline\"><mrow><mn>0\.404</mn></mrow></math>\.</p>"),
        (r"<p>\(a &lt; b\)</p>", "<mi>a</mi><mo>&lt;</mo><mi>b</mi>"),
        (r"<p>$$\frac{a}{b}$$</p>", r'<math display="block"><mrow><mfrac>'),
        (r"<p>\[x^2\]</p>", r'<math display="block"><mrow><msup>'),
    ],
)
def test_tex_is_shown_as_mathml(typed: str, shown: str) -> None:
    assert re.search(shown, with_formulas(typed))


@pytest.mark.parametrize(
    "typed",
    [
        "<p>It costs $5 and then $10 more.</p>",
        "<p>$5–$10</p>",
        "<p>no formula</p>",
        "<pre>echo $HOME and $PATH</pre>",
        "<p><code>$x$</code></p>",
        r"<p>$\left($</p>",  # no whole formula
        f"<p>${'x' * (MOST + 1)}$</p>",
    ],
)
def test_money_code_and_what_is_no_formula_stay_as_they_were_typed(typed: str) -> None:
    assert with_formulas(typed) == typed


@pytest.mark.parametrize(
    "typed",
    [
        r"$\text{&lt;script&gt;alert(1)&lt;/script&gt;}$",
        r"$\text{&lt;img src=x onerror=alert(1)&gt;}$",
        r"$\href{javascript:alert(1)}{x}$",
        r"$\class{x}{\style{background:url(https://x)}{y}}$",
        r"$\text{&lt;/mtext&gt;&lt;style&gt;&lt;img src=x onerror=alert(1)&gt;}$",
    ],
)
def test_nothing_runs_or_loads_from_within_a_formula(typed: str) -> None:
    shown = with_formulas(clean_html(f"<p>{typed}</p>"))
    assert not re.search(r"<(?!/?(?:p|math|m[a-z]+)\b)", shown)
    assert not re.search(r"<[^>]*(?:href|style|onerror)", shown)


def test_a_text_full_of_formulas_is_bounded() -> None:
    assert with_formulas("<p>" + "$x$ " * (MANY + 50) + "</p>").count("<math") == MANY
