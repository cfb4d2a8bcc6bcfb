"""The ``farebox`` command: organizations, keys and doubts, in any deployed or local stack.

    python -m farebox organization create --name "My shop"    [--default-currency eur]
    python -m farebox key create --organization org_… --mode live [--scope orders:write …]
    python -m farebox organization update --organization org_… --mode test [--processor sandbox]
                                          [--retry-days 2,5,7,7] [--attempts-in-30-days 8]
                                          [--return-origin https://shop.example …]
    python -m farebox organization return-secret --organization org_… --mode test
    python -m farebox key revoke                               (asks for the key)
    python -m farebox reconcile                                (resolves what is in doubt, now)

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
from farebox.billing.payment_methods import SANDBOX
from farebox.billing.retry_policy import LARGEST_MAXIMUM, MAXIMUM_DELAY_DAYS, MAXIMUM_RETRIES
from farebox.billing.web_addresses import origin_of
from farebox.charging.reconcile import reconcile
from farebox.mounts import MOUNTED, NATIVE
from farebox.pricing.money import currencies
from farebox.problems import Problem

RESOURCES = {
    "CoreTable": "CORE_TABLE",
    "EventsTable": "EVENTS_TABLE",
    "EphemeralTable": "EPHEMERAL_TABLE",
    "ChargeOrderFunction": "CHARGE_ORDER_FUNCTION",
}
TABLES = ("CORE_TABLE", "EVENTS_TABLE", "EPHEMERAL_TABLE")
SCOPE = re.compile(
    "(products|prices|customers|discounts|payment_methods|orders|checkouts|events):(read|write)"
)

ORIGIN = re.compile(r"https://[^/]+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it was done, 1 with a sentence on stderr when not."""
    asked = _parser().parse_args(arguments)
    try:
        if asked.stack:
            _use_stack(asked.stack)
        missing = [name for name in TABLES if not os.environ.get(name)]
        if missing:
            raise NoTables(f"Set {', '.join(missing)}, or name a deployed stack: --stack NAME")
        for line in asked.run(asked):
            print(line)
    except (*REFUSALS, Problem) as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as failure:
        print(f"AWS answered: {failure}", file=sys.stderr)
        return 1
    return 0


class NoTables(Exception):
    """Nothing says which tables are meant."""


REFUSALS = (bootstrap.UnknownKey, bootstrap.NotForLiveMode, bootstrap.NotLocal, NoTables)


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
        f"test return secret  {made.test_return_secret}",
        f"live return secret  {made.live_return_secret}",
        "The keys and secrets are shown this once: keep them where you keep secrets.",
    ]


def _update_organization(asked: argparse.Namespace) -> list[str]:
    changed = bootstrap.update_organization(
        asked.organization,
        livemode=asked.mode == "live",
        processor=asked.processor,
        retry_days=asked.retry_days,
        attempts_in_30_days=asked.attempts_in_30_days,
        return_origins=_origins(asked.return_origin),
    )
    policy = changed.retry_policy
    days = ", ".join(f"+{days}" for days in policy.delay_days)
    return [
        f"processor  {changed.processor or 'none'}",
        f"retries    {f'{days} days' if days else 'none'}",
        f"attempts   at most {policy.maximum_in_30_days} in 30 days",
        f"returns    to {', '.join(changed.return_origins) or 'any https address'}",
    ]


def _origins(given: list[str] | None) -> tuple[str, ...] | None:
    """What was asked for; one that is empty takes the list away."""
    return None if given is None else tuple(dict.fromkeys(each for each in given if each))


def _origin(text: str) -> str:
    if text and (not text.isascii() or text != origin_of(text) or not ORIGIN.match(text)):
        message = "an origin is such as https://shop.example, without a path (http for localhost)"
        raise argparse.ArgumentTypeError(message)
    return text


def _return_secret(asked: argparse.Namespace) -> list[str]:
    secret = bootstrap.replace_return_secret(asked.organization, livemode=asked.mode == "live")
    return [secret, "This secret is shown this once: keep it where you keep secrets."]


def _reconcile(asked: argparse.Namespace) -> list[str]:
    lines = [f"{order}  {status}" for order, status in reconcile()]
    return [*lines, f"{len(lines)} in doubt"]


def _days(text: str) -> tuple[int, ...]:
    days = tuple(int(part) for part in text.split(",") if part)
    if len(days) > MAXIMUM_RETRIES or not all(1 <= each <= MAXIMUM_DELAY_DAYS for each in days):
        raise argparse.ArgumentTypeError(
            f"at most {MAXIMUM_RETRIES} numbers of days, each 1 to {MAXIMUM_DELAY_DAYS}: 2,5,7,7"
        )
    return days


def _attempts(text: str) -> int:
    if not 1 <= int(text) <= LARGEST_MAXIMUM:
        raise argparse.ArgumentTypeError(f"1 to {LARGEST_MAXIMUM}: card networks allow no more")
    return int(text)


def _create_key(asked: argparse.Namespace) -> list[str]:
    key = bootstrap.create_key(
        asked.organization,
        livemode=asked.mode == "live",
        name=asked.name,
        scopes=tuple(asked.scope or [ALL_SCOPES]),
        dialect=asked.dialect,
    )
    return [key, "This key is shown this once: keep it where you keep secrets."]


def _revoke_key(asked: argparse.Namespace) -> list[str]:
    # Asked for, so that a key ends in no shell's history.
    key = getpass.getpass("Key to revoke: ") if sys.stdin.isatty() else sys.stdin.readline()
    revoked = bootstrap.revoke_key(key.strip())
    return [f"The key …{revoked.last4} of {revoked.organization} is revoked, within a minute."]


def _use_stack(name: str) -> None:
    """Take names and numbers from a deployed stack."""
    import botocore.session

    client: Any = botocore.session.get_session().create_client("cloudformation")
    resources = client.describe_stack_resources(StackName=name)["StackResources"]
    for resource in resources:
        variable = RESOURCES.get(resource["LogicalResourceId"])
        if variable:
            os.environ[variable] = resource["PhysicalResourceId"]
    [stack] = client.describe_stacks(StackName=name)["Stacks"]
    for parameter in stack["Parameters"]:
        if parameter["ParameterKey"] == "DueShards":
            os.environ["DUE_SHARDS"] = parameter["ParameterValue"]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="farebox", description="Organizations, keys, doubts")
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

    update = organization.add_parser("update", help="who charges, and when again")
    update.add_argument("--organization", required=True)
    update.add_argument("--mode", required=True, choices=("test", "live"))
    update.add_argument("--processor", choices=(SANDBOX,))
    update.add_argument("--retry-days", type=_days, help='days between attempts; "" for none')
    update.add_argument("--attempts-in-30-days", type=_attempts)
    update.add_argument(
        "--return-origin",
        action="append",
        type=_origin,
        metavar="ORIGIN",
        help='one that customers may return to, the only ones that may; "" for any',
    )
    update.set_defaults(run=_update_organization)
    secret = organization.add_parser("return-secret", help="a new one, which signs from now on")
    secret.add_argument("--organization", required=True)
    secret.add_argument("--mode", required=True, choices=("test", "live"))
    secret.set_defaults(run=_return_secret)
    doubts = nouns.add_parser("reconcile", help="resolve what is in doubt, before its time")
    doubts.set_defaults(run=_reconcile)

    key = nouns.add_parser("key").add_subparsers(required=True)
    create = key.add_parser("create", help="one more key of an organization")
    create.add_argument("--organization", required=True)
    create.add_argument("--mode", required=True, choices=("test", "live"))
    create.add_argument("--name", default="")
    create.add_argument(
        "--scope", action="append", type=_scope, help="such as orders:write; all without"
    )
    create.add_argument(
        "--dialect",
        choices=(NATIVE, *MOUNTED),
        help="the only language it speaks; any without",
    )
    create.set_defaults(run=_create_key)
    revoke = key.add_parser("revoke", help="make a key useless")
    revoke.set_defaults(run=_revoke_key)
    return parser


if __name__ == "__main__":
    sys.exit(main())
