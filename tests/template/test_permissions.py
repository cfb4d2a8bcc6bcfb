"""What each function may do: no more than its call needs, on what this stack has only."""

from collections.abc import Iterator, Mapping
from typing import Any

from local.cloudformation import Resolver

Properties = Mapping[str, Any]

DISPATCH = "DispatchChargesFunction"
CHARGE = "ChargeOrderFunction"
PAGE = "CheckoutPageFunction"

WRITES = {"dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"}
INVOKE = "lambda:InvokeFunction"
SEND = "sqs:SendMessage"
# All that any function may be allowed; Scan and the batch write are not among it.
KNOWN = WRITES | {"dynamodb:BatchGetItem", "dynamodb:Query", INVOKE, SEND}

# Of an organization's records; API keys are under K#, what signs is under S#.
RECORDS_ONLY = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["O#*"]}}
IN_TRANSACTION = {
    "ForAnyValue:StringEquals": {"dynamodb:EnclosingOperation": "TransactWriteItems"},
    **RECORDS_ONLY,
}
DUE_TIME_ONLY = {"ForAllValues:StringEquals": {"dynamodb:Attributes": ["pk", "sk", "due_sk"]}}


def listed(value: Any) -> list[Any]:
    """One or several: IAM takes both."""
    return value if isinstance(value, list) else [value]


def statements(declared: Mapping[str, Properties]) -> Iterator[tuple[str, Properties]]:
    """Give every statement with its function's logical id."""
    for logical_id, properties in declared.items():
        for policy in properties["Policies"]:
            assert policy.keys() == {"Statement"}, f"{logical_id} has a policy made elsewhere"
            for statement in policy["Statement"]:
                assert statement["Effect"] == "Allow"
                yield logical_id, statement


def holders(declared: Mapping[str, Properties], action: str) -> set[str]:
    """Say which functions may do it outside of a transaction or inside of one."""
    return {name for name, s in statements(declared) if action in listed(s["Action"])}


def reached(
    declared: Mapping[str, Properties], resolver: Resolver, logical_id: str, action: str
) -> set[str]:
    """Say on what one function may do something."""
    return {
        resource
        for name, statement in statements(declared)
        if name == logical_id and action in listed(statement["Action"])
        for resource in listed(resolver.resolve(statement["Resource"]))
    }


def arn(resolver: Resolver, logical_id: str) -> str:
    """The ARN of something in the template."""
    return str(resolver.resolve({"Fn::GetAtt": f"{logical_id}.Arn"}))


def test_a_function_may_do_only_what_is_known_to_be_needed(
    declared: Mapping[str, Properties],
) -> None:
    """Else a flaw in one function reads or deletes a whole table, or another system's."""
    for logical_id, statement in statements(declared):
        assert set(listed(statement["Action"])) <= KNOWN, logical_id


def test_a_function_reaches_only_the_tables_and_indexes_of_its_stack(
    declared: Mapping[str, Properties], document: dict[str, Any], resolver: Resolver
) -> None:
    """Else a flaw in one function reaches other data of the account."""
    tables = {
        arn(resolver, logical_id): resource["Properties"]
        for logical_id, resource in document["Resources"].items()
        if resource["Type"] == "AWS::DynamoDB::Table"
    }
    indexes = {
        f"{table}/index/{index['IndexName']}"
        for table, properties in tables.items()
        for index in properties.get("GlobalSecondaryIndexes", [])
    }

    for logical_id in declared:
        for action in KNOWN - {INVOKE, SEND}:
            allowed = tables.keys() | indexes if action == "dynamodb:Query" else tables.keys()
            assert reached(declared, resolver, logical_id, action) <= allowed, logical_id


def test_what_belongs_together_can_only_be_written_together(
    declared: Mapping[str, Properties],
) -> None:
    """Else a change in the code can store an order without its event, and nothing refuses it."""
    for logical_id, statement in statements(declared):
        writes = WRITES & set(listed(statement["Action"]))
        if statement.get("Condition") != IN_TRANSACTION:
            assert writes <= {"dynamodb:UpdateItem"}, logical_id


def test_only_who_numbers_records_may_count_outside_a_transaction(
    declared: Mapping[str, Properties],
) -> None:
    """Else a create function could change a record past all conditions."""
    counting = {
        logical_id
        for logical_id, statement in statements(declared)
        if statement.get("Condition") == RECORDS_ONLY
        and "dynamodb:UpdateItem" in listed(statement["Action"])
    }

    assert counting == {"CreateOrderFunction", "ApiFunction", CHARGE, PAGE}
    assert holders(declared, "dynamodb:UpdateItem") == counting | {DISPATCH}


def test_the_tick_may_read_what_is_due_put_it_off_and_nothing_else(
    declared: Mapping[str, Properties], resolver: Resolver
) -> None:
    """Else what looks at every organization's orders each minute could change or read them."""
    given = {
        action: statement.get("Condition")
        for logical_id, statement in statements(declared)
        if logical_id == DISPATCH
        for action in listed(statement["Action"])
    }

    assert given == {"dynamodb:Query": None, "dynamodb:UpdateItem": DUE_TIME_ONLY, SEND: None}
    index = f"{arn(resolver, 'CoreTable')}/index/due"
    assert reached(declared, resolver, DISPATCH, "dynamodb:Query") == {index}


def test_only_who_lists_may_query_and_only_api_may_delete(
    declared: Mapping[str, Properties], resolver: Resolver
) -> None:
    """Else a create function, open to the whole internet, could empty the table key by key."""
    assert holders(declared, "dynamodb:Query") == {"ApiFunction", DISPATCH, CHARGE}
    assert holders(declared, "dynamodb:DeleteItem") == {"ApiFunction"}
    index = f"{arn(resolver, 'CoreTable')}/index/list_by_customer"
    assert reached(declared, resolver, CHARGE, "dynamodb:Query") == {index}


def test_only_the_page_reads_what_signs_and_it_reads_no_api_key(
    declared: Mapping[str, Properties],
) -> None:
    """Else a flaw in what is open to the internet gives away every key, or signs anything."""
    readable = {
        logical_id: set(statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"])
        for logical_id, statement in statements(declared)
        if "dynamodb:BatchGetItem" in listed(statement["Action"])
    }

    assert readable.pop(PAGE) == {"O#*", "S#*"}
    assert set(readable) == set(declared) - {PAGE, DISPATCH}
    assert all(keys == {"O#*", "K#*"} for keys in readable.values())
    for logical_id, statement in statements(declared):
        if "dynamodb:Query" in listed(statement["Action"]) and logical_id == "ApiFunction":
            assert statement["Condition"] == RECORDS_ONLY


def test_only_who_answers_for_a_charge_may_have_one_made(
    declared: Mapping[str, Properties], resolver: Resolver
) -> None:
    """Else a flaw elsewhere charges customers, or a flaw here runs what it likes."""
    assert holders(declared, INVOKE) == {"CreateOrderFunction", "ApiFunction", PAGE}
    for logical_id in holders(declared, INVOKE):
        assert reached(declared, resolver, logical_id, INVOKE) == {arn(resolver, CHARGE)}


def test_only_the_tick_may_send_to_the_queue(
    declared: Mapping[str, Properties], resolver: Resolver
) -> None:
    """Else what is open to the internet could have any order looked at, again and again."""
    assert holders(declared, SEND) == {DISPATCH}
    assert reached(declared, resolver, DISPATCH, SEND) == {arn(resolver, "ChargeQueue")}
