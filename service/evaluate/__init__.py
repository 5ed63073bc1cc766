"""Measure the desk, an encoder or any retrieval run on judged questions: what `anyq evaluate` does."""
