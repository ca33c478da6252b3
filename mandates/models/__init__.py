"""What is always true of editions, mandates, their lines, and what happens to the lines afterwards."""

from mandates.models.bundles import Bundle
from mandates.models.editions import EditionSection, FormEdition
from mandates.models.elections import Election, ElectionItem
from mandates.models.life import LINK_LIFE, AttestLink, Confirmation, Handover, PaperForm, Vacancy
from mandates.models.mandates import InternalContact, Mandate, MandateSeat
from mandates.models.reminders import MandateReminder, ReminderLadder, ReminderPause
from mandates.models.renewals import RenewalRequest

__all__ = [
    "LINK_LIFE",
    "AttestLink",
    "Bundle",
    "Confirmation",
    "EditionSection",
    "Election",
    "ElectionItem",
    "FormEdition",
    "Handover",
    "InternalContact",
    "Mandate",
    "MandateReminder",
    "MandateSeat",
    "PaperForm",
    "ReminderLadder",
    "ReminderPause",
    "RenewalRequest",
    "Vacancy",
]
