"""The model of a course: what course.toml says, an assignment, its release, how it is graded."""
