"""Loading is strict, keeps every problem, and derives validity from the entry's timeline."""

from datetime import date

import pytest

from kb.handbook import Handbook, HandbookError
from kb.load import CorpusError, load_corpus, read_corpus
from kb.model import Language, Scope, Validity
from tests.writing import CASE, source, with_handbook, write_case, write_document, write_entry


def rules(root):
    return sorted({f.rule for f in read_corpus(root).findings})


def test_a_correct_entry_loads_with_its_texts(tmp_path):
    write_entry(tmp_path, "alpha")
    base = load_corpus(tmp_path)
    documents = base.entry("alpha").at(date(2026, 11, 22))
    assert set(documents) == set(Language)
    assert documents[Language.RU].id == "alpha/ru@2020-01-01"
    assert documents[Language.RU].text.startswith("Да, за alpha")


def test_the_end_of_a_version_is_the_next_start_of_the_entry_in_any_language(tmp_path):
    write_entry(tmp_path, "alpha")
    write_document(tmp_path, "alpha", Language.RU, "2026-01-01")
    base = load_corpus(tmp_path)
    kazakh = next(d for d in base.documents() if d.language is Language.KK)
    assert kazakh.validity == Validity(date(2020, 1, 1), date(2026, 1, 1))
    assert set(base.entry("alpha").at(date(2026, 1, 1))) == {Language.RU}
    assert set(base.entry("alpha").at(date(2025, 12, 31))) == set(Language)


def test_a_repealed_rule_ends_without_a_successor(tmp_path):
    write_entry(tmp_path, "alpha", repealed=date(2024, 1, 1))
    base = load_corpus(tmp_path)
    assert base.at(date(2023, 12, 31))
    assert not base.at(date(2024, 1, 1))


def test_an_older_version_inherits_the_wordings_of_the_newest(tmp_path):
    write_entry(tmp_path, "alpha", also=None)
    write_entry(tmp_path, "alpha", "2026-01-01")
    first = load_corpus(tmp_path).entry("alpha").at(date(2021, 1, 1))[Language.EN]
    assert "is alpha free" in first.also


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"colour": "red"}, "unknown-field"),
        ({"title": None}, "missing-field"),
        ({"question": None}, "missing-field"),
        ({"sources": []}, "missing-field"),
        ({"also": "one text"}, "field-shape"),
        ({"also": ["ok", 5]}, "field-shape"),
        ({"reviewed": "soon"}, "bad-date"),
        ({"sources": [source(url="msqory.kz")]}, "source"),
        ({"sources": [source(verified="yes")]}, "source"),
        ({"sources": [source(date="2026-13")]}, "source"),
        ({"sources": [source(colour="red")]}, "source"),
        ({"sources": ["msqory.kz"]}, "source"),
        ({"body": ""}, "empty"),
        ({"repealed": date(2019, 1, 1)}, "bad-date"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(tmp_path, fields, rule):
    write_document(tmp_path, "alpha", Language.RU, **fields)
    assert rules(tmp_path) == [rule]


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("faq/alpha/de@2020-01-01.md", "file-name"),
        ("faq/alpha/ru@2020-1-1.md", "file-name"),
        ("faq/alpha/ru@2026-02-30.md", "bad-date"),
        ("faq/Alpha/ru@2020-01-01.md", "file-name"),
        ("faq/ru@2020-01-01.md", "file-name"),
        ("faq/alpha/notes.txt", "file-name"),
    ],
)
def test_a_misnamed_file_is_reported_and_not_skipped(tmp_path, name, rule):
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_text("---\ntitle: x\n---\ntext\n", encoding="utf-8")
    assert rules(tmp_path) == [rule]


@pytest.mark.parametrize(
    ("content", "rule", "line"),
    [
        (b"no front matter", "front-matter", 1),
        (b"---\ntitle: [1\n---\ntext\n", "front-matter", 2),
        (b"---\n- a list\n---\ntext\n", "front-matter", 2),
        (b"---\ntitle: x\nreviewed: 2026-02-30\n---\ntext\n", "bad-date", 3),
        (b"\xff\xfe\x00", "encoding", 1),
    ],
)
def test_unreadable_files_are_told_with_their_line(tmp_path, content, rule, line):
    path = tmp_path / "faq/alpha/ru@2020-01-01.md"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    (finding,) = read_corpus(tmp_path).findings
    assert (finding.rule, finding.line) == (rule, line)


def test_all_problems_come_at_once_and_the_error_says_how_to_mend(tmp_path):
    write_document(tmp_path, "alpha", Language.RU, colour="red")
    write_document(tmp_path, "beta", Language.KK, title=None)
    with pytest.raises(CorpusError) as caught:
        load_corpus(tmp_path)
    assert {f.rule for f in caught.value.findings} == {"unknown-field", "missing-field"}
    assert "ru@2020-01-01.md" in str(caught.value)
    assert "use one of" in str(caught.value)


def test_an_entry_may_not_stand_in_two_folders(tmp_path):
    write_entry(tmp_path, "alpha")
    write_entry(tmp_path, "alpha", folder="leaflets")
    assert rules(tmp_path) == ["entry-twice"]


def test_a_missing_corpus_is_told(tmp_path):
    assert rules(tmp_path / "nowhere") == ["no-corpus"]


def test_scope_admits_by_day_language_and_topic(tmp_path):
    write_entry(tmp_path, "alpha")
    base = load_corpus(tmp_path)
    day = date(2026, 1, 1)
    assert len(list(base.documents(Scope(day)))) == 3
    assert len(list(base.documents(Scope(day, frozenset({Language.KK}))))) == 1
    assert not list(base.documents(Scope(day, topics=frozenset({"dental"}))))
    assert not list(base.documents(Scope(date(2019, 12, 31))))
    assert len(list(base.documents(Scope(None)))) == 3


def test_the_digest_changes_with_a_letter_and_not_with_the_place(tmp_path):
    write_entry(tmp_path / "a", "alpha")
    write_entry(tmp_path / "b", "alpha")
    assert load_corpus(tmp_path / "a").digest == load_corpus(tmp_path / "b").digest
    write_document(tmp_path / "b", "alpha", Language.RU, body="Да, за alpha вы платите 4 251 тенге.")
    assert load_corpus(tmp_path / "a").digest != load_corpus(tmp_path / "b").digest


def test_a_handbook_says_whose_case_an_entry_is_and_needs_no_line_for_each(tmp_path):
    write_entry(with_handbook(tmp_path), "alpha")
    handbook = Handbook.load(tmp_path, {"alpha", "beta"})
    assert [handbook.case("alpha", x) for x in Language] == [CASE[x].format(entry="alpha") for x in Language]
    assert handbook.case("beta", Language.RU) == ""
    (tmp_path / "cases.yaml").unlink()
    assert Handbook.load(tmp_path, {"alpha"}).case("alpha", Language.RU) == ""


GOOD = "alpha:\n  kk: а\n  ru: б\n  en: c\n"


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        (GOOD + "beta:\n  kk: а\n  ru: б\n", 5, "`beta` has no text in `en`"),
        (GOOD.replace("ru: б", "ru: ' '"), 3, "`alpha` has no text in `ru`"),
        (GOOD.replace("ru: б", "ru: 5"), 3, "`alpha` has no text in `ru`"),
        (GOOD.replace("ru: б", "ru: [б]"), 3, "`alpha` has no text in `ru`"),
        (GOOD + "beta: only one\n", 5, "`beta` has no text in `kk`"),
        (GOOD + "  de: d\n", 5, "`de` of `alpha` is none of"),
        ("# note\n" + GOOD + GOOD, 6, "`alpha` stands here and on line 2"),
        (GOOD + GOOD.replace("alpha", "alhpa"), 5, "near: alpha"),
        (GOOD.replace("ru: б", "ru: [б"), 4, "not valid YAML"),
        ("- alpha\n", 1, "no `entry:` rows"),
    ],
)
def test_a_bad_line_on_whose_case_an_entry_is_is_told_with_its_place(tmp_path, content, line, says):
    (with_handbook(tmp_path) / "cases.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(HandbookError) as caught:
        Handbook.load(tmp_path, {"alpha", "beta"})
    first = str(caught.value).splitlines()[0]
    assert f"cases.yaml:{line}: " in first
    assert says in first


def test_all_bad_lines_come_at_once(tmp_path):
    write_case(with_handbook(tmp_path), "alpha", {"ru": "б"})
    write_case(tmp_path, "gamma", {"kk": "а", "ru": "б", "en": "c"})
    with pytest.raises(HandbookError) as caught:
        Handbook.load(tmp_path, {"alpha"})
    assert [part.split(": ")[0].rsplit(":", 1)[1] for part in str(caught.value).splitlines()] == ["1", "1", "3"]
