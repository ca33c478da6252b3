"""The app's verbs."""

from mandates.actions.confirming import confirm, renew
from mandates.actions.editions import prepare_edition, publish_edition, save_edition
from mandates.actions.ending import end_line, hand_over
from mandates.actions.linking import attest_by_link, hash_of, send_back_by_link, send_link, withdraw_link
from mandates.actions.mandates import (
    Incomplete,
    attest,
    choose_seats,
    save_line,
    save_person,
    send_back,
    start_mandate,
    submit,
    withdraw,
)
from mandates.actions.papers import register_paper
from mandates.actions.vacancies import register_vacancy

__all__ = [
    "Incomplete",
    "attest",
    "attest_by_link",
    "choose_seats",
    "confirm",
    "end_line",
    "hand_over",
    "hash_of",
    "prepare_edition",
    "publish_edition",
    "register_paper",
    "register_vacancy",
    "renew",
    "save_edition",
    "save_line",
    "save_person",
    "send_back",
    "send_back_by_link",
    "send_link",
    "start_mandate",
    "submit",
    "withdraw",
    "withdraw_link",
]
