"""The app's verbs."""

from mandates.actions.editions import prepare_edition, publish_edition, save_edition
from mandates.actions.mandates import (
    Incomplete,
    attest,
    choose_seats,
    end_line,
    save_line,
    save_person,
    send_back,
    start_mandate,
    submit,
    withdraw,
)

__all__ = [
    "Incomplete",
    "attest",
    "choose_seats",
    "end_line",
    "prepare_edition",
    "publish_edition",
    "save_edition",
    "save_line",
    "save_person",
    "send_back",
    "start_mandate",
    "submit",
    "withdraw",
]
