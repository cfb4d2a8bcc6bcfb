"""The ``farebox`` command: organizations and keys, in any deployed or local table.

    python -m farebox organization create --name "My shop"    [--default-currency eur]
    python -m farebox key create --organization org_… --mode live [--scope orders:write …]
    python -m farebox key revoke                               (asks for the key)

Tables come from CORE_TABLE, EVENTS_TABLE and EPHEMERAL_TABLE, or from a deployed stack: --stack.
"""

import argparse
import getpass
import os
import re
import sys
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from farebox import bootstrap
from farebox.billing.organizations import ALL_SCOPES, DEFAULT_CURRENCY
from farebox.pricing.money import currencies
from farebox.problems import Problem

TABLES = {
    "CoreTable": "CORE_TABLE",
    "EventsTable": "EVENTS_TABLE",
    "EphemeralTable": "EPHEMERAL_TABLE",
}
SCOPE = re.compile("(products|prices|customers|discounts|orders|checkouts):(read|write)")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it was done, 1 with a sentence on stderr when not."""
    asked = _parser().parse_args(arguments)
    try:
        if asked.stack:
            _use_stack(asked.stack)
        missing = [name for name in TABLES.values() if not os.environ.get(name)]
        if missing:
            raise NoTables(f"Set {', '.join(missing)}, or name a deployed stack: --stack NAME")
        for line in asked.run(asked):
            print(line)
    except (bootstrap.UnknownKey, bootstrap.NotLocal, NoTables, Problem) as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as failure:
        print(f"AWS answered: {failure}", file=sys.stderr)
        return 1
    return 0


class NoTables(Exception):
    """Nothing says which tables are meant."""


def _scope(text: str) -> str:
    if text != ALL_SCOPES and not SCOPE.fullmatch(text):
        raise argparse.ArgumentTypeError("a scope is such as orders:write or prices:read, or *")
    return text


def _create_organization(asked: argparse.Namespace) -> list[str]:
    made = bootstrap.create_organization(asked.name, asked.default_currency)
    return [
        f"organization  {made.id}",
        f"test key      {made.test_key}",
        f"live key      {made.live_key}",
        "The keys are shown this once: keep them where you keep secrets.",
    ]


def _create_key(asked: argparse.Namespace) -> list[str]:
    key = bootstrap.create_key(
        asked.organization,
        livemode=asked.mode == "live",
        name=asked.name,
        scopes=tuple(asked.scope or [ALL_SCOPES]),
    )
    return [key, "This key is shown this once: keep it where you keep secrets."]


def _revoke_key(asked: argparse.Namespace) -> list[str]:
    # Asked for, so that a key ends in no shell's history.
    key = getpass.getpass("Key to revoke: ") if sys.stdin.isatty() else sys.stdin.readline()
    revoked = bootstrap.revoke_key(key.strip())
    return [f"The key …{revoked.last4} of {revoked.organization} is revoked, within a minute."]


def _use_stack(name: str) -> None:
    """Take the tables' names from a deployed stack's resources."""
    import botocore.session

    client: Any = botocore.session.get_session().create_client("cloudformation")
    resources = client.describe_stack_resources(StackName=name)["StackResources"]
    for resource in resources:
        variable = TABLES.get(resource["LogicalResourceId"])
        if variable:
            os.environ[variable] = resource["PhysicalResourceId"]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="farebox", description="Organizations and API keys")
    parser.add_argument("--stack", help="a deployed stack to take the tables from")
    nouns = parser.add_subparsers(required=True)

    organization = nouns.add_parser("organization").add_subparsers(required=True)
    create = organization.add_parser("create", help="an organization and its first two keys")
    create.add_argument("--name", required=True)
    create.add_argument(
        "--default-currency",
        default=DEFAULT_CURRENCY,
        type=str.lower,
        choices=sorted(currencies()),
        metavar="CODE",
    )
    create.set_defaults(run=_create_organization)

    key = nouns.add_parser("key").add_subparsers(required=True)
    create = key.add_parser("create", help="one more key of an organization")
    create.add_argument("--organization", required=True)
    create.add_argument("--mode", required=True, choices=("test", "live"))
    create.add_argument("--name", default="")
    create.add_argument(
        "--scope", action="append", type=_scope, help="such as orders:write; all without"
    )
    create.set_defaults(run=_create_key)
    revoke = key.add_parser("revoke", help="make a key useless")
    revoke.set_defaults(run=_revoke_key)
    return parser


if __name__ == "__main__":
    sys.exit(main())
