"""The course that ships, as tests read it, and the functions that tests call with it."""

from functools import partial

from generator.building.notebooks import solution_notebook
from generator.platforms.kaggle.settings import kaggle_of
from generator.project import shipped_course
from generator.rehearsal import execute, others, table
from paribus.course import zoo
from paribus.course.catalog import load_course

COURSE = load_course(shipped_course())
PROFILES = COURSE.profiles
KAGGLE = kaggle_of(COURSE)
OUTSIDERS = COURSE.folders.rehearsal / others.OUTSIDERS

solution_of = partial(solution_notebook, COURSE)
load_zoo = partial(zoo.load_zoo, COURSE)
load_table = partial(table.load_table, COURSE)
make_material = partial(execute.make_material, COURSE)
load_texts = partial(others.load_texts, folder=OUTSIDERS)
load_base = partial(others.load_base, folder=OUTSIDERS)
written = partial(others.written, folder=OUTSIDERS)
