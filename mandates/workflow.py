"""What may follow what, for a mandate (the form), for its lines, a one-time link, and an ask for renewal."""

from kvinnofrid.core.workflow import Workflow, move
from mandates.enums import LineState, LinkState, MandateState, RenewalState

MANDATE = Workflow(
    (
        move("submit", [MandateState.DRAFT, MandateState.SUBMITTED], MandateState.SUBMITTED),
        move("withdraw", [MandateState.DRAFT, MandateState.SUBMITTED], MandateState.WITHDRAWN, needs_reason=True),
        move("end", [MandateState.SUBMITTED], MandateState.ENDED, needs_reason=True),
    )
)

LINE = Workflow(
    (
        move("submit", [LineState.DRAFT, LineState.RETURNED], LineState.WAITING),
        move("attest", [LineState.WAITING], LineState.ATTESTED),
        move("send_back", [LineState.WAITING], LineState.RETURNED, needs_reason=True),
        move(
            "withdraw",
            [LineState.DRAFT, LineState.WAITING, LineState.RETURNED, LineState.ATTESTED],
            LineState.WITHDRAWN,
            needs_reason=True,
        ),
        move("end", [LineState.ATTESTED], LineState.ENDED, needs_reason=True),
        move("register", [LineState.DRAFT], LineState.ATTESTED),  # signed on paper
    )
)

LINK = Workflow(
    (
        move("use", [LinkState.OPEN], LinkState.USED),
        move("withdraw", [LinkState.OPEN], LinkState.WITHDRAWN),
    )
)

RENEWAL = Workflow(
    (
        move("decline", [RenewalState.OPEN], RenewalState.DECLINED, needs_reason=True),
        move("withdraw", [RenewalState.OPEN], RenewalState.WITHDRAWN),
    )
)

EDITABLE_LINE_STATES = (LineState.DRAFT, LineState.RETURNED)
OPEN_LINE_STATES = (LineState.WAITING, LineState.RETURNED)
HELD_LINE_STATES = (LineState.ATTESTED, LineState.ENDED)  # those whose period makes somebody the representative
