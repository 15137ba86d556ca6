"""The README of the students' folder: how to start, look first and hand in, with this build's file names."""

from collections.abc import Sequence

from generator.building.frame import needed_packages, read_handin
from generator.building.handin import hand_in_words
from generator.errors import BuildError
from generator.platforms.choose import START, platform_text
from generator.platforms.platform import Platform, Setting
from generator.project import CHECK_NEEDS, core_packages
from generator.templates import TEMPLATES
from paribus.course.catalog import Entry

README = "student/README.md"
HERE = "jupyter"
"""The platform of a student's own machine."""


def student_readme(
    setting: Setting,
    entries: Sequence[Entry],
    platforms: Sequence[Platform],
    *,
    profile: str,
    wheels: Sequence[str],
) -> str:
    """The README as Markdown. The commands name the last assignment, which is the week's homework."""
    import jinja2

    example = entries[-1].name
    sizes = list(setting.course.profiles)
    smaller = setting.course.profile(None)
    with_wheel = {*core_packages(), *CHECK_NEEDS}
    needs = [
        name
        for entry in entries
        for name in needed_packages(setting.course, entry, setting.course.profile(profile))
        if name not in with_wheel
    ]
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=False, undefined=jinja2.StrictUndefined,  # noqa: S701 - a text, not a page
    )  # fmt: skip
    words = {
        "course": setting.course.title,
        "assignments": entries,
        "profile": profile,
        "smaller": smaller if sizes.index(smaller.name) < sizes.index(profile) else None,
        "example": example,
        "wheels": wheels,
        "elsewhere": [f"{item.title[:1].lower()}{item.title[1:]}" for item in platforms if item.name != HERE],
        "given": [path.name for entry in entries for path in entry.files],
        "needs": " ".join(dict.fromkeys(needs)),
    }

    def start(platform: Platform) -> str:
        try:
            template = environment.from_string(platform_text(platform.name, START) or "")
            return template.render(**words, **platform.words(setting)).strip()
        except jinja2.TemplateError as error:
            raise BuildError(
                f"{START} of the notebook platform {platform.name!r} cannot be filled in: {error}."
            ) from error

    handin = [_steps(platform.name, setting, example) for platform in platforms]
    titles = [platform.title for platform in platforms]
    text = environment.get_template("student_readme.md.j2").render(
        **words,
        starts=list(zip(titles, map(start, platforms), strict=True)),
        handin=list(zip(titles, handin, strict=True)),
    )
    return text.strip() + "\n"


def _steps(platform: str, setting: Setting, example: str) -> str:
    """The hand-in cell's own words, without its heading."""
    values = {"__ASSIGNMENT__": example, **hand_in_words(setting.course, example)}
    return read_handin(platform, values).partition("\n")[2].strip()
