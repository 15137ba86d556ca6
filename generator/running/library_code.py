"""Functions of a course's own library, by name: ``mechanics:load`` is the function load of the package mechanics.

A notebook imports the library from its working folder; this is for what the generator itself calls.
"""

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from generator.errors import BuildError
from paribus.course.catalog import Course


def library_function(course: Course, name: str, where: str) -> Callable[..., Any]:
    """The function that ``name`` means; ``where`` says who names it, for messages.

    BuildError where the course's library has no such package, module or function, or where another package of this
    name was imported already.
    """
    module_name, _, function_name = name.partition(":")
    packages = {} if course.library is None else {folder.name: folder for folder in course.library.packages}
    top = module_name.partition(".")[0]
    if top not in packages:
        listed = f"it has {', '.join(packages)}" if packages else "the course has no folder library/ with a package"
        raise BuildError(f"{where}: {name!r} is in no package of the course's library; {listed}.")
    parent = str(packages[top].resolve().parent)
    if parent not in sys.path:
        sys.path.insert(0, parent)
    try:
        module = import_module(module_name)
    except ImportError as error:
        raise BuildError(f"{where}: {name!r} cannot be imported ({error}). See {packages[top]}.") from error
    found = Path(str(sys.modules[top].__file__)).resolve().parent
    if found != packages[top].resolve():
        raise BuildError(
            f"{where}: {name!r} is meant to be of {packages[top]}, and another package {top} was imported from "
            f"{found}. Give the course's package a name of its own."
        )
    function: Callable[..., Any] | None = getattr(module, function_name, None)
    if function is None or not callable(function):
        raise BuildError(f"{where}: {module_name} of {packages[top]} has no function {function_name!r}.")
    return function
