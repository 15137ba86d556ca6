"""Models that were made outside of the training function: whether both arms began with the same."""

from dataclasses import dataclass

from grader.evidence.runs import Arms, Run, finished


@dataclass(frozen=True)
class OtherWeights:
    """A model that held other numbers when the changed arm's run began than at the baseline's of the same seed."""

    name: str
    baseline: Run
    changed: Run

    def shown(self, run: Run) -> str:
        """The digest of what it held when a run began, the first eight digits."""
        return run.weights[self.name].partition(":")[2][:8]


def other_weights(arms: Arms, vary: str) -> OtherWeights | None:
    """The first such model, None where there is none. Another layout is another model, which a setting explains; so
    does a model that is the declared change.
    """
    baseline = {run.seed: run for run in finished(arms.baseline)}
    for run in finished(arms.changed):
        before = baseline.get(run.seed)
        if before is None:
            continue
        for name, held in run.weights.items():
            layout, _, content = before.weights.get(name, "").partition(":")
            same = held.partition(":")[0] == layout
            if same and held != f"{layout}:{content}" and vary.lower() not in (name.lower(), "model", "code"):
                return OtherWeights(name, before, run)
    return None
