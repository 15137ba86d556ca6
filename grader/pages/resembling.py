"""What the class report says of submissions that resemble each other: a row a group, in plain sentences."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from grader.model import Result
from grader.pages.shared import cell_title
from grader.similarity.groups import Group, Share, groups_of
from paribus.course.assignment import Assignment


@dataclass(frozen=True)
class Member:
    """One submission of a group: its name and the link to its page, "" for what was kept of an earlier term."""

    name: str
    link: str


@dataclass(frozen=True)
class Line:
    """One thing in common, and by whom: nobody is named where it is everyone in the group; where it is most of a
    larger one, those are named who have it not (``all_but``).
    """

    text: str
    members: tuple[Member, ...] = ()
    all_but: bool = False


@dataclass(frozen=True)
class GroupRow:
    """A group as the report shows it."""

    members: tuple[Member, ...]
    lines: tuple[Line, ...]


def group_rows(
    results: Sequence[Result], links: Mapping[str, tuple[str, str]], assignment: Assignment
) -> list[GroupRow]:
    """The rows; ``links`` are what each submission is called and where its page lies."""
    return [_row(group, links, assignment) for group in groups_of(results)]


def _row(group: Group, links: Mapping[str, tuple[str, str]], assignment: Assignment) -> GroupRow:
    earlier = group.earlier
    members = {
        name: Member(f"{name}, kept until {earlier[name].until}", "") if name in earlier else Member(*links[name])
        for name in group.members
    }
    lines = [_line(_sentence(share, assignment), share, members) for share in group.shares()]
    return GroupRow(tuple(members.values()), tuple(lines))


def _line(text: str, share: Share, members: Mapping[str, Member]) -> Line:
    rest = [name for name in members if name not in share.members]
    if not rest:
        return Line(text)
    all_but = len(share.members) > max(2, len(rest))
    return Line(text, tuple(members[name] for name in (rest if all_but else share.members)), all_but)


def _sentence(share: Share, assignment: Assignment) -> str:
    if share.kind == "memo":
        heading = cell_title(assignment, share.key).heading
        return f"{heading}: about {_range(share, _percent)} of the word runs in common."
    return _SENTENCES[share.kind].format(_range(share, _percent if share.kind == "code" else _count))


_SENTENCES: Mapping[str, str] = {
    "nonce": "Records of one session: the notebooks hold the same random number.",
    "chain": "A record of one notebook has, or names as its forerunner, a record of the other.",
    "said": "A prediction or diagnosis was first written in the same second, with the same reason.",
    "moments": "Predictions or diagnoses that were first written in the same seconds: {}.",
    "reasons": "Reasons that are the same word for word: {}.",
    "code": "Own code that hardly anyone else has: {} of the shorter one's is the same but for names and values.",
    "runs": "Runs with the same settings, data and results: {}.",
    "losses": "Runs with the same losses to the last digit: {}.",
    "environment": "The same versions and device, which few have.",
    "order": "The same records in the same order, which few have.",
}


def _range(share: Share, shown: Callable[[float], str]) -> str:
    least, most = shown(share.least), shown(share.most)
    return most if least == most else f"{least} to {most}"


def _percent(value: float) -> str:
    return f"{value:.0%}"


def _count(value: float) -> str:
    return f"{value:.0f}"
