"""If these fail, a function meets another Lambda here than the one it is deployed to."""

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from local.errors import FunctionError
from local.functions import Functions, set_environment
from local.template import Function


@pytest.fixture(autouse=True)
def own_imports(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forget the modules that a test's functions brought."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


def function_of(folder: Path, code: str, environment: Mapping[str, str] | None = None) -> Function:
    """A function whose file has this code."""
    (folder / "sell_function.py").write_text(code)
    return Function(
        logical_id="SellFunction",
        name="local-sell",
        handler="sell_function.handler",
        code_directory=folder,
        layer_directories=(folder / "layer",),
        environment=environment or {},
        timeout_seconds=10,
        memory_megabytes=256,
    )


def test_a_function_is_told_about_its_invocation(tmp_path: Path) -> None:
    code = (
        "def handler(event, context):\n"
        "    return [event['n'], context.function_name, context.memory_limit_in_mb,\n"
        "            context.invoked_function_arn, context.aws_request_id,\n"
        "            context.get_remaining_time_in_millis()]\n"
    )

    functions = Functions([function_of(tmp_path, code)])

    number, name, memory, arn, request_id, left = functions.invoke("SellFunction", {"n": 1})
    assert (number, name, memory) == (1, "local-sell", 256)
    assert arn.startswith("arn:aws:lambda:") and arn.endswith(":function:local-sell")
    assert functions.invoke("SellFunction", {"n": 2})[4] != request_id
    assert 9_000 < left <= 10_000


def test_a_function_imports_from_its_layer(tmp_path: Path) -> None:
    (tmp_path / "layer").mkdir()
    (tmp_path / "layer" / "from_the_layer.py").write_text("word = 'layered'\n")
    code = "import from_the_layer\ndef handler(event, context): return from_the_layer.word\n"

    assert Functions([function_of(tmp_path, code)]).invoke("SellFunction", {}) == "layered"


def test_an_event_is_the_functions_own_to_change(tmp_path: Path) -> None:
    event = {"headers": {"a": "b"}}
    code = "def handler(event, context): event['headers'].clear()\n"

    Functions([function_of(tmp_path, code)]).invoke("SellFunction", event)

    assert event == {"headers": {"a": "b"}}


def test_an_answer_that_lambda_could_not_send_is_an_error(tmp_path: Path) -> None:
    functions = Functions([function_of(tmp_path, "def handler(event, context): return {1j}\n")])

    with pytest.raises(TypeError):
        functions.invoke("SellFunction", {})


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import no_such_module\n", "no_such_module"),
        ("def handler(event, context) return 1\n", "SyntaxError"),
        ("", "handler"),
    ],
)
def test_code_that_cannot_be_loaded_is_named(tmp_path: Path, code: str, reason: str) -> None:
    with pytest.raises(FunctionError, match=reason):
        Functions([function_of(tmp_path, code)])


def test_missing_code_is_named(tmp_path: Path) -> None:
    function = function_of(tmp_path, "")
    (tmp_path / "sell_function.py").unlink()

    with pytest.raises(FunctionError, match="sell_function.py"):
        Functions([function])


def test_functions_get_their_variables_and_nothing_of_the_users_aws_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ) | {"AWS_PROFILE": "production"})

    set_environment([function_of(tmp_path, "", {"TABLE": "t"})], {"AWS_ENDPOINT_URL": "http://x"})

    aws = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    assert aws == {"AWS_ENDPOINT_URL": "http://x"}
    assert os.environ["TABLE"] == "t"


def test_functions_that_cannot_share_a_process_are_refused(tmp_path: Path) -> None:
    first, second = (function_of(tmp_path, "", {"TABLE": name}) for name in ("one", "two"))

    with pytest.raises(FunctionError, match="TABLE"):
        set_environment([first, second], {})
