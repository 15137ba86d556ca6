"""Tell one complaint: sentences in the order in which people complain, until it is long enough."""

from collections.abc import Callable
from itertools import cycle

from complaints.synthetic.recipe import Recipe
from complaints.synthetic.stories import Family, Sentences
from complaints.synthetic.topics import VAGUE
from paribus.data.templates import render

_SCALE = 2**31
# A complaint below this many words comes straight to the point.
_SHORT = 28


class Teller:
    """Writes complaints, drawing every choice from one stream of integers below 2**31."""

    def __init__(self, recipe: Recipe, draw: Callable[[], int]) -> None:
        """Draw from ``draw``, to the measures of ``recipe``."""
        self._recipe = recipe
        self._draw = draw

    def tell(self, family: Family, home: Family, story: str, aside: str, words: float, *, redacted: bool) -> str:
        """One complaint of about ``words`` words that tells ``story`` (a class, or VAGUE).

        ``aside`` is a class that may be mentioned in passing. A redacted text holds XXXX at least once.
        """
        context, common = family.context, family.common
        sentences: list[str] = []
        said: set[tuple[int, int]] = set()
        count = 0
        for pool in self._outline(family, home, story, aside, words):
            if sentences and count >= words - 6:
                break
            sentence = self._sentence(pool, said)
            sentences.append(sentence)
            count += sentence.count(" ") + 1
        rest = cycle((common["effort"], context, common["harm"], context, common["demand"]))
        while count < words - 6:
            sentence = self._sentence(next(rest), said)
            sentences.append(sentence)
            count += sentence.count(" ") + 1
        if redacted and not any("XXXX" in sentence for sentence in sentences):
            sentences.append(self._sentence(common["redaction"], said))
        return self._styled(sentences)

    def _outline(self, family: Family, home: Family, story: str, aside: str, words: float) -> list[Sentences]:
        """The pools of the first sentences, the story early as in most complaints, at once in short ones."""
        own = family.stories[story] if story != VAGUE else family.context
        pools = [own]
        if self._chance(0.5) and words > _SHORT:
            pools.insert(0, family.context if self._chance(0.4) else family.common["opening"])
        if family is not home and self._chance(0.5):
            pools.append(home.context)
        if self._chance(self._recipe.second):
            pools.append(own)
        if self._chance(self._recipe.aside):
            pools.append(family.stories[aside])
        return pools

    def _sentence(self, pool: Sentences, said: set[tuple[int, int]]) -> str:
        """A sentence of the pool, one not yet said while there is one."""
        size = len(pool)
        choice = self._draw() % size
        for step in range(size):
            if (id(pool), (choice + step) % size) not in said:
                choice = (choice + step) % size
                break
        said.add((id(pool), choice))
        out: list[str] = []
        render(pool[choice], self._draw, out)
        return "".join(out)

    def _styled(self, sentences: list[str]) -> str:
        """The sentences as one text; some people use no capitals, and long stories have paragraphs."""
        breaks = {len(sentences) // 2} if len(sentences) > 9 else set()
        text = "".join(
            sentence if number == 0 else f"\n\n{sentence}" if number in breaks else f" {sentence}"
            for number, sentence in enumerate(sentences)
        )
        if self._chance(0.05):
            text = text.lower().replace("xxxx", "XXXX").replace("xx/xx", "XX/XX")
        return text

    def _chance(self, share: float) -> bool:
        return self._draw() < share * _SCALE
