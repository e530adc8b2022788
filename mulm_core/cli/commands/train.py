"""``mulm train``: fine-tune a model on a corpus, go on with a run, or start from one."""

from __future__ import annotations

from argparse import Namespace
from contextlib import suppress
from dataclasses import asdict, replace
from typing import Any

from mulm_core import languages
from mulm_core.cli.args import Parser, add_declared, add_direction, declared_texts
from mulm_core.cli.args import workspace as workspace_of
from mulm_core.cli.commands.convert import described, sentence
from mulm_core.cli.commands.runs import direction_scores
from mulm_core.cli.output import Answer, duration, number
from mulm_core.cli.running import run_job
from mulm_core.errors import Cancelled, MulmError, UserError
from mulm_core.runs import get_run
from mulm_core.settings import TRACKERS, load_settings
from mulm_core.training import (
    PRESETS,
    Recipe,
    ResumeRequest,
    Task,
    TrainRequest,
    TrainResult,
    changed_recipe,
    recipe_from,
    train,
    training_pairs,
)
from mulm_core.translation import ConvertRequest, convert
from mulm_core.workspace import Workspace

_ENDINGS = {
    "patience": "the dev score no longer rose",
    "max_minutes": "the time was over",
    "max_steps": "the most steps were made",
}


def declare(parser: Parser) -> None:
    """Declare ``mulm train``; a flag for every usual field of the recipe."""
    parser.add_argument("--resume", metavar="RUN", help="go on with a run that did not end")
    parser.add_argument(
        "--tracker",
        action="append",
        metavar=f"{{{','.join(TRACKERS)}}}",
        help="tell the run to this one as well; otherwise to those of the settings",
    )
    parser.add_argument(
        "--no-convert",
        action="store_true",
        help="leave it to the first translation of many texts to convert the run for that",
    )
    add_training(parser)
    parser.set_defaults(run=_train)


def add_training(parser: Parser) -> None:
    """The flags that say what to train: model, corpus, direction, recipe."""
    parser.add_argument("--model", help="a model id or folder, such as starter")
    parser.add_argument(
        "--corpus",
        action="append",
        default=[],
        metavar="NAME[:SRC-TGT]",
        help="what to learn from; give it again for several at once, each in the direction named "
        "here, or that of --source and --target, or the corpus' own",
    )
    add_direction(parser, required=False)
    parser.add_argument(
        "--from-run",
        default="",
        metavar="RUN",
        help="start from what this run has learnt; what is not given is as it was there",
    )
    parser.add_argument("--recipe", metavar=f"{{{','.join(PRESETS)}}}", help="where to start from")
    parser.add_argument("--name", default="", metavar="RUN", help="what to call the run")
    parser.add_argument(
        "--general",
        default="",
        metavar="FILE|CORPUS",
        help="text of another domain, to see what the model forgets; otherwise everyday sentences "
        "that come with the program",
    )
    for flag, what in (
        ("--language-as", "borrow the code of one that it knows"),
        ("--add-language", "learn a token of its own, which starts as that of one that it knows"),
    ):
        parser.add_argument(
            flag,
            action="append",
            default=[],
            metavar="NEW=KNOWN",
            help=f"for a language that the model does not know: {what}",
        )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="set any field of the recipe, by its name in the run's manifest",
    )
    add_declared(parser, Recipe)


def training_request(args: Namespace) -> TrainRequest:
    """What the arguments ask to train; raises :class:`UserError` for what is missing or wrong."""
    place = workspace_of(args)
    changes = {**declared_texts(args, Recipe), **dict(map(_assignment, args.set))}
    if args.from_run:
        return _going_on(args, place, changes)
    missing = [f"--{name}" for name in ("model", "corpus") if not _given(args, name)]
    if missing:
        raise UserError(
            f"the following arguments are required: {', '.join(missing)}",
            fix="See mulm train --help",
        )
    first, *further = _tasks(place, args.corpus, args.source, args.target)
    preset = args.recipe or load_settings(place).recipe
    recipe = recipe_from(preset, changes, training_pairs(place, [first, *further]))
    return TrainRequest(
        place,
        args.model,
        first.corpus,
        first.source,
        first.target,
        recipe,
        args.name,
        further=tuple(further),
        general=args.general,
        language_as=_new_languages(args, "language_as"),
        add_language=_new_languages(args, "add_language"),
    )


def _going_on(args: Namespace, place: Workspace, changes: dict[str, str]) -> TrainRequest:
    """A new run from another's adapter: all that is not given is as it was there."""
    from mulm_core.training.opening import request_of

    if args.recipe:
        raise UserError("--recipe and --from-run exclude each other", fix="Use --set for changes")
    parent = get_run(place, args.from_run)
    before = request_of(place, parent)
    names = args.corpus
    if args.source or args.target:
        names = names or list(dict.fromkeys(task.corpus for task in before.tasks))
    source, target = args.source or before.source, args.target or before.target
    first, *further = _tasks(place, names, source, target) or before.tasks
    return replace(
        before,
        model=args.model or before.model,
        **asdict(first),
        further=tuple(further),
        recipe=changed_recipe(before.recipe, changes),
        name=args.name,
        from_run=parent.id,
        general=args.general or before.general,
        language_as=_new_languages(args, "language_as") or before.language_as,
        add_language=_new_languages(args, "add_language") or before.add_language,
    )


def _tasks(place: Workspace, names: list[str], source: str, target: str) -> list[Task]:
    """The corpora, each in the direction that is written with it, or this one, or its own."""
    if bool(source) != bool(target):
        raise UserError(
            f"--{'target' if source else 'source'} is missing", fix="Give both or neither"
        )
    return [_task(place, name, source, target) for name in names]


def _task(place: Workspace, text: str, source: str, target: str) -> Task:
    from mulm_core.corpus import find_corpus, get_corpus

    name, colon, written = text.rpartition(":")
    if colon and find_corpus(place, text) is None:
        return Task(name, *_direction(written))
    if source:
        return Task(text, languages.normalise(source), languages.normalise(target))
    info = get_corpus(place, text)
    return Task(text, info.source, info.target)


def _direction(text: str) -> tuple[str, str]:
    """Source and target of ``de-fr`` or ``zh-CN-en``: where both are languages, it is cut."""
    words = text.split("-")
    for cut in range(1, len(words)):
        with suppress(UserError):
            source, target = "-".join(words[:cut]), "-".join(words[cut:])
            return languages.normalise(source), languages.normalise(target)
    raise UserError(
        f"'{text}' is not a direction", where="--corpus", fix="Write --corpus NAME:de-fr"
    )


def _train(args: Namespace) -> Answer:
    place = workspace_of(args)
    request = _resuming(args) if args.resume else training_request(args)
    if args.tracker:
        request = replace(request, trackers=tuple(args.tracker))
    result = run_job(train, request, stoppable=True)
    converted = {} if args.no_convert else _converted(ConvertRequest(place, f"run:{result.run}"))
    data = {**asdict(result), "conversion": converted or None}
    return Answer(data, _text(result, converted.get("sentence", "")))


def _converted(request: ConvertRequest) -> dict[str, Any]:
    """What translates quickly, described; what is in its way leaves the run as good as it is."""
    try:
        made = run_job(convert, request)
    except MulmError as error:
        return {"sentence": f"Not converted: {error.sentence()}"}
    except Cancelled:
        return {"sentence": "Not converted: the first translation of many texts will do it"}
    told = sentence(made)
    return {**described(made), "sentence": told[0].upper() + told[1:]}


def _resuming(args: Namespace) -> ResumeRequest:
    given = given_training(args)
    if given:
        raise UserError(
            f"--resume goes on as the run began: --{given[0]} has no place there",
            fix="Start a new run from it with --from-run to change something",
        )
    return ResumeRequest(workspace_of(args), args.resume)


def given_training(args: Namespace) -> list[str]:
    """Which of the flags of :func:`add_training` were given, without their dashes."""
    others = (
        "model", "corpus", "source", "target", "from_run", "recipe", "name", "general",
        "language_as", "add_language", "set",
    )  # fmt: skip
    given = [name for name in others if _given(args, name)] + list(declared_texts(args, Recipe))
    return [name.replace("_", "-") for name in given]


def _given(args: Namespace, name: str) -> bool:
    return bool(getattr(args, name))


def _assignment(text: str, flag: str = "--set", example: str = "epochs=4") -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise UserError(f"'{text}' is not KEY=VALUE", where=flag, fix=f"Write {flag} {example}")
    return key.strip(), value


def _new_languages(args: Namespace, name: str) -> dict[str, str]:
    """The known language for each new one."""
    flag = f"--{name.replace('_', '-')}"
    pairs = (_assignment(text, flag, "oc=ca") for text in getattr(args, name))
    return {languages.normalise(new): languages.normalise(known) for new, known in pairs}


def _text(result: TrainResult, converted: str) -> str:
    ending = "Stopped early" if result.stopped else "Finished"
    why = _ENDINGS.get(result.stopped_because, "")
    scores = [
        f"{title:<11}dev BLEU {number(of.get('bleu'))}, chrF {number(of.get('chrf'))}, "
        f"loss {number(of.get('loss'), 3)}{_general(of)}"
        for title, of in (
            ("zero-shot", result.zero_shot),
            ("start", result.start),
            ("fine-tuned", result.best),
        )
        if of or title != "start"
    ]
    return "\n".join(
        [
            f"{ending}{f' ({why})' if why else ''}: run '{result.run}', {result.steps:,} steps on "
            f"{result.pairs:,} pairs in {duration(result.seconds)}",
            *scores,
            *map(direction_scores, result.best.get("directions", ())),
            *result.warnings,
            f"{result.pairs_per_second:,.0f} pairs/s, "
            f"{result.target_tokens_per_second:,.0f} target tokens/s, "
            f"{result.peak_memory_mb:,.0f} MiB at most",
            *filter(None, [converted]),
            f"Translate with: mulm translate --run {result.run} …",
        ]
    )


def _general(scores: dict[str, Any]) -> str:
    """What is left of the model's general knowledge."""
    if "general_bleu" not in scores:
        return ""
    return f"; general BLEU {number(scores['general_bleu'])}, chrF {number(scores['general_chrf'])}"
