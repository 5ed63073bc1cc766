"""Passages are exact slices, one for each heading, and a list stays with its lead-in."""

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from indexer.chunk import LONGEST, chunk
from kb.load import load_corpus
from tests.writing import CORPUS, write_entry

BASE = next(iter(load_corpus(CORPUS).documents()))


def passages(text):
    return chunk(dataclasses.replace(BASE, text=text))


def test_one_passage_for_each_heading_with_its_path():
    got = passages("Answer.\n\n## One\n\nText.\n\n### Deep\n\nMore.\n\n## Two\n\n- a\n- b")
    assert [p.heading for p in got] == [(), ("One",), ("One", "Deep"), ("Two",)]
    assert got[1].text == "## One\n\nText."
    assert got[3].text.endswith("- b")


def test_a_long_section_is_cut_at_a_paragraph_but_never_between_a_list_and_its_lead_in():
    long = "Слово " * 150
    listed = "You need:\n\n" + "\n".join(f"- item {n} " + "x" * 60 for n in range(20))
    got = passages(f"## H\n\n{long.strip()}\n\n{long.strip()}\n\n{listed}")
    assert len(got) > 1
    assert all("You need:" not in p.text or "- item 19" in p.text for p in got)
    assert all(p.heading == ("H",) for p in got)


def test_a_heading_is_never_left_alone():
    got = passages("## H\n\n" + "x" * (LONGEST + 50) + "\n\ntail")
    assert got[0].text.startswith("## H\n\nx")


@given(
    st.lists(
        st.sampled_from(["word " * 30, "## Head", "- one\n- two", "Lead-in:", "1. a\n2. b", "text"]),
        min_size=1,
        max_size=25,
    )
)
def test_every_passage_is_its_slice_and_nothing_is_lost(blocks):
    text = "\n\n".join(b.strip() for b in blocks)
    got = passages(text)
    assert all(text[p.start : p.end] == p.text for p in got)
    assert [p.n for p in got] == list(range(len(got)))
    assert "".join("".join(p.text for p in got).split()) == "".join(text.split())


def test_the_whole_corpus_is_covered_by_its_passages():
    for document in load_corpus(CORPUS).documents():
        got = chunk(document)
        assert "\n\n".join(p.text for p in got) == document.text, document.id


def test_writing_helper_makes_two_passages(tmp_path):
    write_entry(tmp_path, "alpha")
    assert {len(chunk(d)) for d in load_corpus(tmp_path).documents()} == {2}
