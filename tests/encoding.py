"""A small encoder for tests: a function of the text's skeleton words, so that like texts get like vectors."""

from __future__ import annotations

import hashlib

import numpy as np

from kb.language.folding import words

DIMENSION = 64


class WordEncoder:
    """Each word is a fixed random direction; a text is their sum."""

    name = "test-words"
    dimension = DIMENSION

    def __init__(self, revision: str = "r1") -> None:
        self.revision = revision
        self.n_encoded = 0

    def encode_queries(self, texts):
        self.n_encoded += len(texts)
        rows = [np.sum([_direction(w) for w in words(t)] or [_direction("")], axis=0) for t in texts]
        return np.array([row / np.linalg.norm(row) for row in rows], dtype=np.float32)

    def encode_passages(self, texts, progress=None):
        return self.encode_queries(texts)


def _direction(word):
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
    return np.random.default_rng(seed).standard_normal(DIMENSION)
