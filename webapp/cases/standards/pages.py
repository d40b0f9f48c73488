"""Every page of classes, limits, calendar, questions and routing."""

from webapp.cases.routing import views as routing
from webapp.cases.standards import calendar_views, question_views, views

ALL = (views, calendar_views, question_views, routing)
