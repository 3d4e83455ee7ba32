"""`curator models`: the writers that there are, and, in `models_eval`, how good they are."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from curator.cli.exits import FAILED
from curator.cli.models_eval import evaluate
from curator.cli.models_pull import pull, use
from curator.cli.options import Home, Json, folder
from curator.cli.streams import json_line, say
from curator.cli.wiring import model_folder
from curator.domain.plain import shown

if TYPE_CHECKING:
    from models.library import ModelInfo

models = typer.Typer(invoke_without_command=True, rich_markup_mode=None)
models.command(name="eval")(evaluate)
models.command()(pull)
models.command()(use)


@models.callback()
def listing(
    context: typer.Context,
    genres: Annotated[
        bool, typer.Option("--genres", help="List the genres that models know, by family.")
    ] = False,
    json: Json = False,
    home: Home = None,
) -> None:
    """List the models, with size, figures and folder.

    Held-out nats a token: how surprised the model is by our own sentences that it never saw
    (less is better). KL: how much of a text its latent vector decides. Shared 4-grams: how alike
    its texts are, 0 to 1 (less is better). The model card in the folder has the rest, and
    `curator models eval` measures anew.

    \b
    Example:
      curator models --json
    """
    if context.invoked_subcommand is not None:
        return
    if genres:
        _print_genres(json=json)
        return
    from models.library import available

    broken = 0
    for info in available([model_folder(folder(home))]):
        body = _body(info)
        print(json_line(body) if json else "\n".join(_lines(body)))
        broken += info.problem is not None
    if broken:
        say("a model that can't be used can be removed, or trained again: curator train cvae")
        raise typer.Exit(FAILED)


def _body(info: "ModelInfo") -> dict[str, Any]:
    from models.checkpoint import describe

    body: dict[str, Any] = {
        "name": info.name,
        "kind": info.kind,
        "folder": str(info.folder),
        "shipped": info.shipped,
        "size": info.size,
        "weights": info.weights_hash,
    }
    if info.problem:
        return body | {"problem": info.problem}
    latent = describe(info.folder)["config"].get("latent")
    return body | {"latent": latent, "figures": info.figures or {}, "card": str(info.card)}


def _lines(body: dict[str, Any]) -> list[str]:
    """Return a model in words; figures that it lacks are left out."""
    if "problem" in body:
        return [shown(f"{body['name']}  can't be used: {body['problem']}"), ""]
    figures = body["figures"]
    voice = figures.get("held_out", {}).get("voice", {})
    samples = figures.get("samples", {})
    facts = [
        ("kind", body["kind"]),
        ("size", f"{body['size'] / 1e6:.1f} MB"),
        ("parameters", _number(figures.get("parameters"), ",d")),
        ("latent", body["latent"]),
        ("held-out nats a token", _number(voice.get("nll_per_token"), ".3f")),
        ("KL", _number(voice.get("kl"), ".1f")),
        ("shared 4-grams", _number(samples.get("self_bleu_4"), ".3f")),
        ("weights", body["weights"][:12]),
        ("where", body["folder"] + (" (ships)" if body["shipped"] else "")),
    ]
    known = [f"  {name:<22} {value}" for name, value in facts if value is not None]
    return [shown(line) for line in (body["name"], *known)] + [""]


def _number(value: float | None, form: str) -> str | None:
    return None if value is None else format(value, form)


def _print_genres(*, json: bool) -> None:
    import json as reader
    from importlib import resources

    spec = reader.loads((resources.files("models") / "conditions.json").read_text("utf-8"))
    for family, kept in spec["families"].items():
        print(
            json_line({"family": family, "genres": kept})
            if json
            else f"{family}: {', '.join(kept)}"
        )
