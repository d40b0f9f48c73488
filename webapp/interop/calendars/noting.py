"""The use of a private address stands in the database once its answer is made."""

from __future__ import annotations

from flask import Response, after_this_request, current_app
from sqlalchemy import exc

from webapp.base.db import db
from webapp.interop.calendars import actions
from webapp.interop.calendars.models import Subscription


def used(subscription: Subscription) -> None:
    """This address is used now; what hinders that this is noted hinders nobody who reads."""

    @after_this_request
    def note(answer: Response) -> Response:
        try:
            if answer.status_code < 400 and actions.note_use(subscription):
                db.session.commit()
        except exc.SQLAlchemyError as error:
            current_app.logger.warning("the use of an address was not noted: %s", error)
            db.session.rollback()
        return answer
