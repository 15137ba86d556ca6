"""What people write to the shop Paper Lantern, with ten intents: the data of the project.

    import intents
    data = intents.load(size="smoke")
    data.train.texts, data.classes          # logs of the months 1 to 6, split once
    data.mask("validation", "jargon")       # which validation messages are in a hard slice
    data.synthetic, data.later              # written by a language model; the months 7 to 12

Nothing is downloaded. A seed gives the same messages on every machine.
"""

from intents.corpus import SHIPPED_SEED as SHIPPED_SEED
from intents.corpus import Intents as Intents
from intents.corpus import Size as Size
from intents.corpus import load as load
from intents.messages import SLICES as SLICES
from intents.messages import Message as Message
