"""What every refusal has in common, checked wherever a test meets one."""

from tests.client import Answered

Broken = list[tuple[str | None, str]]


def refusal(answer: Answered, status: int) -> Broken:
    """The broken rules of a well-formed problem (RFC 9457) with this status."""
    assert answer.status == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.body
    assert problem["status"] == status
    assert problem["type"].endswith(f":{problem['code']}")
    assert problem["detail"]
    assert problem["request_id"] == answer.headers["request-id"]
    assert "Traceback" not in answer.text
    if problem["errors"]:
        first = problem["errors"][0]
        assert (problem["param"], problem["code"]) == (first["param"], first["code"])
    return answer.codes
