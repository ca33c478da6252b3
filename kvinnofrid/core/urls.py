"""Pages that belong to no app."""

from django.urls import path

from kvinnofrid.core import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("komponenter/", views.components, name="components"),
    path("jobb/<uuid:pk>/", views.job_detail, name="job_detail"),
    path("jobb/<uuid:pk>/avbryt/", views.job_cancel, name="job_cancel"),
    path("jobb/<uuid:pk>/igen/", views.job_retry, name="job_retry"),
]
