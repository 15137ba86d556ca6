"""What the grader's tests share."""

from grader.workplaces import pool

# Most submissions of these tests are notebooks, whose text nbconvert renders. Its import takes a worker more than
# a second, so the process that forks them has it already. A class that hands in HTML does not need it.
pool._CONTEXT.set_forkserver_preload(["grader.classrun.work", "nbconvert.filters.markdown_mistune"])
