"""Configurations that differ in one setting, and which end of a metric is the better one."""

import dataclasses
from collections.abc import Collection, Mapping

from paribus.check.names import nearest
from paribus.errors import ExperimentError
from paribus.metrics.registry import registry
from paribus.records.fields import config_values


def with_value(config: object, name: str, value: object) -> object:
    """``config`` with one setting replaced: a dataclass or a dict, the original untouched.

    Raises ExperimentError where it has no such setting.
    """
    known = config_values(config)
    if name not in known:
        raise ExperimentError(no_such_setting(name, [str(item) for item in known]))
    if isinstance(config, Mapping):
        return {**config, name: value}
    if dataclasses.is_dataclass(config) and not isinstance(config, type):
        return dataclasses.replace(config, **{name: value})
    raise ExperimentError(
        f"A {type(config).__name__} cannot be copied with another {name}; use a dataclass or a dict of values."
    )


def no_such_setting(name: str, known: Collection[str]) -> str:
    """That a configuration has no setting of this name, and which one may be meant."""
    meant = nearest(name, known)
    question = f" Did you mean {meant!r}?" if meant else ""
    return f"The configuration has no setting {name!r}.{question} It has {', '.join(sorted(known)) or 'none'}."


def check_metric(metric: object) -> None:
    """ExperimentError where nobody knows ``metric``."""
    if metric not in registry():
        raise ExperimentError(f"Runs are compared by a metric. {registry().unknown(metric)}")


def better(metric: str, value: float, other: float) -> bool:
    """Whether ``value`` beats ``other``; equal values do not."""
    return registry()[metric].better(value, other)
