"""The floor's one page, by two addresses."""

from django.urls import path

from tests.benchmarks.floor.views import client

urlpatterns = [
    path("", client, {"pk": 1}, name="home"),
    path("clients/<int:pk>/", client, name="client"),
]
