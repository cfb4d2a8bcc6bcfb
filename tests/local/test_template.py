"""If these fail, `make run` wires something else than `sam deploy` does."""

import json
from pathlib import Path
from textwrap import dedent

import pytest

from local.cloudformation import ACCOUNT, REGION, STACK_NAME
from local.errors import TemplateError
from local.tables import creation_of
from local.template import (
    Function,
    QueueConsumer,
    Schedule,
    Stack,
    merge_globals,
    read_stack,
)

HEAD = """
    Parameters:
      Stage: {Type: String, Default: dev}
      Address: {Type: String, Default: ""}
    Mappings:
      Sizes: {dev: {memory: 256}}
    Conditions:
      HasAddress: !Not [!Equals [!Ref Address, ""]]
      IsDevelopment: !And [!Equals [!Ref Stage, dev], !Not [!Condition HasAddress]]
    Resources:
      Records:
        Type: AWS::DynamoDB::Table
        Properties:
          AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
          KeySchema: [{AttributeName: pk, KeyType: HASH}]
      Jobs:
        Type: AWS::SQS::Queue
      Layer:
        Type: AWS::Serverless::LayerVersion
        Properties: {ContentUri: shared/}
"""


def read(tmp_path: Path, resources: str, parameters: dict[str, str] | None = None) -> Stack:
    """Read a template made of HEAD and more resources."""
    path = tmp_path / "template.yaml"
    path.write_text(dedent(HEAD) + resources)
    return read_stack(path, parameters)


def read_function(tmp_path: Path, properties: str, **parameters: str) -> Function:
    """Read a template with one function, its properties written as one YAML mapping."""
    resource = f"  Sell: {{Type: AWS::Serverless::Function, Properties: {properties}}}\n"
    return read(tmp_path, resource, parameters).functions["Sell"]


def read_event(tmp_path: Path, event: str) -> Stack:
    """Read a template with one function, which has this event."""
    properties = f"{{Handler: sell.run, CodeUri: ., Events: {{E: {event}}}}}"
    return read(
        tmp_path, f"  Sell: {{Type: AWS::Serverless::Function, Properties: {properties}}}\n"
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        ("10", "10"),
        ("true", "true"),
        ("!Ref Stage", "dev"),
        ("!Ref Records", f"{STACK_NAME}-Records"),
        ("!Ref AWS::Region", REGION),
        (
            "!GetAtt Records.Arn",
            f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{STACK_NAME}-Records",
        ),
        ("!Ref Jobs", f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{STACK_NAME}-Jobs"),
        ("!GetAtt Jobs.Arn", f"arn:aws:sqs:{REGION}:{ACCOUNT}:{STACK_NAME}-Jobs"),
        ("!GetAtt Jobs.QueueName", f"{STACK_NAME}-Jobs"),
        ("!GetAtt Sell.Arn", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{STACK_NAME}-Sell"),
        ("!Sub '${Stage}-${Records}'", f"dev-{STACK_NAME}-Records"),
        ("!Sub '${Records.Arn}/index/list'", None),
        ("!Sub ['${A}/${!B}', {A: !Ref Stage}]", "dev/${B}"),
        ("!If [HasAddress, given, none]", "none"),
        ("!If [IsDevelopment, 1, 2]", "1"),
        ("!Join ['-', [a, !Ref Stage]]", "a-dev"),
        ("!Select [1, [a, b]]", "b"),
        ("!FindInMap [Sizes, !Ref Stage, memory]", "256"),
        ("{'Fn::Sub': '${Stage}'}", "dev"),
    ],
)
def test_a_variable_has_the_value_that_cloudformation_gives_it(
    tmp_path: Path, value: str, expected: str | None
) -> None:
    function = read_function(
        tmp_path, f"{{Handler: sell.run, CodeUri: ., Environment: {{Variables: {{V: {value}}}}}}}"
    )

    if expected is None:
        arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{STACK_NAME}-Records"
        expected = f"{arn}/index/list"
    assert function.environment == {"V": expected}


def test_a_given_parameter_replaces_the_default(tmp_path: Path) -> None:
    variables = "{V: !If [HasAddress, !Ref Address, none]}"
    properties = f"{{Handler: sell.run, CodeUri: ., Environment: {{Variables: {variables}}}}}"

    assert read_function(tmp_path, properties, Address="http://a").environment == {"V": "http://a"}


def test_what_has_no_value_is_left_out(tmp_path: Path) -> None:
    variables = "{V: !If [HasAddress, x, !Ref AWS::NoValue], W: y}"
    properties = f"{{Handler: sell.run, CodeUri: ., Environment: {{Variables: {variables}}}}}"

    assert read_function(tmp_path, properties).environment == {"W": "y"}


def test_a_function_knows_its_code_its_layers_and_its_limits(tmp_path: Path) -> None:
    function = read_function(
        tmp_path, "{Handler: sell.run, CodeUri: code/, Layers: [!Ref Layer], Timeout: 10}"
    )

    assert function.handler == "sell.run"
    assert function.name == f"{STACK_NAME}-Sell"
    assert function.code_directory == tmp_path / "code"
    assert function.layer_directories == (tmp_path / "shared",)
    assert (function.timeout_seconds, function.memory_megabytes) == (10, 128)


def test_globals_are_merged_as_sam_does() -> None:
    shared = {"Timeout": 3, "Layers": ["a"], "Environment": {"Variables": {"A": 1, "B": 1}}}
    own = {"Timeout": 9, "Layers": ["b"], "Environment": {"Variables": {"B": 2}}}

    assert merge_globals(shared, own) == {
        "Timeout": 9,
        "Layers": ["a", "b"],
        "Environment": {"Variables": {"A": 1, "B": 2}},
    }


@pytest.mark.parametrize(
    ("event", "key"),
    [
        ("{Type: HttpApi, Properties: {Method: post, Path: /v1/sales}}", "POST /v1/sales"),
        ("{Type: HttpApi, Properties: {Method: ANY, Path: '/v1/{proxy+}'}}", "ANY /v1/{proxy+}"),
        ("{Type: HttpApi}", "$default"),
        ("{Type: HttpApi, Properties: {Path: $default, Method: ANY}}", "$default"),
    ],
)
def test_an_event_of_the_http_api_is_a_route(tmp_path: Path, event: str, key: str) -> None:
    [route] = read_event(tmp_path, event).routes

    assert (route.key, route.function) == (key, "Sell")


@pytest.mark.parametrize(
    ("rate", "seconds"),
    [("1 minute", 60), ("5 minutes", 300), ("1 hour", 3600), ("2 days", 172800)],
)
def test_a_schedule_is_a_function_and_its_rate(tmp_path: Path, rate: str, seconds: int) -> None:
    retry = "RetryPolicy: {MaximumRetryAttempts: 0}"
    properties = f"{{ScheduleExpression: rate({rate}), {retry}, OmitName: true}}"

    [schedule] = read_event(tmp_path, f"{{Type: ScheduleV2, Properties: {properties}}}").schedules

    assert schedule == Schedule("SellE", "Sell", seconds)


def test_a_function_consumes_a_queue_of_the_template(tmp_path: Path) -> None:
    properties = (
        "{Queue: !GetAtt Jobs.Arn, BatchSize: 5, ScalingConfig: {MaximumConcurrency: 2},"
        " FunctionResponseTypes: [ReportBatchItemFailures]}"
    )

    stack = read_event(tmp_path, f"{{Type: SQS, Properties: {properties}}}")

    assert stack.queue_consumers == (QueueConsumer("Sell", stack.queues[0], 5, True),)


def test_lambda_takes_ten_messages_and_no_reports_where_nothing_is_said(tmp_path: Path) -> None:
    stack = read_event(tmp_path, "{Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}")

    assert stack.queue_consumers == (QueueConsumer("Sell", stack.queues[0], 10, False),)


def test_a_queue_is_created_with_everything_that_is_written_there(tmp_path: Path) -> None:
    redrive = "{deadLetterTargetArn: !GetAtt Jobs.Arn, maxReceiveCount: 5}"
    properties = f"{{QueueName: mine, VisibilityTimeout: 720, RedrivePolicy: {redrive}}}"

    stack = read(tmp_path, f"  Q: {{Type: AWS::SQS::Queue, Properties: {properties}}}\n")

    [queue] = [queue for queue in stack.queues if queue.name == "mine"]
    assert queue.arn.endswith(":mine") and queue.url.endswith("/mine")
    assert queue.attributes["VisibilityTimeout"] == "720"
    assert json.loads(queue.attributes["RedrivePolicy"]) == {
        "deadLetterTargetArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{STACK_NAME}-Jobs",
        "maxReceiveCount": 5,
    }


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ("{Type: ScheduleV2, Properties: {ScheduleExpression: cron(0 12 * * ? *)}}", "cron"),
        ("{Type: ScheduleV2}", "no schedule but rate"),
        (
            "{Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day), State: DISABLED}}",
            "State",
        ),
        ("{Type: SQS, Properties: {Queue: 'arn:aws:sqs:eu-central-1:1:other'}}", "no queue of"),
        (
            "{Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn, FilterCriteria: {}}}",
            "FilterCriteria",
        ),
    ],
)
def test_an_event_that_would_come_otherwise_is_named(
    tmp_path: Path, event: str, reason: str
) -> None:
    with pytest.raises(TemplateError, match=reason):
        read_event(tmp_path, event)


def test_a_queue_that_would_behave_otherwise_is_named(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="FifoQueue"):
        read(tmp_path, "  Q: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}\n")


def test_a_table_is_created_with_everything_that_is_written_there(tmp_path: Path) -> None:
    index = "{IndexName: by, KeySchema: [], Projection: {ProjectionType: KEYS_ONLY}}"
    properties = (
        "{TableName: events, AttributeDefinitions: [{AttributeName: a, AttributeType: S}],"
        f" KeySchema: [{{AttributeName: a, KeyType: HASH}}], GlobalSecondaryIndexes: [{index}],"
        " StreamSpecification: {StreamViewType: NEW_IMAGE},"
        " TimeToLiveSpecification: {AttributeName: expires_at, Enabled: true}}"
    )
    stack = read(tmp_path, f"  T: {{Type: AWS::DynamoDB::Table, Properties: {properties}}}\n")
    [table] = [table for table in stack.tables if table.name == "events"]

    creation = creation_of(table)

    assert creation["KeySchema"] == [{"AttributeName": "a", "KeyType": "HASH"}]
    assert [made["IndexName"] for made in creation["GlobalSecondaryIndexes"]] == ["by"]
    assert creation["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    assert table.expiry_attribute == "expires_at"


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ("{CodeUri: .}", "no Handler"),
        ("{Handler: sell.run}", "no CodeUri"),
        ("{Handler: !Ref Nothing, CodeUri: .}", "Nothing"),
        ("{Handler: !GetAtt Layer.Arn, CodeUri: .}", "no Arn of Layer"),
        ("{Handler: !ImportValue x, CodeUri: .}", "Fn::ImportValue"),
        ("{Handler: !If [Nothing, a, b], CodeUri: .}", "condition Nothing"),
        ("{Handler: a.b, CodeUri: ., Layers: ['arn:aws:lambda:x']}", "no layer"),
        ("{Handler: a.b, CodeUri: ., Events: {Tick: {Type: Schedule}}}", "Schedule"),
    ],
)
def test_what_cannot_be_wired_is_named_not_skipped(
    tmp_path: Path, properties: str, reason: str
) -> None:
    with pytest.raises(TemplateError, match=reason):
        read_function(tmp_path, properties)


@pytest.mark.parametrize(("text", "reason"), [(None, "missing"), ("a: [", "readable"), ("a", "no")])
def test_a_file_that_is_no_template_is_said_to_be_none(
    tmp_path: Path, text: str | None, reason: str
) -> None:
    path = tmp_path / "template.yaml"
    if text is not None:
        path.write_text(text)

    with pytest.raises(TemplateError, match=reason):
        read_stack(path)
