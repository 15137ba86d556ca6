"""The numbers of references as a notebook quotes them: of its own profile, or of the one that the course runs."""

from generator.running.references import References
from generator.sources.expressions import Known, ReferenceCall, ValueOf
from paribus.course.catalog import Course
from paribus.training.profiles import Profile


def values_of(course: Course, references: References, profile: Profile) -> ValueOf:
    """What was recorded on ``profile``, else on the profile that the course's runs use, which is then named."""

    def value_of(call: ReferenceCall) -> Known | None:
        found = references.lookup(call.assignment, call.name, profile=profile)
        if found is not None:
            return Known(found.mean)
        other = course.profile(None)
        found = references.lookup(call.assignment, call.name, profile=other)
        return None if found is None else Known(found.mean, elsewhere=other.name)

    return value_of
