"""No learning platform: a folder or a zip of files, named as people name them, and a roster; grades back."""

from collections.abc import Iterator, Mapping, Sequence

from grader.intake.late import late_words, read_date
from grader.lms.counting import by_student, chosen, points_of
from grader.lms.plain.placing import MISSING, check_belongs, key_of, place, read_people, reader
from grader.lms.plain.regrade import regrade
from grader.lms.plain.roster import Person, Roster, is_roster, read_roster
from grader.lms.platform import Enrolled, Marked, Platform, Returned
from grader.lms.saying import concerned, names, owned_by, policy_notes, remarked, unplaced
from grader.lms.tables import PLAIN_FORM, no_formula, write_table
from grader.model import Result
from grader.pages.shared import points
from grader.recover.text import harmless
from paribus.course.assignment import Assignment
from paribus.course.policy import Policy

SHEET = "grades.csv"
HEADER = ("identifier", "name", "mail", "section", "points", "of", "open", "late", "file", "feedback")
ADVICE = (
    "grades.csv has a row for everyone; points are empty while something is open. The pages in feedback/ are for "
    "handing on."
)
UNREAD = "Times in the roster that could not be read, so that these count as handed in on time: {who}."
TIME = "2027-03-01 23:59"
"""A time as every roster may have it."""


def read(content: bytes, origin: str, assignment: Assignment, policy: Policy) -> Roster:
    """The roster, with the name that the assignment has in file names."""
    return read_roster(content, origin, assignment.name, policy)


def grades(given: Roster | None, marked: Marked) -> Returned:
    """A row for everyone in the roster, without one for everyone who handed in."""
    found = by_student(marked.results)
    if given is None:
        people = [Person(student, results[0].name) for student, results in sorted(found.items())]
        rows = [(person, found[person.id]) for person in people]
    else:
        rows = [(person, found.get(key_of(person, marked.policy), [])) for person in given.people]
    form = given.form if given is not None else PLAIN_FORM
    lines = [
        HEADER,
        *(_line(person, results, marked, "," if form.delimiter == ";" else ".") for person, results in rows),
    ]
    return Returned({SHEET: write_table(lines, form)}, tuple(filter(None, _notes(given, rows, marked))))


def feedback(results: Sequence[Result], pages: Mapping[str, str], assignment: Assignment) -> dict[str, bytes]:
    """Nothing: the pages themselves are what is handed on."""
    return {}


def _line(person: Person, found: Sequence[Result], marked: Marked, decimal: str) -> list[str]:
    """A person's row. Where several files are there and a person chooses, nothing but the files is in it."""
    policy = marked.policy
    counts = chosen(found, policy.attempts) if found else None
    who_is = (
        key_of(person, policy),
        *(("", "") if policy.anonymous else (person.name, person.email)),
        person.section,
    )
    score, still_open, late = "", "", ""
    if counts is not None:
        out = points_of(counts, marked.assignment.max_score)
        score = "" if out is None else f"{out:.2f}"
        still_open = points(counts.pending) if counts.cells else ""
        late = late_words(counts.late) if counts.late else ""
    listed = [counts] if counts is not None else list(found)
    cells = [
        *(no_formula(harmless(text)) for text in who_is),
        score.replace(".", decimal),
        points(marked.assignment.max_score).replace(".", decimal),
        still_open.replace(".", decimal),
        late,
        no_formula(harmless("; ".join(result.source for result in listed))),
        "; ".join(f"feedback/{result.submission}.html" for result in listed),
    ]
    return [" ".join(cell.split()) for cell in cells]


def _notes(given: Roster | None, rows: Sequence[tuple[Person, Sequence[Result]]], marked: Marked) -> Iterator[str]:
    results, policy = marked.results, marked.policy
    yield from policy_notes(policy, results)
    yield from unplaced(
        results,
        MISSING,
        fits_several="The names of these files fit several people: {who}. Nobody gets a grade for them; the report "
        "says who may be meant. Rename folder or file, and run this again.",
        fits_nobody="The roster has nobody for {some}: {who}. Rename folder or file after identifier, mail or full "
        "name.",
    )
    several = [
        (person, found) for person, found in rows if len(found) > 1 and chosen(found, policy.attempts) is None
    ]
    if several:
        yield (
            "Several files came from one person, and a person chooses: "
            f"{names(_called(person, policy) for person, _ in several)}. Leave one in the folder, or "
            "say which counts: attempts under [grading] in course.toml."
        )
    if given is None:
        yield from _without(policy, results)
        return
    nothing = [_called(person, policy) for person, found in rows if not found]
    if nothing:
        yield f"Nothing came from {len(nothing)} of {len(rows)} people in the roster: {names(nothing)}."
    if given.nameless and any(remarked(result, MISSING) for result in results):
        yield f"{given.nameless} So a file named after a person's name is nobody's: add a column name."
    if "id" not in given.holds:
        key = "mail" if "email" in given.holds else "name"
        yield f"The roster has no column id, so everyone goes by the {key}, in grades.csv too."
    if policy.due is not None and "submitted" not in given.holds:
        yield (
            "course.toml names a due time, but the roster has no column submitted, so nobody is late. Add one, "
            f"with the time at which each file came, {_time_form(policy)}."
        )
    strangers = sorted(set(policy.extensions) - {person.id for person in given.people})
    if strangers:
        yield f"course.toml gives an extension to {names(strangers)}, and the roster has no such identifier."
    unread = owned_by(results, marked.roster.late.unread)
    yield concerned(UNREAD, unread, results)
    owners = {owner for result in unread for owner in result.owners}
    yield from _unread_rows([person for person in given.people if key_of(person, policy) in owners], policy)


def _unread_rows(people: Sequence[Person], policy: Policy) -> Iterator[str]:
    """Where in the roster a time is that means none, what it says, and what was expected."""
    rows = [person for person in people if read_date(person.submitted, policy) is None]
    found = [f"line {person.line} has {harmless(person.submitted)!r}" for person in rows]
    if found:
        change = "date_format" if policy.date_format else 'set date_format = "%d/%m/%Y %H:%M", or the like,'
        yield (
            f"The roster's column submitted: {names(found)}; expected a day and a time, {_time_form(policy)}. "
            f"Correct the roster, or {change} under [grading] in course.toml."
        )


def _time_form(policy: Policy) -> str:
    """How a time of the roster is written, in words."""
    return f"in the form {policy.date_format!r} that date_format names" if policy.date_format else f"such as {TIME}"


def _without(policy: Policy, results: Sequence[Result]) -> Iterator[str]:
    yield (
        "No roster was given, so grades.csv lists those who handed in, by the names of their folders and files. "
        'Give one with --roster, or write roster = "roster.csv" under [grading] in course.toml.'
    )
    if policy.due is not None and not any(result.late for result in results):
        yield "course.toml names a due time, but without a roster no times are known, and nobody is late."


def _called(person: Person, policy: Policy) -> str:
    if policy.anonymous:
        return key_of(person, policy)
    return harmless(f"{person.name} ({person.id})" if person.name else person.id)


def enrolled(roster: Roster, policy: Policy) -> list[Enrolled]:
    """Everyone in the roster."""
    return [Enrolled(key_of(person, policy), person.name, person.email, person.section) for person in roster.people]


PLATFORM = Platform(
    name="plain",
    table="a roster (a table with a row for each student: id, name, email, section)",
    is_table=is_roster,
    read_table=read,
    reader=reader,
    roster=read_people,
    enrolled=enrolled,
    place=place,
    check=check_belongs,
    grades=grades,
    feedback=feedback,
    outputs=(("grades", SHEET),),
    advice=ADVICE,
    regrade=regrade,
)
