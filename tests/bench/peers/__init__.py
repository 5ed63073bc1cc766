"""Other ways to search the same corpus, beside Anyq on the same questions: `python -m tests.bench.peers`."""
