"""What each function may do: no more than its call needs, on this stack's tables only."""

from collections.abc import Iterator, Mapping
from typing import Any

from local.cloudformation import Resolver

Properties = Mapping[str, Any]

WRITES = {"dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"}
# All that any function may be allowed; Scan and the batch write are not among it.
KNOWN = WRITES | {"dynamodb:BatchGetItem", "dynamodb:Query"}

IN_TRANSACTION = {"ForAnyValue:StringEquals": {"dynamodb:EnclosingOperation": "TransactWriteItems"}}


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
        resolver.resolve({"Fn::GetAtt": f"{logical_id}.Arn"}): resource["Properties"]
        for logical_id, resource in document["Resources"].items()
        if resource["Type"] == "AWS::DynamoDB::Table"
    }
    indexes = {
        f"{arn}/index/{index['IndexName']}"
        for arn, properties in tables.items()
        for index in properties.get("GlobalSecondaryIndexes", [])
    }

    for logical_id, statement in statements(declared):
        reached = set(listed(resolver.resolve(statement["Resource"])))
        only_queries = listed(statement["Action"]) == ["dynamodb:Query"]
        assert reached <= (tables.keys() | indexes if only_queries else tables.keys()), logical_id


def test_what_belongs_together_can_only_be_written_together(
    declared: Mapping[str, Properties],
) -> None:
    """Else a change in the code can store an order without its event, and nothing refuses it."""
    for logical_id, statement in statements(declared):
        alone = "Condition" not in statement
        writes = WRITES & set(listed(statement["Action"]))
        if alone:
            assert writes <= {"dynamodb:UpdateItem"}, logical_id
        else:
            assert statement["Condition"] == IN_TRANSACTION, logical_id


def test_only_who_numbers_orders_may_count_outside_a_transaction(
    declared: Mapping[str, Properties],
) -> None:
    """Else a create function could change a record past all conditions."""
    counting = {
        logical_id
        for logical_id, statement in statements(declared)
        if "Condition" not in statement and "dynamodb:UpdateItem" in listed(statement["Action"])
    }

    assert counting == {"CreateOrderFunction", "ApiFunction"}


def test_only_api_may_list_and_delete(declared: Mapping[str, Properties]) -> None:
    """Else a create function, open to the whole internet, could empty the table key by key."""
    assert holders(declared, "dynamodb:Query") == {"ApiFunction"}
    assert holders(declared, "dynamodb:DeleteItem") == {"ApiFunction"}
