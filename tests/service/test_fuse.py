"""Fusion: what the ranker is told of an entry that has no text in the asker's language."""

from indexer.classifier import UNLIKELY
from kb.model import Language, Scope
from service.fuse import FEATURES, fuse
from service.search import score_units
from tests.conftest import TODAY

QUESTION = "Нужна ли страховка, чтобы лечиться от диабета?"


def told(desk, scope):
    """Return feature -> value for the entry on diabetes."""
    scores = score_units(QUESTION, Language.RU, desk.generation, desk.encode, scope, desk.tuning.n_units)
    found = fuse(scores, desk.generation)
    return dict(zip(FEATURES, found.features[found.owners.index("diabetes")].tolist(), strict=True))


def test_classifiers_are_not_asked_of_entries_without_a_text_in_the_askers_language(desk):
    """They know the texts that were taken away, too: asked, they would make such entries look findable."""
    whole = told(desk, Scope(TODAY))
    others = told(desk, Scope(TODAY, frozenset({Language.KK, Language.EN})))
    for name in ("regression", "network"):
        assert whole[name] > UNLIKELY
        assert others[name] == UNLIKELY
    assert (whole["foreign"], others["foreign"]) == (0, 1)
    assert others["foreign_dense"] == others["dense_wording"] > 0
