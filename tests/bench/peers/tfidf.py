"""TF-IDF over character n-grams within words, by cosine: scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

N_GRAMS = (2, 4)


class TfIdf:
    """scikit-learn's TfidfVectorizer; lower-cases, logarithmic term frequency, unit rows."""

    def index(self, texts: Sequence[str]) -> None:
        """Count n-grams and weigh them."""
        self._vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=N_GRAMS, sublinear_tf=True, dtype=np.float32)
        self._columns = self._vectorizer.fit_transform(texts).T.tocsr()

    def scores(self, question: str) -> NDArray[np.float32]:
        """Return the cosine with every text, (n_texts,)."""
        return (self._vectorizer.transform([question]) @ self._columns).toarray()[0]
