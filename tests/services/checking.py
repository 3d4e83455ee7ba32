"""Holds what went over the wire against the specification of the service.

Specifications are large and not ours to ship: they lie in the folder that CURATOR_SHARED names,
or in `shared` beside the repository. Where they do not, `specification` says so by skipping.
"""

import functools
import json
import os
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.services.service import Call

_HERE = Path(__file__).resolve().parents[2]


def shared() -> Path:
    """Return the folder of data that is not ours to ship, whether it is there or not."""
    return Path(os.environ.get("CURATOR_SHARED") or _HERE.parent / "shared")


@functools.cache
def specification(name: str, paths: tuple[str, ...]) -> "Checker":
    """Return a checker for these paths of a specification; skip where the file is missing."""
    file = shared() / "specs" / name
    if not file.is_file():
        pytest.skip(f"{name} is not in {file.parent} (CURATOR_SHARED names another place)")
    text = file.read_text("utf-8")
    if file.suffix == ".json":
        spec = json.loads(text)
    else:
        import yaml

        spec = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return Checker(prune(spec, paths))


def prune(spec: dict[str, Any], paths: Sequence[str]) -> dict[str, Any]:
    """Return the specification with these paths alone, and what they refer to.

    A schema's `discriminator` goes: it maps to dozens of schemas by their names alone.
    """
    kept: dict[str, Any] = {key: spec[key] for key in ("openapi", "info", "servers")}
    kept["paths"] = {path: spec["paths"][path] for path in paths}
    kept["components"] = {"securitySchemes": spec["components"].get("securitySchemes", {})}
    waiting = list(_references(kept["paths"]))
    done: set[str] = set()
    while waiting:
        reference = waiting.pop()
        if reference in done:
            continue
        done.add(reference)
        _, _, kind, name = reference.split("/")
        found = spec["components"][kind][name]
        found.pop("discriminator", None)
        kept["components"].setdefault(kind, {})[name] = found
        waiting += _references(found)
    return kept


def _references(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


class Checker:
    """Says what is wrong with requests and answers, by the specification."""

    def __init__(self, spec: dict[str, Any]) -> None:
        from openapi_core import Config, OpenAPI

        problems = {"application/problem+json": json.loads}
        self._openapi = OpenAPI.from_dict(
            spec, config=Config(extra_media_type_deserializers=problems)
        )
        self._host = spec["servers"][0]["url"]

    def faults_of(self, call: Call, *, answers: bool = True) -> list[str]:
        """Return what is wrong with a request, and with its answer if that was meant well."""
        from openapi_core.exceptions import OpenAPIError
        from openapi_core.testing import MockRequest, MockResponse

        found: list[str] = []
        request = MockRequest(
            self._host,
            call.method.lower(),
            call.path,
            args=call.query,
            headers=call.headers,
            data=call.body,
            content_type=call.headers.get("Content-Type", "application/json"),
        )
        about = f"{call.method} {call.target}"
        try:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "Unsupported scheme type")  # OAuth 2.0
                self._openapi.validate_request(request)
        except OpenAPIError as error:
            found.append(f"{about}: {_reason(error)}")
        spoilt = ("malformed", "text", "list", "dropped-body", "drip")
        if answers and call.answer is not None and call.fault not in spoilt:
            response = MockResponse(
                call.answer.encoded(),
                call.answer.status,
                headers=call.answer.headers,
                content_type=call.answer.headers.get("Content-Type", "application/json"),
            )
            try:
                self._openapi.validate_response(request, response)
            except OpenAPIError as error:
                found.append(f"{about} → {call.answer.status}: {_reason(error)}")
        return found


def _reason(error: BaseException) -> str:
    reasons = [str(error) or type(error).__name__]
    cause = error.__cause__
    schema = getattr(cause, "schema_errors", ()) or ()
    reasons += [str(inner).splitlines()[0] for inner in schema]
    if cause is not None and len(reasons) == 1:
        reasons.append(str(cause))
    return "; ".join(reasons)
