"""Five-fold test on wordings that training and index did without: `python -m tests.bench.folds`."""
