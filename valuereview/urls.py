"""Every address of the product: see `product.md` 5 and 6."""

from django.contrib import admin
from django.urls import include, path

from valuereview.views import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("reviews.urls")),
]

handler400 = "valuereview.views.bad_request"
