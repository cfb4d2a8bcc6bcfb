"""What a deployment decides, read from the environment at first use."""

import os
from dataclasses import dataclass
from functools import cache

# As in the template, for a command that is run outside of it.
DEFAULT_DUE_SHARDS = "4"


@dataclass(frozen=True, slots=True)
class Settings:
    """Names of the tables and what the template's parameters set; the last two only where used."""

    core_table: str
    events_table: str
    ephemeral_table: str
    public_url: str
    list_shards: int
    due_shards: int
    charge_queue_url: str
    charge_order_function: str


@cache
def settings() -> Settings:
    """The environment of this process; a missing table name stops it at once, with its name."""
    return Settings(
        core_table=os.environ["CORE_TABLE"],
        events_table=os.environ["EVENTS_TABLE"],
        ephemeral_table=os.environ["EPHEMERAL_TABLE"],
        public_url=os.environ.get("PUBLIC_URL", "").rstrip("/"),
        list_shards=int(os.environ.get("LIST_SHARDS", "1")),
        due_shards=int(os.environ.get("DUE_SHARDS", DEFAULT_DUE_SHARDS)),
        charge_queue_url=os.environ.get("CHARGE_QUEUE_URL", ""),
        charge_order_function=os.environ.get("CHARGE_ORDER_FUNCTION", ""),
    )
