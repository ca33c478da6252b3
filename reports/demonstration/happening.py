"""Lets what the actions do be dated on the day of the story, in the facts as well as in the history."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import DateTimeField
from django.db.models.signals import pre_save
from django.utils import timezone
from simple_history.signals import pre_create_historical_record

from kvinnofrid.core import outbox
from kvinnofrid.core.models import Message, MessageState


@contextmanager
def happening(days_ago: int, hour: int = 9) -> Iterator[None]:
    """What is saved inside happened so many days ago.

    Actions date what they do with the time of the clock. Here those times are set back before they are saved, so
    that the demonstration goes through the same doors as everybody, and no row is changed behind the history. What
    the database dates itself when a row is made (`created_at`) is set back when the row is next saved inside.
    Messages count as sent: nobody shall get mail about what never was.
    """
    began = timezone.now()
    day = timezone.localdate() - timedelta(days=days_ago)
    moment = timezone.make_aware(datetime.combine(day, time(hour)))

    def date_facts(sender: Any, instance: Any, **kwargs: Any) -> None:
        for field in instance._meta.concrete_fields:
            value = getattr(instance, field.attname)
            if isinstance(field, DateTimeField) and isinstance(value, datetime) and value >= began:
                is_to_come = value > timezone.now()  # until when a link is open, say
                setattr(instance, field.attname, value - (began - moment) if is_to_come else moment)

    def date_history(sender: Any, history_instance: Any, **kwargs: Any) -> None:
        history_instance.history_date = moment

    pre_save.connect(date_facts)
    pre_create_historical_record.connect(date_history)
    try:
        yield
        for message in Message.objects.filter(created_at__gte=began):
            outbox.settle(message, MessageState.SENT, created_at=moment, sent_at=moment)
    finally:
        pre_save.disconnect(date_facts)
        pre_create_historical_record.disconnect(date_history)
