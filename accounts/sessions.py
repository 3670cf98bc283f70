"""Sessions as Django keeps them in the database, read by a prepared question: each page asks."""

import datetime

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from valuereview.prepared import prepared


@prepared
def _session(key: str, now: datetime.datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)


class SessionStore(db.SessionStore):
    """Reads a session that isn't over; all else is Django's."""

    def _get_session_from_db(self) -> Session | None:
        found = _session.first(key=self.session_key or "", now=timezone.now())
        if found is None:
            self._session_key = None
        return found
