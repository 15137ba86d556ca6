"""Weights that a run changed outside of itself: a model made once goes on where the run before it stopped."""

from collections.abc import Mapping

from paribus.display.markup import Table


def weights_of(outer: Mapping[str, object]) -> dict[str, str]:
    """The models among a training function's outer names, each with a text that changes when its weights do."""
    found = {}
    for name, value in outer.items():
        parameters = getattr(value, "parameters", None)
        if callable(parameters) and callable(getattr(value, "state_dict", None)) and not isinstance(value, type):
            sums = (item.detach().double().abs().sum().item() for item in parameters() if not item.is_meta)
            found[name] = " ".join(map(repr, sums))
    return found


def changed_weights(before: Mapping[str, str], after: Mapping[str, str], function: str) -> Table | None:
    """What to say of models whose weights a run changed; None where it changed none."""
    names = [name for name, weights in before.items() if after.get(name, weights) != weights]
    if not names:
        return None
    told = ", ".join(names)
    plural = len(names) > 1
    return Table(
        f"{told}: trained outside of {function}", (), (),
        f"{told} {'were' if plural else 'was'} made outside of {function}, and this run has changed "
        f"{'their' if plural else 'its'} weights. The next run would begin with them, and not from the start: make "
        f"{'them' if plural else 'it'} inside {function}, then run both arms again.",
    )  # fmt: skip
