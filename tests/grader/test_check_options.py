"""What checks read beyond their points is what a source may say: one table, held against the checks' own code."""

import ast
from pathlib import Path

import grader.checks
import grader.evidence
from grader.checks import CHECKS
from paribus.course.declared import shipped_checks


def test_what_is_read_of_a_check_without_importing_it_is_what_it_says() -> None:
    found = {
        name: (item.options, item.public, bool(item.withheld), item.function.__name__)
        for name, item in CHECKS.items()
    }
    read = {
        name: (item.options, item.public, item.compares, item.function) for name, item in shipped_checks().items()
    }
    assert read == found


def test_every_option_that_a_check_reads_may_be_written_and_no_other() -> None:
    read = set()
    for package in (grader.checks, grader.evidence):
        for path in Path(package.__path__[0]).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if (
                    isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get"
                    and isinstance(node.func.value, ast.Name) and node.func.value.id == "options"
                    and isinstance(node.args[0], ast.Constant)
                ):  # fmt: skip
                    read.add(str(node.args[0].value))
    assert read == {option for item in CHECKS.values() for option in item.options}


def test_every_option_of_a_check_says_its_kind() -> None:
    assert {(item.name, option) for item in shipped_checks().values() for option in item.options} == {
        (item.name, option) for item in shipped_checks().values() for option in item.kinds
    }
