"""Drawn lots: numbers that depend on the seed, the purpose and the item alone, in any order."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]

#: Serial numbers of keys stay below it, so that the kind of key fits above them in one word.
_SERIALS: Final = 2**56
#: Kinds of key, each with a number of its own: a person's and an account's never meet.
_KEY_KINDS: Final = {"id": 1, "account": 2, "phone": 3, "name": 4, "household": 5}


def mix(words: Words) -> Words:
    """Scramble 64-bit words one to one (the finaliser of SplitMix64, Steele, Lea, Flood 2014)."""
    words = words + np.uint64(0x9E3779B97F4A7C15)
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


class Lots:
    """A seed's lots. Nothing is remembered: the same item and purpose always draw the same lot."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def draw(self, purpose: str, items: npt.ArrayLike) -> Words:
        """A 64-bit lot for each item (whole numbers from 0)."""
        salt = self._word(purpose)
        return mix(mix(np.asarray(items).astype(np.uint64)) ^ salt)

    def share(self, purpose: str, items: npt.ArrayLike) -> Floats:
        """A number from 0 to below 1 for each item."""
        return (self.draw(purpose, items) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def between(self, purpose: str, items: npt.ArrayLike, first: int, last: int) -> Ints:
        """A whole number from `first` to `last` (both included) for each item."""
        return first + (self.share(purpose, items) * (last - first + 1)).astype(np.int64)

    def keys(self, kind: str, serials: Ints) -> Words:
        """Sixteen bytes as two words for each serial: stand-ins for keyed digests.

        Different serials, and the same serial of different kinds, never share a key. They hide
        nothing: whoever has the seed can count through all serials.
        """
        tagged = serials.astype(np.uint64) + np.uint64(_KEY_KINDS[kind] * _SERIALS)
        first = mix(tagged ^ self._word("keys"))
        return np.stack([first, mix(first ^ self._word("keys, second half"))], axis=1)

    def _word(self, purpose: str) -> np.uint64:
        digest = blake2b(f"{self._seed} {purpose}".encode(), digest_size=8).digest()
        return np.uint64(int.from_bytes(digest, "little"))
