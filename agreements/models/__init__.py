"""Agreements, their texts, and what has been decided about them."""

from agreements.models.adoption import (
    AdoptionDecision,
    DecisionProof,
    DecisionStep,
    ExtractReading,
    Signature,
    StatusNote,
)
from agreements.models.agreements import Agreement, Party, ValidityChange
from agreements.models.following import BoardVisit, Reminder, ShareLink
from agreements.models.sending import Dispatch, DispatchItem, ForumDecision
from agreements.models.texts import AgreementVersion, DraftInvitation, TemplateSection, TextTemplate, VersionSection

__all__ = [
    "AdoptionDecision",
    "Agreement",
    "AgreementVersion",
    "BoardVisit",
    "DecisionProof",
    "DecisionStep",
    "Dispatch",
    "DispatchItem",
    "DraftInvitation",
    "ExtractReading",
    "ForumDecision",
    "Party",
    "Reminder",
    "ShareLink",
    "Signature",
    "StatusNote",
    "TemplateSection",
    "TextTemplate",
    "ValidityChange",
    "VersionSection",
]
