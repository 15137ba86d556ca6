"""How Moodle names the files of a download-all zip, and what those names tell.

With folders     ``Fullname_ID_assignsubmission_file/<path>`` (before 4.1 with a trailing ``_``)
Without folders  ``Fullname_ID_assignsubmission_file_<filename>``
Anonymous        ``Participant_ID_…``, the word in the site's language
Teams            ``Groupname_GROUPID_…`` from 4.1 on, ``Groupname-Fullname_ID_…`` before
Of no group      ``Default group_assignsubmission_file…``, the words in the teacher's language, without a number

The ID is per assignment and the same number as in the worksheet's Identifier column. The GROUPID is in no
worksheet; it is another counter, so one number may be a group's and a participant's (`grader.lms.moodle.owners`).
"""

import html
import re
import unicodedata
from functools import lru_cache

from grader.intake.file_names import Named
from grader.intake.languages import plain_word, words_for
from grader.intake.naming import FORBIDDEN, MAX_NAME, RESERVED
from grader.recover.text import harmless

# Moodle writes no underscore into a name. The first number counts: what follows it is a file's name, which a
# student chose. Digits alone are no words for those in no group.
MEMBER = re.compile(
    r"(?:(?P<team>[^_]*[^_\s\d][^_]*)|(?P<name>.*?)_(?P<number>[0-9]{1,18}))"
    r"_assignsubmission_(?P<plugin>[a-z]+)(?:_(?P<file>.*))?",
    re.S,
)
# What `clean_filename` takes out of a name, with what a zip's or a disk's own rules may.
DROPPED = re.compile(r"""[\x00-\x1f\x7f-\x9f&<>"\\'|:/*?`]""")
BARE_AMPERSAND = re.compile(r"&(?![a-zA-Z0-9#]{1,8};)")


def read_name(path: str) -> Named | None:
    """Read a path of a download-all zip; None where it is not named by Moodle. The number is "" where the folder
    names those who are in no group.
    """
    first, slash, rest = path.partition("/")
    found = MEMBER.fullmatch(first)
    if found is None:
        return None
    file = rest if slash else (found["file"] or "")
    name = (found["team"] or found["name"]).replace("_", " ").strip()
    return Named(name, found["number"] or "", found["plugin"], file, hidden=hides_name(name), by="Moodle")


def zipped(name: str) -> str:
    """A person's name as Moodle writes it into a zip's names, blanks aside."""
    return " ".join(DROPPED.sub("", unicodedata.normalize("NFC", name).replace("_", " ")).split())


def zipped_group(name: str) -> str:
    """A group's name as Moodle writes it there from 4.1 on: an ampersand is escaped for HTML, and then cleaned."""
    return zipped(BARE_AMPERSAND.sub("&amp;", name))


def hides_name(name: str) -> bool:
    """Whether a name is Moodle's word for a student whose name is not shown, as it is or as a zip writes it."""
    return plain_word(name) in _hidden()


@lru_cache(maxsize=1)
def _hidden() -> frozenset[str]:
    words = words_for("participant", ())
    return words | {plain_word(zipped(word)) for word in words}


def feedback_member(name: str, number: str, filename: str) -> str:
    """The path at which Moodle's feedback upload expects a student's file.

    Moodle splits every path part at ``_`` and wants the ID second and the plugin third and fourth; names that
    begin with ``.`` or ``~`` are skipped. It can be unpacked on Windows, and nothing in it turns text around.
    """
    who = FORBIDDEN.sub(" ", harmless(name))[:MAX_NAME].strip(" .~") or "Participant"
    if who.partition(".")[0].strip().casefold() in RESERVED:
        who = who.replace(".", " ")
    return f"{who}_{number}_assignsubmission_file_/{filename.lstrip('.~')}"


def as_html(text: str) -> str:
    """A text as Moodle's comments show it: they are HTML there, whatever format the worksheet has.

    Much of a comment is what a student's page says, and must stay words.
    """
    return "<br>".join(re.split(r"\r\n|\r|\n", html.escape(text, quote=False)))
