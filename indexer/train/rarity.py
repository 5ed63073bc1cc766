"""Where learning begins: rare features weigh more than common ones, as in TF-IDF."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from indexer.ngrams import Ngrams
from indexer.train.batches import features

FAMILIAR = 5  # texts that must hold a feature before it counts in full
UNSEEN = 0.3  # what an unseen one counts: enough to find itself, too little for a slip of the keyboard to drown a word


def rarity(texts: Iterable[str], ngrams: Ngrams) -> NDArray[np.float32]:
    """Return a weight (0..1) for each bucket, shape (buckets,): log(n / texts that hold it), as a share of log(n).

    Features that hardly any text holds are damped: most are slips of the keyboard. On 935 dev questions, before the
    corpus is learned, hit@5 is 79 % so, 77 % with equal weights; after it the difference is within chance (2026-11-22).
    """
    counts, n = np.zeros(ngrams.buckets), 0
    for text in texts:
        counts[np.unique(features(text, ngrams))] += 1
        n += 1
    shares = np.log(max(n, 2) / (1 + counts)) / np.log(max(n, 2))
    familiar = np.minimum(1, UNSEEN + (1 - UNSEEN) * counts / FAMILIAR)
    weights: NDArray[np.float32] = (np.clip(shares, 0.1, 1) * familiar).astype(np.float32)
    return weights
