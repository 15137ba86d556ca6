"""What Moodle's import of "Moodle XML" asks of a file, as question/format/xml/format.php of Moodle 4.5 reads it,
and what the question types then ask of a question. Moodle says little and drops what it cannot use.
"""

from xml.etree import ElementTree as ET

FRACTIONS = (100, 90, 83.33333, 80, 75, 70, 66.66667, 60, 50, 40, 33.33333, 30, 25, 20, 16.66667, 14.28571, 12.5,
             11.11111, 10, 5, 0)  # fmt: skip
"""The grades of an answer, in percent, and their negatives (question/engine/bank.php); import refuses others."""
KINDS = ("category", "multichoice", "numerical", "matching", "truefalse", "essay", "shortanswer", "description")
NAME = 255
"""Longer names of questions and categories are cut."""


def problems(content: bytes) -> list[str]:
    """Everything in the file that Moodle would refuse, drop or read as something else."""
    root = ET.fromstring(content)  # noqa: S314 - our own file
    found = [] if root.tag == "quiz" else [f"the root is {root.tag}"]
    numbers = [item.findtext("idnumber", "") for item in root if item.findtext("idnumber")]
    found += [f"the ID number {number} twice" for number in sorted({n for n in numbers if numbers.count(n) > 1})]
    for question in root:
        found += [f"{question.findtext('name/text', 'category')}: {problem}" for problem in _of_question(question)]
    return found


def _of_question(question: ET.Element) -> list[str]:
    kind = question.get("type", "")
    if question.tag != "question" or kind not in KINDS:
        return [f"{question.tag} of type {kind!r}"]
    if kind == "category":
        path = question.findtext("category/text", "")
        longest = max(map(len, path.replace("//", "_").split("/")))
        return [] if path.startswith("$course$/") and longest <= NAME else [f"category {path!r}"]
    needed = ("name/text", "questiontext/text", "generalfeedback/text", "defaultgrade", "penalty")
    found = [f"no {name}" for name in needed if question.find(name) is None]
    if not question.findtext("name/text", "").strip() or len(question.findtext("name/text", "")) > NAME:
        found.append("no name, or one that is cut")
    if not question.findtext("questiontext/text", "").strip():
        found.append("no text")
    numbers = {name: float(question.findtext(name, "-1")) for name in ("defaultgrade", "penalty")}
    found += [f"{name} out of range" for name, value in numbers.items() if not 0 <= value <= 100]
    fractions = [float(answer.get("fraction", "nan")) for answer in question.iter("answer") if kind != "matching"]
    found += [f"the grade {value}" for value in fractions if abs(value) not in FRACTIONS]
    return found + {"multichoice": _choices, "numerical": _numbers, "matching": _pairs}[kind](question, fractions)


def _choices(question: ET.Element, fractions: list[float]) -> list[str]:
    texts = [answer.findtext("text", "").strip() for answer in question.iter("answer")]
    found = [] if len(texts) >= 2 and all(texts) else ["fewer than two choices, or an empty one"]
    if len(set(texts)) != len(texts):
        found.append("one choice twice")
    if question.findtext("single") == "true":
        if fractions.count(100) != 1:
            found.append("single, and not exactly one answer at 100 %")
    elif not 99.9 <= sum(value for value in fractions if value > 0) <= 100.1:
        found.append("several, and the right answers do not add up to 100 %")
    return found


def _numbers(question: ET.Element, fractions: list[float]) -> list[str]:
    found = [] if 100 in fractions else ["no answer at 100 %"]
    for answer in question.iter("answer"):
        text = answer.findtext("text", "")
        try:
            float("0" if text == "*" else text), float(answer.findtext("tolerance", ""))
        except ValueError:
            found.append(f"the number {text!r}")
    return found


def _pairs(question: ET.Element, fractions: list[float]) -> list[str]:
    parts = list(question.iter("subquestion"))
    rights = [part.findtext("answer/text", "").strip() for part in parts]
    lefts = [part for part in parts if part.findtext("text", "").strip()]
    return [] if len(lefts) >= 2 and len(set(rights)) >= 3 else ["fewer than two questions or three answers"]
