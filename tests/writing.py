"""Write small corpora for tests: real files, each field replaceable, so that one thing at a time can be wrong."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

import yaml

from kb.model import Language

CHECKOUT = Path(__file__).resolve().parent.parent
CORPUS = CHECKOUT / "corpus"
N_EXAMPLES = 6
HANDBOOK = (
    "topics.yaml",
    "contacts.yaml",
    "replies.yaml",
    "emergency.yaml",
    "out-of-scope.yaml",
    "terms.yaml",
    "places.yaml",
)

BODIES = {
    Language.KK: "Иә, {entry} үшін айына 4 250 теңге төлейсіз.\n\n## Шарттары"
    "\n\n- Бұл ереже барлық адамға бірдей.\n- Балалар төлемейді.",
    Language.RU: "Да, за {entry} вы платите 4 250 тенге в месяц.\n\n## Условия"
    "\n\n- Правило одно для всех людей.\n- Дети не платят.",
    Language.EN: "Yes, for {entry} you pay 4,250 tenge a month.\n\n## Conditions"
    "\n\n- The rule is the same for everyone.\n- Children do not pay.",
}
ALSO = {
    Language.KK: [
        "{entry} туралы айтыңызшы",
        "{entry} қанша тұрады",
        "{entry} тегін бе",
        "{entry} керек пе",
        "{entry} қайда",
        "{entry} кімге",
    ],
    Language.RU: [
        "расскажите про {entry}",
        "сколько стоит {entry}",
        "{entry} бесплатно ли",
        "нужен ли {entry}",
        "{entry} где",
        "{entry} кому",
    ],
    Language.EN: [
        "tell me about {entry}",
        "how much is {entry}",
        "is {entry} free",
        "do I need {entry}",
        "{entry} where",
        "{entry} for whom",
    ],
}
QUESTION = {
    Language.KK: "{entry} үшін қанша төлеймін?",
    Language.RU: "Сколько я плачу за {entry}?",
    Language.EN: "How much do I pay for {entry}?",
}
CASE = {
    Language.KK: "Сізге {entry} керек",
    Language.RU: "Вам нужен {entry}",
    Language.EN: "You need {entry}",
}


def source(**change: object) -> dict[str, object]:
    """Return a correct source with `change` applied."""
    base = {
        "publisher": "The Fund",
        "title": "Test page",
        "url": "https://example.org/a",
        "date": "2026-01",
        "verified": True,
    }
    return {**base, **change}


def write_document(
    root: Path,
    entry: str,
    language: Language,
    start: str = "2020-01-01",
    body: str | None = None,
    folder: str = "faq",
    **fields: object,
) -> Path:
    """Write one document; `fields` replace front matter, None removes a field. Returns its path."""
    front: dict[str, object] = {
        "title": entry,
        "question": QUESTION[language].format(entry=entry),
        "also": [text.format(entry=entry) for text in ALSO[language]],
        "topic": "system",
        "audience": ["everyone"],
        "sources": [source()],
        "reviewed": "2026-11-22",
    }
    if folder != "faq":
        del front["question"]
    front = {name: value for name, value in {**front, **fields}.items() if value is not None}
    header = yaml.safe_dump(front, allow_unicode=True, sort_keys=False).replace("'2026-11-22'", "2026-11-22")
    path = root / folder / entry / f"{language}@{start}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = BODIES[language].format(entry=entry) if body is None else body
    path.write_text(f"---\n{header}---\n{text}\n", encoding="utf-8")
    return path


def write_entry(root: Path, entry: str, start: str = "2020-01-01", **fields: object) -> list[Path]:
    """Write an entry in all three languages, and whose case it is."""
    write_case(root, entry, {str(language): text.format(entry=entry) for language, text in CASE.items()})
    return [write_document(root, entry, language, start, **fields) for language in Language]  # type: ignore[arg-type]


def write_case(root: Path, entry: str, lines: object) -> Path:
    """Put `lines` under `entry` in cases.yaml, None removes the row. Returns its path."""
    path = root / "cases.yaml"
    rows = (yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else None) or {}
    rows = {name: row for name, row in {**rows, entry: lines}.items() if row is not None}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(rows, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def with_handbook(root: Path) -> Path:
    """Copy the real small files (topics, contacts, replies, …) into `root`, of off-topic examples the first few."""
    root.mkdir(parents=True, exist_ok=True)
    for name in HANDBOOK:
        shutil.copy(CORPUS / name, root / name)
    (root / "out-of-scope.yaml").write_text(_short_list(), encoding="utf-8")
    return root


@cache
def _short_list() -> str:
    """The thousands of real off-topic examples would make every small index slow."""
    content = yaml.safe_load((CORPUS / "out-of-scope.yaml").read_text(encoding="utf-8"))
    for topic in content["topics"]:
        topic["examples"] = {language: texts[:N_EXAMPLES] for language, texts in topic["examples"].items()}
    return str(yaml.safe_dump(content, allow_unicode=True))
