"""The other sets that are measured: near-miss pairs, days of change, ways of typing, other languages, outside texts."""

import dataclasses
import json
from datetime import date
from random import Random

import numpy as np
import pytest
from rapidfuzz.distance import OSA

from indexer.generation import Narrowed
from kb.base import KnowledgeBase
from kb.language.scripts import digits_for_kazakh_letters, on_latin_layout
from kb.load import load_corpus
from kb.model import Language, Outcome, Scope
from service.evaluate.asking import Reply, grouping_of
from service.evaluate.bias import FEW, TIMES, WITHIN, Bench, _flags, bias_rows, trials
from service.evaluate.cases import CaseError, read_cases
from service.evaluate.cross import cross_rows, other_languages
from service.evaluate.dated import Version, ask_dated, counted, dated_cases, version_of
from service.evaluate.outside import OutsideIndex, read_texts, search_cases
from service.evaluate.pairs import Ending, Judged, Pair, Side, judge, pair_rows, read_pairs
from service.evaluate.parallel import read_parallel, translation_rows
from service.evaluate.systems import System, entries
from service.evaluate.typed import (
    CLASSES,
    code_switched,
    everyday_latin,
    hasty,
    one_typo,
    typed_cases,
    typed_differences,
)
from tests.conftest import TODAY
from tests.encoding import WordEncoder
from tests.service.test_cli import anyq
from tests.service.test_evaluate import case, write_folder
from tests.writing import with_handbook, write_entry

A, B = Side("a", frozenset({"x"}), None), Side("b", frozenset({"y"}), None)
NOBODY = KnowledgeBase.of(())


@pytest.mark.parametrize(
    ("outcome", "shown", "ending"),
    [
        (Outcome.ANSWERED, ("x",), Ending.RIGHT),
        (Outcome.ANSWERED, ("both",), Ending.RIGHT),
        (Outcome.ANSWERED, ("y",), Ending.WRONG_TWIN),
        (Outcome.ANSWERED, ("z",), Ending.OTHER),
        (Outcome.EMERGENCY, ("ambulance",), Ending.OTHER),
        (Outcome.CLARIFY, ("y", "x"), Ending.BOTH_OFFERED),
        (Outcome.CLARIFY, ("z", "x"), Ending.RIGHT_OFFERED),
        (Outcome.CLARIFY, ("y", "z"), Ending.OTHER_OFFERED),
        (Outcome.NOT_FOUND, (), Ending.REFUSED),
        (Outcome.NOT_IN_FORCE, (), Ending.REFUSED),
    ],
)
def test_a_side_is_judged_by_what_is_shown(outcome, shown, ending):
    assert judge(Reply(outcome, 0.9, shown, ()), frozenset({"both"}), A, B, NOBODY, TODAY) is ending


@pytest.mark.parametrize(("cases", "ending"), [(("z", "x"), Ending.WRONG_WITH_RIGHT), (("z",), Ending.WRONG_TWIN)])
def test_a_wrong_twin_with_the_right_ones_case_beside_it_does_not_stand_alone(cases, ending):
    reply = Reply(Outcome.ANSWERED, 0.9, ("y",), (), cases)
    assert judge(reply, frozenset({"both"}), A, B, NOBODY, TODAY) is ending


def test_where_both_sides_lead_to_one_entry_the_version_decides(tmp_path):
    root = with_handbook(tmp_path)
    write_entry(root, "x")
    write_entry(root, "x", start="2026-01-01")
    base = load_corpus(root)
    now, then = dataclasses.replace(A), Side("then", frozenset({"x"}), date(2025, 6, 1))

    def cited(document, side, twin):
        return judge(Reply(Outcome.ANSWERED, 0.9, ("x",), (document,)), frozenset(), side, twin, base, TODAY)

    assert cited("x/ru@2026-01-01", now, then) is Ending.RIGHT
    assert cited("x/ru@2020-01-01", now, then) is Ending.WRONG_TWIN
    assert cited("x/ru@2020-01-01", then, now) is Ending.RIGHT


def test_pair_rows_count_sides_in_all_their_groups():
    pairs = [Pair(str(n), language, "kind", A, B, frozenset()) for n, language in enumerate(("kk", "ru"))]
    reply = Reply(Outcome.ANSWERED, 0.9, ("x",), ())
    endings = (Ending.RIGHT, Ending.WRONG_TWIN, Ending.RIGHT, Ending.RIGHT)
    judged = [Judged(pairs[n // 2], A, reply, ending) for n, ending in enumerate(endings)]
    rows = {row.group: row for row in pair_rows(judged)}
    assert list(rows) == ["all", "kk", "ru", "kind"]
    assert (rows["all"].n, rows["all"].figures["wrong twin alone"].value) == (4, 0.25)
    assert rows["kk"].figures["wrong twin alone"].value == 0.5
    assert rows["ru"].figures["right alone"].value == 1.0


def test_pairs_from_the_command_line(home, tmp_path):
    question = "Нужна ли страховка, чтобы лечиться от диабета?"
    side, twin = {"text": question, "entries": ["diabetes"]}, {"text": question, "entries": ["asthma"]}
    row = {"_id": "1", "language": "ru", "kind": "disease", "decides": "?", "a": side, "b": twin}
    (tmp_path / "pairs.jsonl").write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    result = json.loads(anyq("evaluate", tmp_path, "--json", "--home", home).stdout)
    assert result["pairs"][0]["values"]["right alone"] == result["pairs"][0]["values"]["wrong twin alone"] == 0.5
    assert [row["wanted"] for row in result["misses"]] == ["asthma"]
    refused = anyq("evaluate", tmp_path, "--typing", "--home", home)
    assert (refused.exit_code, "--typing: only for judged questions" in refused.stderr) == (1, True)


@pytest.mark.parametrize("line", ["[]", '{"_id": "1"}', '{"_id":"1","language":"ru","kind":"k","a":{},"b":{}}'])
def test_a_bad_pair_is_named_with_file_and_line(tmp_path, line):
    (tmp_path / "pairs.jsonl").write_text("\n" + line + "\n", encoding="utf-8")
    with pytest.raises(CaseError, match=r"pairs\.jsonl:2"):
        read_pairs(tmp_path)


def test_every_day_around_a_change_is_asked_in_every_language(tmp_path):
    root = with_handbook(tmp_path)
    write_entry(root, "x")
    write_entry(root, "x", start="2026-01-01")
    cases = list(dated_cases(load_corpus(root).entries.values()))
    days = {(c.day.isoformat(), c.which, c.is_in_force) for c in cases}
    assert days == {
        ("2019-12-31", "day before", False),
        ("2020-01-01", "first day", True),
        ("2025-12-31", "last day", True),
        ("2026-01-01", "first day", True),
    }
    assert len(cases) == 12


def test_no_version_is_cited_that_was_not_in_force_that_day(desk):
    """Around every day of change of every entry that has several versions."""
    changed = [entry for entry in desk.generation.base.entries.values() if len(entry.timeline) > 1]
    cases = [c for c in dated_cases(changed) if c.which != "day before"]
    assert len(cases) > 150
    counts = counted(ask_dated(cases, desk, TODAY))["all"]
    assert counts[Version.WRONG] == 0
    assert counts[Version.RIGHT] >= 0.95 * len(cases), counts


def test_a_citation_of_another_days_version_is_wrong_unless_it_is_said(desk):
    (case_,) = [
        c for c in dated_cases([desk.generation.base.entry("diabetes")]) if (c.which, c.language) == ("last day", "ru")
    ]
    answer = desk.answer(case_.text, None, TODAY, TODAY)
    assert version_of(answer, case_, desk.generation.base) is Version.WRONG
    said = dataclasses.replace(answer, outcome=Outcome.NOT_IN_FORCE)
    assert version_of(said, case_, desk.generation.base) is Version.NOT_IN_FORCE
    then = desk.answer(case_.text, None, case_.day, TODAY)
    assert version_of(then, case_, desk.generation.base) is Version.RIGHT


@pytest.mark.parametrize(
    ("language", "name", "text", "typed"),
    [
        ("kk", "missing Kazakh letters", "Қандай ғұмыр?", "Кандай гумыр?"),
        ("kk", "Latin of 2021", "Дәрі ғой", "däri ğoi".replace("i", "ı", 1)),
        ("kk", "Latin of 2017, apostrophes", "Дәрі ғой", "da'ri g'oi'"),
        ("kk", "wrong keyboard layout", "Қан маман?", "0fy vfvfy&"),
        ("kk", "digits for letters", "Қазақ", "0аза0"),
        ("kk", "mixed with Russian", "Емханаға жолдама керек", "поликлиникаға направление керек"),
    ],
)
def test_a_way_of_typing_writes_as_people_do(language, name, text, typed):
    (write,) = [maker for lang, title, maker in CLASSES if (lang, title) == (language, name)]
    assert write(text, Random(0)) == typed


def test_keys_of_the_wrong_layout_and_digits_are_those_of_the_keyboard():
    assert on_latin_layout("ӘІҢҒ, қалай") == "2345? 0fkfq"
    assert digits_for_kazakh_letters("Үй һәм өз") == "8й =2м -з"


def test_a_typo_is_one_edit_and_everyday_latin_has_no_signs():
    rng = Random(1)
    for text in ("Сақтандыру керек пе?", "аа бб аа бб") * 20:
        changed = one_typo(text, rng)
        assert changed != text
        assert abs(len(changed) - len(text)) <= 1
    assert {everyday_latin("Шешем, ауру!", rng) for _ in range(20)} <= {"sheshem auru", "wewem auru"}


def test_who_types_in_a_hurry_slips_in_a_third_of_the_words_and_writes_no_signs():
    clean = "Нужна ли страховка, чтобы лечиться от диабета в своей поликлинике?"
    typed = [hasty(clean, Random(n)) for n in range(20)]
    assert all(text == text.lower() and not set(text) & set(",?") for text in typed)
    slips = [OSA.distance(text, "нужна ли страховка чтобы лечиться от диабета в своей поликлинике") for text in typed]
    assert set(slips) <= {1, 2, 3}
    assert slips.count(3) > 10
    assert OSA.distance(hasty("Диабет", Random(1)), "диабет") == 2


def test_typed_questions_are_the_clean_answerable_ones_and_always_the_same():
    cases = [
        case("1", "x", text="Емхана қайда?", language="kk"),
        case("2", "x", text="емхана кайда", language="kk", style="short"),
        case("3", text="Ауа райы қандай?", language="kk"),
        case("4", "x", text="How much?", language="en", script="Latn"),
    ]
    typed = list(typed_cases(cases))
    english = [(t.clean.id, t.group) for t in typed if t.clean.language == "en"]
    assert english == [("4", "en one-edit typo"), ("4", "en hasty, many slips")]
    assert len([t for t in typed if t.clean.id == "1"]) == 9
    assert {t.clean.id for t in typed} == {"1", "4"}
    assert typed == list(typed_cases(cases))
    assert code_switched("Ауа райы қандай?", Random(0)) == "Ауа райы қандай?"


def test_typed_questions_are_compared_with_the_same_clean_ones(desk):
    cases = [case("1", "diabetes", text="Қант диабетін емдету үшін сақтандыру керек пе?", language="kk")]
    (digits,) = [d for d in typed_differences(cases, desk, TODAY, System.RANKED) if "digits" in d.group]
    assert (digits.n, digits.ours, digits.theirs, digits.difference.value) == (1, 1.0, 1.0, 0.0)


def test_an_answer_in_another_language_only_is_searched_there_only(desk):
    asked = case("1", "diabetes", text="Нужна ли страховка, чтобы лечиться от диабета?")
    scope = other_languages(asked, TODAY)
    assert scope == Scope(TODAY, frozenset({Language.KK, Language.EN}))
    units = np.array(desk.generation.units, dtype=object)[desk.generation.admitted(scope)]
    assert {u.language for u in units if u.facet != "off-topic"} == {Language.KK, Language.EN}
    rows = cross_rows([asked, case("2")], desk, TODAY, System.RANKED)
    assert [(r.group, r.n, r.figures["hit@1"].value) for r in rows] == [("all", 1, 1.0), ("ru", 1, 1.0)]


def write_parallel(path, *rows):
    path.write_text("\n".join("\t".join(row) for row in rows) + "\n", encoding="utf-8")
    return path


def test_translations_are_found_by_nearest_neighbour(tmp_path):
    texts = read_parallel(
        write_parallel(tmp_path / "p.tsv", ("kk", "ru"), ("алма", "алма"), ("бала", "бала"), ("дана", "бала екі"))
    )
    rows = translation_rows(texts, WordEncoder())
    assert [(r.group, r.n) for r in rows] == [("kk → ru", 3), ("ru → kk", 3)]
    assert [round(r.figures["accuracy"].value, 3) for r in rows] == [0.667, 0.667]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([("kk",), ("алма",)], ":1: the first line"),
        ([("kk", "kk"), ("а", "б")], ":1: the first line"),
        ([("kk", "ru"), ("а", "б"), ("в", "")], ":3: 2 cells, 1 of them filled"),
        ([("kk", "ru"), ("а", "б", "в")], ":2: 3 cells"),
        ([("kk", "ru"), ("а", "б")], "fewer than two rows"),
    ],
)
def test_a_bad_file_of_parallel_texts_is_named_with_its_line(tmp_path, rows, told):
    with pytest.raises(CaseError) as error:
        read_parallel(write_parallel(tmp_path / "p.tsv", *rows))
    assert told in str(error.value)


def test_parallel_texts_need_no_index(tmp_path):
    file = write_parallel(
        tmp_path / "p.tsv",
        ("kk", "ru", "en"),
        ("диабет", "диабет", "diabetes"),
        ("емхана", "поликлиника", "polyclinic"),
    )
    result = json.loads(anyq("evaluate", file, "--json", "--home", tmp_path / "none").stdout)
    assert [row["group"] for row in result["parallel"]][-1] == "average"
    assert len(result["parallel"]) == 7
    assert not (tmp_path / "none").exists()


OUTSIDE = [
    {"_id": "a/1", "title": "Кошки", "text": "Кошки спят весь день и ловят мышей."},
    {"_id": "b/1", "title": "", "text": "Собаки лают и охраняют дом."},
]


def outside_folder(folder):
    write_folder(folder, [("1", "кто ловит мышей", {}), ("2", "не судили", {})], [("1", "a/1", 1)])
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in OUTSIDE)
    (folder / "corpus.jsonl").write_text(lines, encoding="utf-8")
    return folder


def test_outside_texts_are_searched_by_both_retrievers(tmp_path):
    folder = outside_folder(tmp_path)
    cases = read_cases(folder)
    assert [c.id for c in cases] == ["1"]
    index = OutsideIndex.build(read_texts(folder), WordEncoder())
    (result,) = search_cases(cases, index)
    assert set(result.orders) == {System.LEXICAL, System.DENSE, System.FUSED}
    assert entries(result.order(System.LEXICAL)) == ("a/1",)
    assert entries(result.order(System.FUSED))[0] == "a/1"
    assert result.reply is None


def test_outside_texts_from_the_command_line_say_that_the_ranker_is_not_for_them(tmp_path):
    folder, home = outside_folder(tmp_path / "beir"), tmp_path / "none"
    run = tmp_path / "run"
    result = json.loads(anyq("evaluate", folder, "--json", "--run", run, "--home", home).stdout)
    assert (result["system"], result["rows"][0]["values"]["hit@1"]) == ("fused", 1.0)
    assert "learned ranker" in result["note"]
    assert run.read_text(encoding="utf-8").startswith("1 Q0 a/1 1 ")
    lexical = json.loads(anyq("evaluate", folder, "--json", "--system", "lexical", "--home", home).stdout)
    assert (lexical["system"], lexical["note"]) == ("lexical", "")
    assert not home.exists()


@pytest.mark.parametrize("line", ['{"text": "x"}', "[]", '{"_id": "a/1", "text": "twice"}'])
def test_a_bad_outside_text_is_named_with_file_and_line(tmp_path, line):
    folder = outside_folder(tmp_path)
    with (folder / "corpus.jsonl").open("a", encoding="utf-8") as file:
        file.write("\n" + line)
    with pytest.raises(CaseError, match=r"corpus\.jsonl:3"):
        read_texts(folder)


def test_evaluate_needs_something_to_measure(home, tmp_path):
    assert anyq("evaluate", "--home", home).exit_code == 2
    result = anyq("evaluate", tmp_path / "none.tsv", "--home", home)
    assert (result.exit_code, "none.tsv: no such file or folder" in result.stderr) == (1, True)


BIASED = [
    case("ru-1", "diabetes", text="Нужна ли страховка, чтобы лечиться от диабета?"),
    case("kk-1", "where-to-pay", text="Жарнаны қайда төлеймін?", language="kk"),
    case("past", "diabetes", text="Лечат ли диабет без страховки?", as_of=date(1999, 1, 1)),
    case("nothing"),
]


def test_unrelated_entries_are_no_kin_of_the_right_one(desk):
    base = desk.generation.base
    chosen = list(trials(BIASED, base, TODAY, per_language=5))
    assert chosen == list(trials(BIASED, base, TODAY, per_language=5))
    assert [(t.case.id, t.answer) for t in chosen] == [("kk-1", "en"), ("kk-1", "ru"), ("ru-1", "en"), ("ru-1", "kk")]
    for trial in chosen:
        (right,) = trial.case.relevant
        assert (trial.few[0], len(trial.few), len(trial.many)) == (right, FEW, TIMES * FEW)
        assert not set(trial.few) & set(trial.many)
        others = [base.entry(name) for name in (*trial.few[1:], *trial.many)]
        assert base.entry(right).topic not in {entry.topic for entry in others}
        assert right not in {seen for entry in others for d in entry.documents for seen in d.see}


def test_only_the_chosen_entries_are_admitted_each_in_its_language(desk):
    trial = next(trials(BIASED, desk.generation.base, TODAY, per_language=5))
    bench = Bench(desk, grouping_of(desk.generation))
    mask = bench.mask(TODAY, [(Language.RU, trial.few), (Language.KK, trial.many)])
    generation = Narrowed(desk.generation, mask)
    rows = np.flatnonzero(generation.admitted(Scope(None)))
    units = [generation.units[row] for row in rows if generation.units[row].facet != "off-topic"]
    assert {(u.language, generation.documents[u.document].entry) for u in units} == {
        *((Language.RU, name) for name in trial.few),
        *((Language.KK, name) for name in trial.many),
    }
    assert all(generation.documents[u.document].validity.covers(TODAY) for u in units)
    assert desk.generation.admitted(Scope(TODAY)).sum() > len(rows)


def test_a_right_entry_that_is_overtaken_or_lost_has_moved():
    assert _flags((1, 1, 2)) == [1, 0, 1, 1]
    assert _flags((1, 3, 0)) == [0, 1, 0, 1]


def test_bias_is_counted_by_system_and_languages(desk):
    rows = {row.group: row for row in bias_rows(BIASED, desk, TODAY, per_language=5)}
    assert [rows[f"ranked, {pair}"].n for pair in ("all", "kk → en", "ru → en")] == [4, 1, 1]
    assert rows["dense, all"].figures[WITHIN].value >= 0.5
