"""All judges in turn."""

from collections.abc import Callable, Iterator, Sequence

from tests.simulation import bookkeeping, buyers, handing_out, money
from tests.simulation.judgment import Evidence, Violation
from tests.simulation.runs import Run

JUDGES: Sequence[Callable[[Evidence], Iterator[Violation]]] = (
    money.no_double_charge,
    money.no_lost_charge,
    money.nobody_is_charged_early,
    money.new_methods_are_tried,
    money.books_agree,
    money.no_limbo,
    money.nothing_changes_afterwards,
    handing_out.nothing_is_marked_unsent,
    handing_out.what_is_due_is_looked_at,
    handing_out.failures_are_reported,
    bookkeeping.one_request_makes_one_order,
    bookkeeping.names_are_unique,
    bookkeeping.each_transition_is_told_once,
    bookkeeping.nobody_sees_anothers,
    bookkeeping.reads_are_true,
    buyers.a_checkout_is_one_order,
    buyers.what_belongs_together_changes_together,
)


def violations(run: Run) -> list[Violation]:
    """Everything that is wrong with a run; an error that nobody foresaw is too."""
    evidence = Evidence(run)
    found = [violation for judge in JUDGES for violation in judge(evidence)]
    return found + [Violation("unforeseen", what) for what in run.world.unforeseen]
