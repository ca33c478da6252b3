"""Pages that belong to no app."""

from django.urls import path

from kvinnofrid.core import views

urlpatterns = [path("komponenter/", views.components, name="components")]
