"""Train language identification: `python -m kb.language.train_profiles corpus /path/to/data --hold-out FILE`.

Writes `profiles/<label>.json` for langdetect and `profiles/ngrams.json` for `ngrams.NgramModel`: n-gram counts and
weights only, no text. The same input gives the same files. Takes a few minutes on one core, and scikit-learn.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from pathlib import Path
from typing import Final

from kb.language.folding import plain
from kb.language.ngrams import LABELS, NgramModel, grams
from kb.language.training_text import by_label

PROFILES: Final = Path(__file__).parent / "profiles"
_SNIPPETS: Final = 24_000
_VOCABULARY: Final = 9_000
_PROFILE_SIZE: Final = 1_500
_LENGTHS: Final = (1, 1, 2, 2, 3, 3, 4, 4, 5, 6, 7, 8, 10, 12, 15)


def main() -> None:
    """Read the command line, train both models, write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, help="the knowledge base")
    parser.add_argument("data", type=Path, help="folder with pairs/ and mono/")
    parser.add_argument("--hold-out", type=Path, help="label<TAB>text: texts never trained on")
    options = parser.parse_args()
    rows = options.hold_out.read_text(encoding="utf-8").splitlines() if options.hold_out else []
    texts = by_label(options.corpus, options.data, [row.partition("\t")[2] for row in rows])
    sys.stderr.write("".join(f"{label}: {len(found)} texts\n" for label, found in texts.items()))
    PROFILES.mkdir(exist_ok=True)
    snippets = {label: _snippets(found, random.Random(label)) for label, found in texts.items()}
    for label, found in snippets.items():
        profile = json.dumps(_profile(label, found), ensure_ascii=False, separators=(",", ":"))
        (PROFILES / f"{label}.json").write_text(profile, encoding="utf-8")
    _classifier(snippets).save(PROFILES / "ngrams.json")


def _snippets(texts: list[str], chance: random.Random) -> list[str]:
    """Cut runs of 1 to 15 words out of texts chosen by chance: questions are short."""
    found: list[str] = []
    while len(found) < _SNIPPETS:
        text = chance.choice(texts).split()
        size = chance.choice(_LENGTHS)
        start = chance.randrange(max(1, len(text) - size + 1))
        snippet = " ".join(text[start : start + size])
        if any(c.isalpha() for c in snippet):
            found.append(snippet)
    return found


def _profile(label: str, snippets: list[str]) -> dict[str, object]:
    """Count n-grams of 1 to 3 letters in langdetect's format; totals include the rare ones left out."""
    counts = [Counter[str](), Counter[str](), Counter[str]()]
    for word in (w for snippet in snippets for w in plain(snippet).replace("'", " ").split()):
        padded = f" {''.join(c if c.isalpha() else ' ' for c in word)} "
        for n, counter in enumerate(counts, start=1):
            counter.update(padded[i : i + n] for i in range(len(padded) - n + 1) if padded[i : i + n].strip())
    kept = Counter({g: c for counter in counts for g, c in counter.items()}).most_common(_PROFILE_SIZE)
    return {"freq": dict(sorted(kept)), "n_words": [counter.total() for counter in counts], "name": label}


def _classifier(snippets: dict[str, list[str]]) -> NgramModel:
    """Fit a multinomial logistic regression on the commonest n-grams, then again on those that weigh most."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    rows = [grams(text) for label in LABELS for text in snippets[label]]
    answers = [label for label in LABELS for _ in snippets[label]]
    kept = {gram for gram, _ in Counter(gram for row in rows for gram in row).most_common(5 * _VOCABULARY)}
    for size in (5 * _VOCABULARY, _VOCABULARY):
        vectorizer = DictVectorizer()
        matrix = vectorizer.fit_transform([{g: v for g, v in row.items() if g in kept} for row in rows])
        model = LogisticRegression(C=30.0, max_iter=120).fit(matrix, answers)
        weights = dict(zip(vectorizer.feature_names_, model.coef_.T.tolist(), strict=True))
        kept = set(sorted(weights, key=lambda g: -max(map(abs, weights[g])))[:_VOCABULARY])
        sys.stderr.write(f"{size} n-grams: {model.score(matrix, answers):.4f} of training snippets right\n")
    order = [list(model.classes_).index(label) for label in LABELS]
    return NgramModel(
        {gram: tuple(row[i] for i in order) for gram, row in weights.items()},
        tuple(float(model.intercept_[i]) for i in order),
    )


if __name__ == "__main__":
    main()
