"""A quiz as Moodle XML: a category a question, holding its variants, so that a slot draws one at random.

The elements and their order are those that Moodle's own export writes and its import reads
(question/format/xml/format.php of Moodle 4.5).
"""

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as ET

from generator.quizzes.markdown import html_of
from generator.quizzes.question import Asked, Option, Quiz

CATEGORY = "$course$/top"
PENALTY = "0.3333333"
KINDS = {"number": "numerical", "choice": "multichoice", "match": "matching"}


def moodle_xml(quiz: Quiz, drawn: Mapping[str, Sequence[Asked]], course_title: str) -> bytes:
    """The file that "Import questions", format "Moodle XML", takes. Equal questions give equal bytes."""
    root = ET.Element("quiz")
    for place, (name, variants) in enumerate(drawn.items(), 1):
        steps = (course_title, quiz.title, f"{place:02d} {name}")
        _category(root, "/".join([CATEGORY, *map(_step, steps)]))
        for asked in variants:
            _question(root, quiz, asked, place)
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return text + b"\n"


def _step(name: str) -> str:
    """A category's name in a path: a slash in it is written twice."""
    return name.replace("/", "//")


def _category(root: ET.Element, path: str) -> None:
    element = ET.SubElement(root, "question", type="category")
    _text(ET.SubElement(element, "category"), path)
    _rich(element, "info", "")
    ET.SubElement(element, "idnumber")


def _question(root: ET.Element, quiz: Quiz, asked: Asked, place: int) -> None:
    question = asked.question
    element = ET.SubElement(root, "question", type=KINDS[question.kind])
    _text(ET.SubElement(element, "name"), f"{place:02d} {question.name} {asked.number}")
    _rich(element, "questiontext", html_of(asked.text))
    _rich(element, "generalfeedback", html_of(asked.feedback))
    _plain(element, "defaultgrade", f"{question.points:.7f}")
    _plain(element, "penalty", PENALTY)
    _plain(element, "hidden", "0")
    _plain(element, "idnumber", f"{quiz.name}-{question.name}-{asked.number}")
    if question.kind == "choice":
        _plain(element, "single", "false" if question.several else "true")
    if question.kind != "number":
        _plain(element, "shuffleanswers", "true")
    if question.kind == "choice":
        _plain(element, "answernumbering", "abc")
    for option in asked.options:
        {"number": _number, "choice": _choice, "match": _pair}[question.kind](element, option)
    if question.kind == "number":
        _number(element, Option("*", 0.0))
        for name in ("unitgradingtype", "unitpenalty", "showunits", "unitsleft"):
            _plain(element, name, {"unitpenalty": "0.1000000", "showunits": "3"}.get(name, "0"))
    tags = ET.SubElement(element, "tags")
    for tag in question.tags:
        _text(ET.SubElement(tags, "tag"), tag)


def _number(element: ET.Element, option: Option) -> None:
    answer = _answer(element, option, "moodle_auto_format")
    _text(answer, option.text)
    _rich(answer, "feedback", html_of(option.feedback))
    _plain(answer, "tolerance", f"{option.tolerance:g}")


def _choice(element: ET.Element, option: Option) -> None:
    answer = _answer(element, option, "html")
    _text(answer, html_of(option.text))
    _rich(answer, "feedback", html_of(option.feedback))


def _pair(element: ET.Element, option: Option) -> None:
    part = _rich(element, "subquestion", html_of(option.text))
    _text(ET.SubElement(part, "answer"), option.match)


def _answer(element: ET.Element, option: Option, form: str) -> ET.Element:
    percent = f"{100 * option.credit:.5f}".rstrip("0").rstrip(".")
    return ET.SubElement(element, "answer", fraction=percent, format=form)


def _rich(element: ET.Element, name: str, html: str) -> ET.Element:
    part = ET.SubElement(element, name, format="html")
    _text(part, html)
    return part


def _text(element: ET.Element, text: str) -> None:
    ET.SubElement(element, "text").text = text


def _plain(element: ET.Element, name: str, text: str) -> None:
    ET.SubElement(element, name).text = text
