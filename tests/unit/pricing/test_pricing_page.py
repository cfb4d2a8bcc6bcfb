"""docs/pricing.md against the code: a reader who trusts the page must not be misled by it."""

import re
from pathlib import Path

from farebox.pricing.models import MODELS
from tests.client import Api
from tests.price_forms import exactly

PAGE = (Path(__file__).parents[3] / "docs" / "pricing.md").read_text("utf-8")
ROW = re.compile(r"^\| `(\w+)` \| `(\w+)` \| (.+) \| (published|described|read) \|$", re.MULTILINE)
EXAMPLE = re.compile(r"^```json\n(.+?)```$", re.MULTILINE | re.DOTALL)


def test_the_page_names_every_form_and_what_it_takes() -> None:
    named = {name: takes for name, takes, _, _ in ROW.findall(PAGE)}

    assert named == {name: model.takes for name, model in MODELS.items()}


def test_the_page_s_example_is_what_the_api_answers(api: Api) -> None:
    asked, answered = EXAMPLE.findall(PAGE)

    answer = api.post("/v1/quotes", asked.encode())

    assert exactly(answer.text) == exactly(answered)
