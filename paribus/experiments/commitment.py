"""Pre-registration: a short code for a prediction, handed in before the experiment runs.

A notebook run again from the top proves only the order within it. A code that was handed in beforehand (a text
field in Moodle, a list on paper) proves more: it fits one prediction, one planned change and one notebook.

    code = commit(prediction, vary, nonce)        "7KQ2-M8XR-4VD4"
    verify(code, prediction, vary, nonce)         True
    code = commit_diagnoses(diagnoses, nonce)     the same for what is said of a blind zoo

The code is 55 bits of scrypt (RFC 7914) over the canonical prediction and change, salted with the notebook's
random nonce, and one character that catches typing errors. A slow hash is what lets a code be short: somebody
who wanted another prediction under the same code would need 2^54 trials of more than a tenth of a second.
"""

import hashlib
import unicodedata
from collections.abc import Iterable

from paribus.records.canonical import canonical
from paribus.records.diagnosis import Diagnosis
from paribus.records.record import Prediction

# scrypt's cost: 32 MB and about 0.3 s on one slow core, more than 0.1 s on any that is sold. Part of the format.
COST, BLOCK, PARALLEL = 2**15, 8, 2
FORMAT = "paribus.commitment/1"
# Crockford's base 32: no I, L, O and U, so that nothing is misread.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})
_DIGITS = 11


def commit(prediction: Prediction, vary: str, nonce: str) -> str:
    """The code of a prediction about changing ``vary`` in the notebook ``nonce``, such as "7KQ2-M8XR-4VD4".

    What the prediction says enters it (metric, direction, bounds, reason up to blanks), when it was written
    does not. Takes at least 0.1 s on purpose.
    """
    secret = canonical(
        {
            "format": FORMAT, "metric": prediction.metric, "direction": prediction.direction,
            "low": _number(prediction.low), "high": _number(prediction.high),
            "why": " ".join(unicodedata.normalize("NFC", prediction.why).split()), "vary": vary,
        }
    )  # fmt: skip
    return _code(secret, nonce)


def commit_diagnoses(diagnoses: Iterable[Diagnosis], nonce: str) -> str:
    """The code of a notebook's diagnoses of one zoo, in any order.

    Edition, model, recipe and the numbers cited enter it; the words do not, so that they may be polished later.
    """
    said = [
        {
            "zoo": item.zoo, "edition": item.edition, "model": item.model, "recipe": item.recipe,
            "evidence": sorted([cited.statistic, _number(cited.value)] for cited in item.evidence),
        }
        for item in diagnoses
    ]  # fmt: skip
    return _code(canonical({"format": FORMAT, "diagnoses": sorted(said, key=canonical)}), nonce)


def _code(secret: str, nonce: str) -> str:
    raw = hashlib.scrypt(
        secret.encode("utf-8", "replace"), salt=f"{FORMAT} {nonce}".encode("utf-8", "replace"),
        n=COST, r=BLOCK, p=PARALLEL, maxmem=2**27, dklen=7,
    )  # fmt: skip
    number = int.from_bytes(raw, "big") >> 1
    digits = "".join(_ALPHABET[(number >> (5 * i)) & 31] for i in reversed(range(_DIGITS)))
    full = digits + _check_digit(digits)
    return "-".join(full[i : i + 4] for i in range(0, len(full), 4))


def verify(code: str, prediction: Prediction, vary: str, nonce: str) -> bool:
    """Whether ``code`` was made from this prediction, change and notebook. A text that is no code is not."""
    given = normal_code(code)
    return given is not None and given == commit(prediction, vary, nonce)


def normal_code(text: str) -> str | None:
    """A code as it was shown, from one that somebody typed (lower case, blanks, O for 0); None where it is none.

    A single mistyped character gives None, and so do most swaps of neighbours: a typing error is told apart
    from a code that fits nothing.
    """
    plain = "".join(char for char in text.upper() if char.isascii() and char.isalnum()).translate(_MISREAD)
    if len(plain) != _DIGITS + 1 or set(plain) - set(_ALPHABET) or plain[-1] != _check_digit(plain[:-1]):
        return None
    return "-".join(plain[i : i + 4] for i in range(0, len(plain), 4))


def _check_digit(digits: str) -> str:
    """Odd weights: any single error changes the sum modulo 32, and so does nearly any swap of neighbours."""
    return _ALPHABET[sum((2 * i + 1) * _ALPHABET.index(char) for i, char in enumerate(digits)) % 32]


def _number(value: float | None) -> float | None:
    # 0, 0.0 and -0.0 are one bound.
    return None if value is None else float(value) + 0.0
