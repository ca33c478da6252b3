"""What is always true of editions, mandates, their lines, and what happens to the lines afterwards."""

from mandates.models.bundles import Bundle
from mandates.models.editions import EditionSection, FormEdition
from mandates.models.life import LINK_LIFE, AttestLink, Confirmation, Handover, PaperForm, Vacancy
from mandates.models.mandates import InternalContact, Mandate, MandateSeat

__all__ = [
    "LINK_LIFE",
    "AttestLink",
    "Bundle",
    "Confirmation",
    "EditionSection",
    "FormEdition",
    "Handover",
    "InternalContact",
    "Mandate",
    "MandateSeat",
    "PaperForm",
    "Vacancy",
]
