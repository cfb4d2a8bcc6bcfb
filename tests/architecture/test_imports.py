"""Imports point one way; so what is below can be read, tested and changed alone.

functions, operations ─▶ charging ─▶ payments ─▶ storage ─▶ billing ─▶ validation, pricing ─▶
problems; functions, operations ─▶ dialects ─▶ handler
"""

import ast

import pytest

from tests.architecture.source import imports, modules, tree

# What each part of the package may use while it runs. Itself, always.
MAY_USE = {
    "functions": {
        *("api_keys", "billing", "charging", "clock", "dialects", "handler", "ids", "operations"),
        *("pages", "pricing", "problems", "settings", "storage", "telemetry", "validation"),
        "worker",
    },
    "__main__": {"billing", "bootstrap", "charging", "mounts", "pricing", "problems"},
    "bootstrap": {
        *("api_keys", "billing", "clock", "ids", "instants", "problems", "settings", "signing"),
        "storage",
    },
    "operations": {
        *(
            "billing",
            "charging",
            "clock",
            "dialects",
            "formatting",
            "handler",
            "ids",
            "limits",
            "pricing",
        ),
        *("pages", "paging", "problems", "signing", "storage", "validation"),
    },
    "charging": {
        *("billing", "clock", "deadline", "paging", "payments", "problems", "settings", "storage"),
        "telemetry",
    },
    "payments": {"billing", "clock", "ids", "instants", "problems", "storage"},
    "formatting": {"pricing", "problems"},
    "pages": {"billing", "formatting", "pricing", "problems", "validation"},
    "dialects": {
        *("billing", "clock", "cursors", "handler", "ids", "instants", "paging", "pricing"),
        *("problems", "validation"),
    },
    "storage": {
        *("api_keys", "billing", "clock", "deadline", "ids", "instants", "limits", "problems"),
        *("paging", "settings", "telemetry"),
    },
    "worker": {"deadline", "problems", "telemetry"},
    "handler": {"api_keys", "deadline", "ids", "mounts", "problems", "settings", "telemetry"},
    "billing": {"instants", "limits", "pricing", "problems", "validation"},
    "validation": {"instants", "limits", "pricing", "problems"},
    "pricing": {"limits", "problems"},
    "api_keys": {"ids", "problems"},
    "ids": {"clock"},
    "clock": set(),
    "deadline": set(),
    "instants": set(),
    "limits": set(),
    "mounts": set(),
    "cursors": {"ids", "paging", "problems"},
    "paging": set(),
    "problems": set(),
    "settings": set(),
    "signing": set(),
    "telemetry": set(),
}

# What each may name in annotations beside that.
MAY_ANNOTATE_WITH = {"dialects": {"billing", "pricing"}, "storage": {"handler"}}

PURE = ("farebox.pricing", "farebox.validation", "farebox.billing")
REACHES_OUT = {
    *("aws_lambda_powertools", "boto3", "botocore", "http", "httpx", "requests", "urllib3"),
    *("asyncio", "os", "random", "secrets", "socket", "subprocess", "tempfile", "threading"),
    *("time", "urllib.request", "uuid"),
}
READS_THE_CLOCK = {"now", "today", "utcnow"}

# The command asks CloudFormation for a stack's tables, in an administrator's shell.
MAY_USE_BOTOCORE = {
    *("farebox.storage.connection", "farebox.charging.queue", "farebox.charging.invocation"),
    "farebox.__main__",
}
# Secrets, rights and code of a payment processor are the charge worker's alone.
REACHES_PAYMENTS = {"farebox.charging.charge", "farebox.charging.steps"}


def part(module: str) -> str:
    """The part of the house that a module is in."""
    first, _, rest = module.partition(".")
    return rest.partition(".")[0] if first == "farebox" else first


def is_ours(module: str) -> bool:
    return module.startswith(("farebox.", "functions."))


def test_every_part_of_the_house_has_its_place_in_the_table() -> None:
    """Else a new package may import whatever it likes."""
    parts = {part(name) for name in modules()} - {""}

    assert parts == MAY_USE.keys()


@pytest.mark.parametrize("user", MAY_USE)
def test_imports_point_one_way(user: str) -> None:
    """Else a rule of pricing cannot be tested without a database, and changes reach everywhere."""
    allowed = MAY_USE[user] | {user}
    named = allowed | MAY_ANNOTATE_WITH.get(user, set())

    wrong = [
        str(each)
        for each in imports()
        if part(each.importer) == user
        and is_ours(each.imported)
        and part(each.imported) not in (named if each.types_only else allowed)
    ]

    assert wrong == []


def test_nothing_imports_a_function_but_a_function() -> None:
    """Else a Lambda's package lacks a file, which only its first call finds out."""
    wrong = [
        str(each)
        for each in imports()
        if part(each.imported) == "functions" and part(each.importer) != "functions"
    ]

    assert wrong == []


def test_a_dialect_knows_no_other() -> None:
    """Else a word of one system appears in the answer of another."""
    wrong = [
        str(each)
        for each in imports()
        if each.importer.startswith("farebox.dialects.")
        and each.imported.startswith("farebox.dialects.")
        and each.imported.split(".")[2] != each.importer.split(".")[2]
    ]

    assert wrong == []


@pytest.mark.parametrize("package", PURE)
def test_a_pure_package_reaches_nothing_outside(package: str) -> None:
    """Else the same order decided twice is decided differently."""
    wrong = [
        str(each)
        for each in imports()
        if each.importer.startswith(package)
        and not {each.imported, each.imported.partition(".")[0]}.isdisjoint(REACHES_OUT)
    ]

    assert wrong == []


@pytest.mark.parametrize("package", PURE)
def test_a_pure_package_reads_no_clock(package: str) -> None:
    """Else a test passes in January and fails in February."""
    wrong = [
        f"{name}:{node.lineno} calls {ast.unparse(node.func)}"
        for name, path in modules().items()
        if name.startswith(package)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in READS_THE_CLOCK
    ]

    assert wrong == []


def test_only_the_charge_worker_knows_a_payment_processor() -> None:
    """Else a flaw in a function that is open to the internet can charge cards."""
    users = {
        each.importer
        for each in imports()
        if part(each.imported) == "payments" and part(each.importer) != "payments"
    }
    functions = {
        each.importer for each in imports() if each.imported in ("farebox.charging.charge",)
    }

    assert users == REACHES_PAYMENTS
    assert functions == {"functions.charge_order"}


def test_only_the_seams_know_aws() -> None:
    """Else a client cannot be exchanged for a faster one, nor for a test's."""
    wrong = [
        str(each)
        for each in imports()
        if each.imported.partition(".")[0] in ("boto3", "botocore")
        and each.importer not in MAY_USE_BOTOCORE
        and not each.types_only
    ]

    assert wrong == []
