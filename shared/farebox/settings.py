"""What a deployment decides, read from the environment at first use."""

import os
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Settings:
    """Names of the tables and what the template's parameters set."""

    core_table: str
    events_table: str
    ephemeral_table: str
    public_url: str
    list_shards: int


@cache
def settings() -> Settings:
    """The environment of this process; a missing table name stops it at once, with its name."""
    return Settings(
        core_table=os.environ["CORE_TABLE"],
        events_table=os.environ["EVENTS_TABLE"],
        ephemeral_table=os.environ["EPHEMERAL_TABLE"],
        public_url=os.environ.get("PUBLIC_URL", "").rstrip("/"),
        list_shards=int(os.environ.get("LIST_SHARDS", "1")),
    )
