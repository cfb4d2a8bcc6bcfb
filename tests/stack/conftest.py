"""A stack, deployed once per session to an account that exists only in memory."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.config import Config

from local.cloudformation import REGION
from tests.emulator import running_account, seed_example_key
from tests.sam import ROOT, build, run_sam

ARCHITECTURE = "x86_64"
STACK_NAME = "farebox"
TABLES = {
    "CORE_TABLE": "CoreTable",
    "EVENTS_TABLE": "EventsTable",
    "EPHEMERAL_TABLE": "EphemeralTable",
}


@dataclass(frozen=True, slots=True)
class Deployed:
    """What was deployed, as its outputs and resources name it."""

    account: Mapping[str, str]
    outputs: Mapping[str, str]
    physical_ids: Mapping[str, str]

    def client(self, service: str) -> Any:
        """An AWS client for the account, with one try: a second would hide what went wrong."""
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.account["AWS_ENDPOINT_URL"],
            region_name=REGION,
            aws_access_key_id=self.account["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.account["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"total_max_attempts": 1}),
        )

    def run(self, logical_id: str, event: Mapping[str, Any]) -> Any:
        """Invoke a deployed function, and give what it returns."""
        result = self.client("lambda").invoke(
            FunctionName=self.physical_ids[logical_id], Payload=json.dumps(event).encode()
        )
        payload = json.loads(result["Payload"].read())
        assert "FunctionError" not in result, payload
        return payload

    def invoke(self, logical_id: str, event: Mapping[str, Any]) -> dict[str, Any]:
        """Call a deployed function as the gateway would, and give its answer's status and body."""
        payload = self.run(logical_id, event)
        return {"status": payload["statusCode"], "body": json.loads(payload["body"])}

    def create_organization(self) -> str:
        """Run the command of the stack's own output, and give the test key that it prints."""
        command = self.outputs["FirstKeyCommand"].split(" --name ")[0].split()
        [key] = re.findall(r"fb_test_\S+", self.command(*command, "--name", "A shop"))
        return str(key)

    def command(self, *arguments: str) -> str:
        """Run `python …` as its user does, knowing the account only, and give what it prints."""
        python, *rest = arguments
        assert python == "python"
        printed = subprocess.run(
            [sys.executable, *rest],
            env={**self.account, "PYTHONPATH": str(ROOT / "shared")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert printed.returncode == 0, printed.stderr
        return printed.stdout


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    folder = tmp_path_factory.mktemp("stack")
    packages = build(ARCHITECTURE, folder / "build")
    with running_account(folder) as account:
        run_sam(
            *("deploy", "--template-file", packages / "template.yaml"),
            *("--stack-name", STACK_NAME, "--capabilities", "CAPABILITY_IAM", "--resolve-s3"),
            *("--no-confirm-changeset", "--parameter-overrides", f"Architecture={ARCHITECTURE}"),
            environment=account,
        )
        made = _describe(account)
        _read_concurrency_as_a_number(made)
        _let_batches_be_sent(made)
        seed_example_key(
            {**account, **{n: made.physical_ids[table] for n, table in TABLES.items()}}
        )
        yield made


def _read_concurrency_as_a_number(deployed: Deployed) -> None:
    """Do what CloudFormation does with a parameter's text: the emulator leaves it a text."""
    functions = deployed.client("lambda")
    [mapping] = functions.list_event_source_mappings()["EventSourceMappings"]
    # What it lists is a number again by the time it is read here.
    functions.update_event_source_mapping(
        UUID=mapping["UUID"], ScalingConfig=mapping["ScalingConfig"]
    )


def _let_batches_be_sent(deployed: Deployed) -> None:
    """Give a right that only the emulator knows: in AWS, sqs:SendMessage is that of a batch too."""
    statement = {"Effect": "Allow", "Action": "sqs:SendMessageBatch", "Resource": "*"}
    deployed.client("iam").put_role_policy(
        RoleName=deployed.physical_ids["DispatchChargesFunctionRole"],
        PolicyName="batches",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )


def _describe(account: Mapping[str, str]) -> Deployed:
    cloudformation = Deployed(account, {}, {}).client("cloudformation")
    [described] = cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"]
    resources = cloudformation.describe_stack_resources(StackName=STACK_NAME)["StackResources"]
    return Deployed(
        account,
        {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]},
        {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in resources},
    )
