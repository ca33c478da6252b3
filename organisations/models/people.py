"""People who log in, and the dated roles that say what they may do."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import Group
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from kvinnofrid.core import access
from kvinnofrid.core.audit import tracked_history
from kvinnofrid.core.models import MailFrequency
from kvinnofrid.core.validators import refuse_personal_number, validate_phone
from organisations.enums import FORUM_ROLES, ORGANISATION_ROLES, PARTNERSHIP_ROLES, Role
from organisations.models.organisations import Organisation
from organisations.models.partnership import Partnership
from organisations.models.periods import DateRange, Period, in_order
from organisations.querysets import UserQuerySet


class User(AbstractBaseUser):
    """A person with work contact details. The e-mail is the login; rights come from dated roles only.

    There are no superusers and no permissions of one's own. When somebody last logged in is not kept.
    """

    may_be_deleted = False
    last_login = None
    email = models.EmailField(
        "e-postadress",
        max_length=254,
        unique=True,
        error_messages={"unique": "Det finns redan en person med den e-postadressen."},
    )
    name = models.CharField("namn", max_length=120, validators=[refuse_personal_number])
    title = models.CharField("befattning", max_length=120, blank=True, validators=[refuse_personal_number])
    phone = models.CharField("telefon i arbetet", max_length=30, blank=True, validators=[validate_phone])
    private_phone = models.CharField("privat telefon", max_length=30, blank=True, validators=[validate_phone])
    has_protected_identity = models.BooleanField("skyddade personuppgifter", default=False)
    mail_frequency = models.CharField(
        "meddelanden med e-post", max_length=10, choices=MailFrequency.choices, default=MailFrequency.AT_ONCE
    )
    is_active = models.BooleanField("aktiv", default=True)

    history = tracked_history(excluded_fields=["password"])
    objects: ClassVar[Any] = UserQuerySet.as_manager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "personer"
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_lower_case"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        self.email = self.email.strip().lower()

    def has_perm(self, permission: str, obj: models.Model | None = None) -> bool:
        """Permissions are always about an object; without one the answer is no."""
        return obj is not None and access.may(self, permission.rpartition(".")[2], obj)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new password alone is no event of the history."""
        if set(kwargs.get("update_fields") or []) == {"password"}:
            self.skip_history_when_saving = True
            try:
                super().save(*args, **kwargs)
            finally:
                del self.skip_history_when_saving
        else:
            super().save(*args, **kwargs)


class Membership(Period):
    """A dated role: of a person in an organisation, in a forum, or in the partnership as a whole."""

    may_be_deleted = True
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships", verbose_name="person")
    role = models.CharField("roll", max_length=20, choices=[(r.value, r.label) for r in Role if r != Role.MEMBER])
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="memberships"
    )
    forum = models.ForeignKey(
        "organisations.Forum", on_delete=models.PROTECT, null=True, blank=True, related_name="memberships"
    )
    partnership = models.ForeignKey(
        Partnership,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name="samverkan",
    )
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="memberships", editable=False)

    class Meta:
        verbose_name = "roll"
        verbose_name_plural = "roller"
        constraints = [
            in_order("membership"),
            models.CheckConstraint(
                condition=Q(
                    organisation__isnull=False,
                    forum__isnull=True,
                    partnership__isnull=True,
                    role__in=[r.value for r in ORGANISATION_ROLES],
                )
                | Q(
                    organisation__isnull=True,
                    forum__isnull=False,
                    partnership__isnull=True,
                    role__in=[r.value for r in FORUM_ROLES],
                )
                | Q(
                    organisation__isnull=True,
                    forum__isnull=True,
                    partnership__isnull=False,
                    role__in=[r.value for r in PARTNERSHIP_ROLES],
                ),
                name="membership_role_fits_scope",
                violation_error_message="Rollen passar inte där den ska gälla.",
            ),
            ExclusionConstraint(
                name="membership_once",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("group", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="Personen har redan rollen under perioden.",
            ),
        ]
        indexes = [models.Index(fields=["user", "group"], name="membership_by_user")]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}, {self.scope}"

    @property
    def scope(self) -> Any:
        """The organisation, the forum or the partnership in which the role is held."""
        return self.organisation or self.forum or self.partnership
