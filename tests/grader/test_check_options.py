"""What checks read beyond their points is what a source may say: one table, held against the checks' own code."""

import ast
from pathlib import Path

import grader.checks
import grader.evidence
from grader.checks import CHECKS
from paribus.course.checknames import CHECK_NAMES, OPTIONS


def test_the_table_of_names_is_the_table_of_checks() -> None:
    assert set(CHECKS) == CHECK_NAMES
    assert set(OPTIONS) <= CHECK_NAMES


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
    assert read == {option for options in OPTIONS.values() for option in options}
