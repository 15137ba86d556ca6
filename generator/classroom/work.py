"""From an execution to a student's file: the notebook they ran, the memo they wrote, the export they chose."""

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any
from xml.sax.saxutils import escape

from generator.classroom.faults import Notebook, Work, apply_byte_edits, apply_edits, set_source, source_of
from generator.classroom.findings import read_findings, records_in
from generator.classroom.memos import template_rows, write_comparison, write_recommendation, write_template
from generator.classroom.students import Execution, Exporter, Student
from paribus.evidence.block import block_text
from paribus.evidence.record import Record

ANSWER = "*Write your answer here.*"


def notebook_to_execute(solution: Mapping[str, Any], execution: Execution, wrong_answer: str = "") -> Notebook:
    """The solution notebook with one student's own experiment, and a wrong answer to a task where there is one.

    ``wrong_answer`` is the task cell's whole source with the planted answer in it.
    """
    notebook = deepcopy(dict(solution))
    set_source(notebook, "one_change", execution.experiment)
    set_source(notebook, "experiment-report", execution.report)
    if execution.wrong_task:
        set_source(notebook, execution.wrong_task, wrong_answer)
        for cell in notebook["cells"]:
            # The visible tests fail, as they would in front of the student, who then goes on.
            if cell.get("id") == f"{execution.wrong_task}-tests":
                cell["metadata"]["tags"] = [*cell["metadata"].get("tags", []), "raises-exception"]
    return notebook


def with_memo(executed: Notebook, released: Mapping[str, Any], student: Student) -> Notebook:
    """The executed notebook with the released prompts and the student's own answers below them."""
    findings = read_findings(executed)
    style = student.style
    answers = {
        "one_change_template": write_template(template_rows(findings, style), style.template),
        "rescued_classes": write_comparison(findings, style),
        "recommendation": write_recommendation(findings, style),
    }
    notebook = _as_the_student_has_it(executed, released)
    for key, answer in answers.items():
        prompt = source_of(released, key)
        if key == "one_change_template":
            prompt = prompt.split("\n| field")[0]
        set_source(notebook, key, prompt.replace(ANSWER, "").rstrip() + "\n\n" + answer)
    return notebook


def hand_in(
    executed: Notebook, released: Mapping[str, Any], student: Student, nonce: str, export: Mapping[Exporter, Any]
) -> bytes:
    """The bytes a student hands in. ``nonce`` replaces the execution's where another student holds it already."""
    notebook = with_memo(executed, released, student)
    work = Work(notebook, read_findings(notebook), student.style)
    edited = apply_edits(work, student.edits)
    if nonce:
        edited = with_nonce(edited, nonce)
    content: bytes = export[student.exporter](edited)
    return apply_byte_edits(content, student.edits)


def with_nonce(notebook: Notebook, nonce: str) -> Notebook:
    """The notebook with every record rewritten under another nonce, the chain of digests kept whole."""
    renamed = deepcopy(notebook)
    digests: dict[str, str] = {}
    for cell in renamed["cells"]:
        for output in cell.get("outputs", ()):
            markup = "".join(output.get("data", {}).get("text/html", ""))
            for old in records_in(markup):
                new = _reissued(old, nonce, digests)
                digests[old.digest()] = new.digest()
                markup = markup.replace(escape(block_text(old)), escape(block_text(new)))
                output["data"]["text/html"] = markup
    return renamed


def _reissued(record: Record, nonce: str, digests: Mapping[str, str]) -> Record:
    return replace(
        record,
        nonce=nonce,
        start=digests.get(record.start, record.start),
        previous=digests.get(record.previous, record.previous),
    )


def _as_the_student_has_it(executed: Notebook, released: Mapping[str, Any]) -> Notebook:
    """Solution-only cells and the instructor's marks are gone; sources of locked cells are the released ones."""
    known = {cell.get("id"): cell for cell in released["cells"]}
    kept = []
    for cell in deepcopy(executed["cells"]):
        twin = known.get(cell.get("id"))
        if twin is None:
            continue
        if "".join(twin["source"]) != "".join(cell["source"]) and cell["id"].endswith("-tests"):
            cell["source"] = twin["source"]
        cell["metadata"] = json.loads(json.dumps(twin["metadata"]))
        kept.append(cell)
    return {**executed, "cells": kept}
