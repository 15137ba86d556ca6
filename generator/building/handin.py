"""Where a course's students hand in, in the words of their notebooks: the platform's, or the course's own."""

from paribus.course.catalog import Course

NONE = ("", "plain")


def hand_in_words(course: Course, file: str) -> dict[str, str]:
    """What the placeholders of the hand-in cells stand for; ``file`` is the assignment's name.

    A course names its platform (``lms`` under [grading]), or says it in its own words: ``hand_in`` under [course].
    """
    platform = "" if course.lms in NONE else course.lms.capitalize()
    where = course.hand_in or (f"in {platform}" if platform else "as your instructor says")

    def phrase(what: str) -> str:
        return f"upload {what} {where}" if platform and not course.hand_in else f"hand {what} in {where}"

    def begun(what: str) -> str:
        return phrase(what)[:1].upper() + phrase(what)[1:]

    return {
        "__HAND_IN_THE_FILE__": begun("the file"),
        "__HAND_IN_HTML__": begun(f"`{file}.html`"),
        "__HAND_IN_IPYNB__": begun(f"`{file}.ipynb`"),
        "__HAND_IT_IN__": phrase("it"),
        "__IF_HTML_ALONE__": f"If {platform} takes HTML alone" if platform else "If HTML alone is asked for",
    }
