"""What is always true of editions, mandates and their lines."""

from mandates.models.editions import EditionSection, FormEdition
from mandates.models.mandates import InternalContact, Mandate, MandateSeat

__all__ = ["EditionSection", "FormEdition", "InternalContact", "Mandate", "MandateSeat"]
