"""What the grader's tests share."""

from grader.classrun import pool

# Nearly every submission of these tests is a notebook, whose text nbconvert renders. Its import takes a worker over a
# second; so the process that workers are forked from has it already. Of a class in HTML nobody would need it.
pool._CONTEXT.set_forkserver_preload(["grader.classrun.work", "nbconvert.filters.markdown_mistune"])
