"""Where a course's students hand in, in the words of their notebooks: the platform's, or the course's own."""

from paribus.course.catalog import Course

NONE = ("", "plain")
USUAL = "as your instructor says"


def hand_in_words(course: Course, file: str) -> dict[str, str]:
    """What takes the place of the hand-in cells' placeholders; ``file`` is the assignment's name.

    A course names its platform (``lms`` under [grading]), or says it in its own words: ``hand_in`` under [course].
    """
    platform = "" if course.hand_in or course.lms in NONE else course.lms.capitalize()

    verb, where = ("upload", f"in {platform}") if platform else ("hand", f"in {course.hand_in or USUAL}")

    def phrase(what: str) -> str:
        return f"{verb} {what} {where}"

    def sentence(what: str) -> str:
        return f"{verb.capitalize()} {what} {where}"

    return {
        "__HAND_IN_THE_FILE__": sentence("the file"),
        "__HAND_IN_HTML__": sentence(f"`{file}.html`"),
        "__HAND_IN_IPYNB__": sentence(f"`{file}.ipynb`"),
        "__HAND_IT_IN__": phrase("it"),
        "__IF_HTML_ALONE__": f"If {platform} takes HTML alone" if platform else "If HTML alone is asked for",
    }
