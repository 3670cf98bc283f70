"""The admin: users, and the provider's name, logo and colour. Nothing of clients."""

import io

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    AdminUserCreationForm,
    UserChangeForm,
)
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from PIL import Image, UnidentifiedImageError

from accounts.colour import LEAST_CONTRAST, contrast_on_white
from accounts.models import Provider, User

LOGO_BYTES = 2_000_000
LOGO_PIXELS = 4_000_000

admin.site.site_header = "Value Review"
# How allauth says to do it; the stubs hold that nobody may set a method.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
# What other apps put there and nobody here uses.
admin.site.unregister([Group, EmailAddress])


class NewUserForm(AdminUserCreationForm[User]):
    """A user as an administrator makes one."""

    class Meta:
        model = User
        fields = ("email", "name", "role", "language")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class KnownUserForm(UserChangeForm[User]):
    """A user as an administrator changes one."""

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


@admin.register(User)
class PeopleAdmin(UserAdmin[User]):
    """Who signs in, and as what."""

    form = KnownUserForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("name", "email", "role", "is_active")
    list_filter = ("role", "is_active")
    search_fields = ("name", "email")
    ordering = ("name",)
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("email", "password", "name", "role", "language", "is_active")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    "email",
                    "name",
                    "role",
                    "language",
                    "usable_password",
                    "password1",
                    "password2",
                )
            },
        ),
    )


class ProviderForm(forms.ModelForm[Provider]):
    """Name, logo and colour; a colour that can't be read on white is refused."""

    class Meta:
        model = Provider
        fields = ("name", "logo", "accent")

    def clean_accent(self) -> str:
        accent = str(self.cleaned_data["accent"]).lower()
        # The field's own rule first: what is no colour has no contrast.
        Provider._meta.get_field("accent").run_validators(accent)
        if contrast_on_white(accent) < LEAST_CONTRAST:
            raise ValidationError(_("This colour can’t be read on white. Take a darker one."))
        return accent

    def clean_logo(self) -> object:
        """Return the logo drawn anew as PNG: whatever else the file held stays outside."""
        logo = self.cleaned_data["logo"]
        if not isinstance(logo, UploadedFile):
            return logo
        if (logo.size or 0) > LOGO_BYTES:
            raise ValidationError(_("A logo has at most 2 MB."))
        try:
            logo.seek(0)
            image = Image.open(logo, formats=("PNG", "JPEG"))
            if image.width * image.height > LOGO_PIXELS:
                raise ValidationError(_("A logo has at most 4 million pixels."))
            drawn = io.BytesIO()
            # A colour profile would be copied as it is, whatever it holds.
            image.convert("RGBA").save(drawn, "PNG", icc_profile=None)
        except (UnidentifiedImageError, OSError, SyntaxError) as error:
            raise ValidationError(_("Give a PNG or a JPEG picture.")) from error
        return ContentFile(drawn.getvalue(), name="logo.png")


@admin.register(Provider)
class ProviderAdmin(admin.ModelAdmin[Provider]):
    """The one provider."""

    form = ProviderForm

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not Provider.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Provider, form: object, change: bool) -> None:
        obj.pk = 1
        super().save_model(request, obj, form, change)
