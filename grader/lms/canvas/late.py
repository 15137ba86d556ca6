"""Who handed in late by Canvas's own times, which only its web services give, beside course.toml."""

from collections import Counter

from grader.intake.late import ON_TIME, Late, after, not_read, read_date
from grader.lms.canvas.gradebook import Gradebook, Student
from paribus.course.policy import Policy


def lateness(gradebook: Gradebook, policy: Policy) -> Late:
    """Who handed in late, and whose date cannot be read. Of the due times of course.toml and of Canvas the latest
    counts, where Canvas has another for this person than for most.
    """
    usual = Counter(student.due for student in gradebook.students).most_common(1)
    seconds, unread, extended = {}, {}, set()
    for student in gradebook.students:
        due = policy.due_for(student.number, student.section)
        if due is None or not student.submitted:
            continue
        if problem := _unread(student, policy):
            unread[student.number] = problem
            continue
        when = read_date(student.submitted, policy)
        own = read_date(student.due, policy) if student.due != usual[0][0] else None
        if when is None or after(when, due) <= 0:
            continue
        late = max(0.0, min(after(when, moment) for moment in (due, own or due)))
        if late:
            seconds[student.number] = late
        else:
            extended.add(student.number)
    return Late(seconds, unread, frozenset(extended))


def _unread(student: Student, policy: Policy) -> str:
    """Why nobody can say whether somebody was late; "" where one can."""
    if policy.sections and student.section not in policy.sections:
        return (
            f"late: the gradebook's section {student.section!r} is no section under due in course.toml "
            f"({', '.join(policy.sections)}), {ON_TIME}"
        )
    return "" if read_date(student.submitted, policy) else not_read(student.submitted, (), "gradebook")
