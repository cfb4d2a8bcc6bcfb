"""The template's functions, loaded into this process and called as Lambda calls them."""

import importlib
import json
import logging
import os
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.cloudformation import ACCOUNT, REGION
from local.errors import FunctionError
from local.template import Function

log = logging.getLogger("local.functions")

Handler = Callable[[dict[str, Any], "LambdaContext"], Any]
# Takes a function's logical id and its event, and gives its answer or raises what it raises.
Invoke = Callable[[str, Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class LambdaContext:
    """What Lambda tells a function about the invocation."""

    function_name: str
    memory_limit_in_mb: int
    invoked_function_arn: str
    deadline: float
    function_version: str = "$LATEST"
    log_stream_name: str = "local"
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def log_group_name(self) -> str:
        """The log group that Lambda would write to by itself."""
        return f"/aws/lambda/{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        """Say how long Lambda would still wait; here nothing is cut off at 0."""
        return max(0, int((self.deadline - time.monotonic()) * 1000))


class Functions:
    """The loaded functions, by logical id."""

    def __init__(self, functions: Iterable[Function]) -> None:
        self._loaded = {function.logical_id: (function, load(function)) for function in functions}

    def invoke(self, logical_id: str, event: Mapping[str, Any]) -> Any:
        """Call a function with its own copy of the event; both ways must survive JSON."""
        function, handler = self._loaded[logical_id]
        context = LambdaContext(
            function_name=function.name,
            memory_limit_in_mb=function.memory_megabytes,
            invoked_function_arn=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function.name}",
            deadline=time.monotonic() + function.timeout_seconds,
        )
        return json.loads(json.dumps(handler(json.loads(json.dumps(event)), context)))


def set_environment(functions: Iterable[Function], added: Mapping[str, str]) -> Mapping[str, str]:
    """Give this process the functions' variables, and nothing of the user's own AWS account.

    Lambda gives each function its own; here they share one process, so they must agree.
    Answers with all that it set.
    """
    owners: dict[str, Function] = {}
    variables: dict[str, str] = {}
    for function in functions:
        for name, value in function.environment.items():
            if variables.setdefault(name, value) != value:
                raise FunctionError(
                    f"{function.logical_id} and {owners[name].logical_id} differ in the variable "
                    f"{name}; the local stack runs both in one process."
                )
            owners.setdefault(name, function)
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    given = {**variables, **added}
    os.environ.update(given)
    return given


def load(function: Function) -> Handler:
    """Import a function's handler from where the template says, with its layers beside it."""
    for directory in (function.code_directory, *function.layer_directories):
        if str(directory) not in sys.path:
            sys.path.insert(0, str(directory))
    module_name, _, handler_name = function.handler.rpartition(".")
    source = function.code_directory / f"{module_name.replace('.', '/')}.py"
    if not source.is_file():
        raise FunctionError(f"{function.logical_id}'s code is missing: there is no {source}.")
    try:
        handler: Handler = getattr(importlib.import_module(module_name), handler_name)
    except Exception as error:
        log.exception("%s cannot be loaded", source)
        raise FunctionError(
            f"{source} cannot be loaded: {type(error).__name__}: {error}"
        ) from error
    return handler
