"""Guardian's rows for groups, with real foreign keys to what they are about."""

from django.db import models
from guardian.models import GroupObjectPermissionBase

from organisations.models.forums import Forum
from organisations.models.organisations import Organisation
from organisations.models.partnership import Partnership


class OrganisationGroupPermission(GroupObjectPermissionBase):
    """What a role may do in an organisation."""

    content_object = models.ForeignKey(Organisation, on_delete=models.CASCADE)

    class Meta(GroupObjectPermissionBase.Meta):
        pass


class ForumGroupPermission(GroupObjectPermissionBase):
    """What a role may do in a forum."""

    content_object = models.ForeignKey(Forum, on_delete=models.CASCADE)

    class Meta(GroupObjectPermissionBase.Meta):
        pass


class PartnershipGroupPermission(GroupObjectPermissionBase):
    """What a role may do in the partnership as a whole."""

    content_object = models.ForeignKey(Partnership, on_delete=models.CASCADE)

    class Meta(GroupObjectPermissionBase.Meta):
        pass
