"""The `anyq` program: one command for each thing that editors, operators and developers do."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from kb.model import Answer, Language
from service.settings import Settings, now, today

app = typer.Typer(
    help="Anyq answers questions about Kazakhstan's health insurance from a corpus in Kazakh, Russian and English.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
out = Console(highlight=False)
WIDE = 120  # columns of tables that go to a file
err = Console(stderr=True, highlight=False, soft_wrap=True)

CorpusOption = Annotated[Path | None, typer.Option("--corpus", help="Corpus folder (default: the checkout's corpus/).")]
HomeOption = Annotated[
    Path | None, typer.Option("--home", help="Folder of generations (default: the checkout's var/).")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def settings_of(corpus: Path | None = None, home: Path | None = None) -> Settings:
    """Read the environment, then let options of the command line win."""
    given = {"corpus": corpus, "home": home}
    return Settings(**{name: value.resolve() for name, value in given.items() if value is not None})  # type: ignore[arg-type]


@contextmanager
def plain_errors() -> Iterator[None]:
    """Print an expected error as one plain message and leave with status 1."""
    try:
        yield
    except (ValueError, RuntimeError, OSError, LookupError) as error:
        err.print(f"[red]error:[/] {_escape(str(error))}")
        raise typer.Exit(1) from None


def _escape(text: str) -> str:
    return text.replace("[", "\\[")


@contextmanager
def progress_bars() -> Iterator[Any]:
    """Give a `progress(stage, done, total)` that draws bars on the error stream when it is a terminal."""
    columns = (TextColumn("{task.description:>10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, disable=not sys.stderr.isatty()) as bars:
        tasks: dict[str, Any] = {}

        def progress(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield progress


@app.command()
def check(corpus: CorpusOption = None, as_json: JsonOption = False) -> None:
    """Report everything an editor must mend in the corpus; exit 1 when there is anything."""
    from kb.check import check_corpus

    root = settings_of(corpus).corpus
    with plain_errors(), progress_bars() as progress:
        findings = check_corpus(root, today(), lambda done, total: progress("checking", done, total))
    if as_json:
        typer.echo(
            json.dumps([asdict(f) | {"path": _relative(f.path)} for f in findings], ensure_ascii=False, indent=1)
        )
    else:
        for f in findings:
            out.print(
                f"[bold]{_relative(f.path)}:{f.line}[/] [yellow]{f.rule}[/] "
                f"{_escape(f.message)}. [dim]{_escape(f.fix)}[/]",
                soft_wrap=True,
            )
        out.print(f"{len(findings)} findings" if findings else f"[green]No findings[/] in {_relative(root)}")
    raise typer.Exit(1 if findings else 0)


def _relative(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


@app.command()
def build(
    corpus: CorpusOption = None,
    home: HomeOption = None,
    publish_it: Annotated[bool, typer.Option("--publish", help="Publish the generation at once.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Build even when nothing changed.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Build a generation from the corpus. Nothing is done when corpus, encoder and analyzers are unchanged."""
    from indexer.build import Snapshot, unchanged
    from indexer.build import build as build_generation
    from indexer.encode import open_encoder
    from indexer.shelf import Shelf

    settings = settings_of(corpus, home)
    shelf = Shelf(settings.home)
    with plain_errors(), progress_bars() as progress:
        snapshot, encoder = Snapshot.read(settings.corpus), open_encoder(settings.encoder)
        same = None if force else unchanged(snapshot, encoder, shelf)
        manifest = same or build_generation(snapshot, encoder, shelf, now(), progress)
        if publish_it and shelf.current() != manifest.id:
            shelf.publish(manifest.id, now())
    current = shelf.current() == manifest.id
    if as_json:
        typer.echo(json.dumps({"generation": manifest.id, "built": same is None, "published": current}))
    else:
        n_documents = sum(n for languages in manifest.counts.values() for n in languages.values())
        how = "is up to date" if same else f"built: {n_documents} documents, {manifest.n_encoded} texts encoded"
        out.print(f"Generation {manifest.id} {how}; {'published' if current else 'not published'}", soft_wrap=True)


@app.command()
def publish(
    generation: Annotated[str, typer.Argument(help="Id of the generation; `latest` for the newest.")] = "latest",
    home: HomeOption = None,
) -> None:
    """Publish a generation: running services follow without dropping a question."""
    from indexer.generation import Generation
    from indexer.shelf import Shelf, ShelfError

    with plain_errors():
        shelf = Shelf(settings_of(home=home).home)
        manifests = shelf.manifests()
        if generation == "latest" and not manifests:
            raise ShelfError("there is no generation yet; run `anyq build`")
        chosen = manifests[-1].id if generation == "latest" else generation
        Generation.open(shelf.path(chosen))
        shelf.publish(chosen, now())
    out.print(f"Published {chosen}")


@app.command()
def rollback(home: HomeOption = None) -> None:
    """Publish the generation that was current before the present one."""
    from indexer.shelf import Shelf

    with plain_errors():
        publication = Shelf(settings_of(home=home).home).rollback(now())
    out.print(f"Rolled back to {publication.generation}")


@app.command()
def info(
    of_corpus: Annotated[bool, typer.Option("--corpus", help="Count the corpus instead of the generations.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the generations and the history of publishing, or with --corpus what the corpus holds."""
    from service.reports import corpus_report, shelf_report

    with plain_errors():
        settings = settings_of(home=home)
        report = corpus_report(settings.corpus) if of_corpus else shelf_report(settings.home)
    if as_json:
        typer.echo(json.dumps(report.rows, ensure_ascii=False, indent=1))
    else:
        out.print(report.table)


@app.command()
def ask(
    questions: Annotated[list[str], typer.Argument(help="One or more questions, each in quotes.")],
    lang: Annotated[str, typer.Option(help="Language to answer in: auto, kk, ru or en.")] = "auto",
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day whose rules apply (today).")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show how the answer was found.")] = False,
) -> None:
    """Answer questions with citations. Builds and publishes the index first when there is none."""
    from service.reports import answer_report, explanation

    if lang not in ("auto", *Language):
        raise typer.BadParameter(f"`{lang}` is none of auto, kk, ru, en", param_hint="--lang")
    language = None if lang == "auto" else Language(lang)
    with plain_errors():
        engine = _ready_engine(settings_of(home=home))
        day = as_of.date() if as_of else today()
        desk = engine.desk()
        answers = [desk.answer(question, language, day, today()) for question in questions]
        traces = [explanation(desk, q, language, day) for q in questions] if explain else []
    if as_json:
        content = TypeAdapter(list[Answer]).dump_python(answers, mode="json")
        for row, trace in zip(content, traces, strict=False):
            row["explain"] = trace
        typer.echo(json.dumps(content[0] if len(content) == 1 else content, ensure_ascii=False, indent=1))
        return
    for n, (question, answer) in enumerate(zip(questions, answers, strict=True)):
        out.print(answer_report(question, answer, desk.generation.handbook))
        if traces:
            out.print_json(json.dumps(traces[n], ensure_ascii=False))


def _ready_engine(settings: Settings) -> Any:  # noqa: ANN401 - service.engine is imported late: it loads torch
    from service.engine import Engine, EngineDownError

    engine = Engine(settings)
    _ensure_published(settings, engine)
    engine.load()
    if engine.trouble:
        raise EngineDownError(engine.trouble)
    return engine


def _ensure_published(settings: Settings, engine: Any) -> None:  # noqa: ANN401
    """Build and publish a first generation, so that a fresh checkout answers at once."""
    from indexer.build import Snapshot
    from indexer.build import build as build_generation

    if engine.shelf.current() is None:
        err.print("No index yet: building one from the corpus…")
        manifest = build_generation(Snapshot.read(settings.corpus), engine.encoder, engine.shelf, now())
        engine.shelf.publish(manifest.id, now())


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="Port of the API; the pages take the two ports above it.")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    with_pages: Annotated[bool, typer.Option("--all", help="Serve the Streamlit pages too.")] = False,
    home: HomeOption = None,
) -> None:
    """Serve the API and the citizens' page, with --all the agents' and editors' pages too, until Ctrl-C."""
    from service.run import serve_all

    with plain_errors():
        settings = settings_of(home=home)
        engine = _ready_engine(settings)
        serve_all(settings, engine, host, port, with_pages=with_pages, say=lambda text: out.print(text, soft_wrap=True))


@app.command()
def train(
    data: Annotated[Path, typer.Option(help="Folder of training text: pairs/, qa/, mono/.")] = Path("../shared/data"),
    corpus: CorpusOption = None,
    model: Annotated[Path | None, typer.Option("--out", help="Folder to write the encoder to.")] = None,
    ranker: Annotated[bool, typer.Option("--ranker", help="Fit the ranker's numbers instead of the encoder.")] = False,
) -> None:
    """Train the shipped encoder, or with --ranker the numbers of ranking and deciding."""
    from service.training import train_encoder, train_ranker

    settings = settings_of(corpus)
    with plain_errors(), progress_bars() as progress:
        text = train_ranker(settings, progress) if ranker else train_encoder(settings, data, model, progress)
    out.print(text, soft_wrap=True)


@app.command()
def evaluate(
    target: Annotated[
        Path | None,
        typer.Argument(
            help="BEIR-style folder, folder of near-miss pairs, or TSV of parallel texts (header: kk ru en)."
        ),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
    misses: Annotated[bool, typer.Option("--misses", help="List the questions that went wrong.")] = False,
    system: Annotated[
        str, typer.Option(help="Whose order of entries to measure: lexical, dense, fused or ranked.")
    ] = "ranked",
    run: Annotated[Path | None, typer.Option("--run", help="Write the ranking as a TREC run file.")] = None,
    compare: Annotated[
        Path | None, typer.Option("--compare", help="Compare with a TREC run file, question by question.")
    ] = None,
    typing: Annotated[bool, typer.Option("--typing", help="Type the clean questions in other ways, too.")] = False,
    cross: Annotated[bool, typer.Option("--cross", help="Ask where the answer is only in another language.")] = False,
    bias: Annotated[bool, typer.Option("--bias", help="Let many documents in the asker's language join.")] = False,
    as_of_cases: Annotated[bool, typer.Option("--as-of-cases", help="Ask around every dated change.")] = False,
    plot: Annotated[Path | None, typer.Option("--plot", help="Write the reliability plot as an SVG file.")] = None,
) -> None:
    """Measure retrieval: hit@1, hit@5, MRR@10, nDCG@10, refusals and confidence, by language, script and style."""
    from indexer.encode import open_encoder
    from service.evaluate.command import Task, Tools
    from service.evaluate.command import evaluate as evaluate_task
    from service.evaluate.systems import System

    if system not in tuple(System):
        raise typer.BadParameter(f"`{system}` is none of {', '.join(System)}", param_hint="--system")
    if target is None and not as_of_cases:
        raise typer.BadParameter("name a folder or a file, or give --as-of-cases", param_hint="TARGET")
    task = Task(target, System(system), run, compare, plot, typing, cross, bias, as_of_cases, misses)
    with plain_errors(), progress_bars() as progress:
        settings = settings_of(home=home)
        tools = Tools(lambda: _ready_engine(settings).desk(), lambda: open_encoder(settings.encoder), today(), progress)
        report = evaluate_task(task, tools)
    if as_json:
        typer.echo(json.dumps(report.content, ensure_ascii=False, indent=1))
    else:
        wide = out if out.is_terminal else Console(highlight=False, width=max(out.width, WIDE))
        wide.print(report.table)
