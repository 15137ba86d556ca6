"""How Moodle names the files of a download-all zip, and what those names tell.

With folders     ``Fullname_ID_assignsubmission_file/<path>`` (before 4.1 with a trailing ``_``)
Without folders  ``Fullname_ID_assignsubmission_file_<filename>``
Anonymous        ``Participant_ID_…``, the word in the site's language
Teams            ``Groupname_groupid_…``

The ID is per assignment and the same number as in the worksheet's Identifier column.
"""

import re
import unicodedata
from dataclasses import dataclass

from grader.recover.text import harmless

# The first number counts: what follows it is a file's name, which a student chose.
MEMBER = re.compile(
    r"(?P<name>.*?)_(?P<number>[0-9]{1,18})_assignsubmission_(?P<plugin>[a-z]+)(?:_(?P<file>.*))?", re.S
)
# What Moodle calls a student whose name it hides, where we know; elsewhere a name that everyone bears is none.
PARTICIPANT = frozenset(
    {"participant", "teilnehmer/in", "teilnehmer", "participante", "participant(e)", "участник", "partecipante",
     "deelnemer", "uczestnik", "deltaker", "deltagare", "osallistuja", "katılımcı", "учасник"}
)  # fmt: skip
# A reader of file names gives up here; Moodle itself allows 255.
MAX_NAME = 60


# Names that Windows keeps for devices, whatever their ending, and what it allows in none.
RESERVED = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{port}{number}" for port in ("com", "lpt") for number in "0123456789¹²³"}
)
FORBIDDEN = re.compile(r'[\x00-\x1f<>:"/\\|?*_]+')


@dataclass(frozen=True)
class MoodleName:
    """What a member's path says: whose it is, by which plugin, and the file within the submission."""

    name: str
    number: str
    plugin: str
    file: str


def parse_name(path: str) -> MoodleName | None:
    """Read a path of a download-all zip; None where it is not named by Moodle."""
    first, slash, rest = path.partition("/")
    found = MEMBER.fullmatch(first)
    if found is None:
        return None
    file = rest if slash else (found["file"] or "")
    return MoodleName(found["name"].replace("_", " ").strip(), found["number"], found["plugin"], file)


def hides_name(name: str) -> bool:
    """Whether a name is Moodle's word for a student whose name is not shown."""
    return name.casefold() in PARTICIPANT


def feedback_member(name: str, number: str, filename: str) -> str:
    """The path at which Moodle's feedback upload expects a student's file.

    Moodle splits every path part at ``_`` and wants the ID second and the plugin third and fourth; names that
    begin with ``.`` or ``~`` are skipped. It can be unpacked on Windows, and nothing in it turns text around.
    """
    who = FORBIDDEN.sub(" ", harmless(name))[:MAX_NAME].strip(" .~") or "Participant"
    if who.partition(".")[0].strip().casefold() in RESERVED:
        who = who.replace(".", " ")
    return f"{who}_{number}_assignsubmission_file_/{filename.lstrip('.~')}"


def slug(text: str) -> str:
    """Lower-case ASCII letters, digits and hyphens: fit for a file name anywhere; may be empty."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MAX_NAME].rstrip("-")
