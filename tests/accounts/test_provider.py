"""The provider's colour and logo, and the admin in which they are kept."""

import io
import struct
import zlib

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts import colour
from accounts.admin import ProviderForm
from accounts.models import Provider, User
from tests import cast

pytestmark = pytest.mark.once

COLOUR = "#0f4c5c"


# Colour


@pytest.mark.parametrize(
    ("accent", "contrast"), [("#ffffff", 1), ("#000000", 21), ("#767676", 4.54), (COLOUR, 9.5)]
)
def test_contrast_is_counted_as_the_web_does(accent, contrast):
    assert colour.contrast_on_white(accent) == pytest.approx(contrast, abs=0.06)


def test_the_darker_and_the_lighter_follow_from_the_colour():
    assert colour.mix("#ffffff", "#000000", 0.5) == "#808080"
    assert colour.mix(COLOUR, "#ffffff", 1) == "#ffffff"
    sheet = colour.style_sheet(COLOUR)
    for name in ("--vr-accent:#0f4c5c;", "--vr-accent-deep:#", "--vr-accent-wash:#"):
        assert name in sheet
    wash = colour.mix(COLOUR, "#ffffff", 0.9)
    on_wash = colour.contrast_on_white(COLOUR) / colour.contrast_on_white(wash)
    assert on_wash >= colour.LEAST_CONTRAST


def test_anybody_may_load_the_colour_and_keep_it_for_a_while(db, client):
    Provider.objects.create(pk=1, name="Northlight Services", accent="#7a1f4b")
    response = client.get(reverse("theme"))
    assert response.headers["Content-Type"].startswith("text/css")
    assert "max-age=300" in response.headers["Cache-Control"]
    assert "--vr-accent:#7a1f4b" in response.content.decode()


def test_before_the_provider_is_set_up_the_colour_is_ours(db, client):
    assert f"--vr-accent:{COLOUR}" in client.get(reverse("theme")).content.decode()


@pytest.mark.parametrize("accent", ["#ffffff", "#ffff00", "#888888"])
def test_a_colour_that_cant_be_read_on_white_is_refused(db, accent):
    form = ProviderForm({"name": "Northlight", "accent": accent})
    assert form.errors["accent"] == ["This colour can’t be read on white. Take a darker one."]


@pytest.mark.parametrize("accent", ["red", "#fff", "#0f4c5c;}", "#0f4c5g", "", "#0f4c5c\n;}a{b:c"])
def test_what_is_no_colour_is_refused(db, accent):
    assert "accent" in ProviderForm({"name": "Northlight", "accent": accent}).errors


# Logo


def picture(mode: str = "RGB", size=(20, 10), kind: str = "PNG", **more) -> SimpleUploadedFile:
    kept = io.BytesIO()
    Image.new(mode, size).save(kept, kind, **more)
    return SimpleUploadedFile(f"../../evil.{kind.lower()}", kept.getvalue())


def flood(side: int = 20_000) -> SimpleUploadedFile:
    """Return a PNG of a few bytes that says it holds 400 million pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        check = zlib.crc32(name + data)
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", check)

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    return SimpleUploadedFile("flood.png", b"\x89PNG\r\n\x1a\n" + head + body)


def form_with(logo: SimpleUploadedFile) -> ProviderForm:
    return ProviderForm({"name": "Northlight", "accent": COLOUR}, {"logo": logo})


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("RGB", "PNG"), ("RGBA", "PNG"), ("P", "PNG"), ("CMYK", "JPEG"), ("L", "JPEG")],
)
def test_a_logo_is_drawn_anew_as_png_under_our_name(db, client, mode, kind):
    form = form_with(picture(mode, kind=kind))
    assert form.is_valid(), form.errors
    provider = form.save(commit=False)
    provider.pk = 1
    provider.save()
    assert provider.logo.name.startswith("provider/logo")
    response = client.get(reverse("provider-logo"))
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    image = Image.open(io.BytesIO(b"".join(response.streaming_content)))
    assert (image.format, image.size) == ("PNG", (20, 10))


def test_what_else_a_picture_holds_stays_outside(db):
    form = form_with(picture(icc_profile=b"<script>alert(1)</script>"))
    assert form.is_valid()
    assert b"script" not in form.cleaned_data["logo"].read()


def test_only_small_png_and_jpeg_pictures_are_taken(db):
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    for refused in (
        SimpleUploadedFile("logo.svg", svg, "image/svg+xml"),
        SimpleUploadedFile("logo.png", svg, "image/png"),
        SimpleUploadedFile("logo.png", b"<script>%PDF-1.7", "image/png"),
        SimpleUploadedFile("logo.png", b"", "image/png"),
        picture(kind="GIF", mode="P"),
        picture("1", (2001, 2000)),
        flood(),
        SimpleUploadedFile("logo.png", picture().read() + b"\0" * 2_000_000),
        SimpleUploadedFile("logo.jpg", picture(kind="JPEG").read()[:300]),
    ):
        assert list(form_with(refused).errors) == ["logo"]


def test_there_is_no_logo_until_one_is_given(db, client):
    assert client.get(reverse("provider-logo")).status_code == 404
    Provider.objects.create(pk=1, name="Northlight", logo="provider/lost.png")
    assert client.get(reverse("provider-logo")).status_code == 404


# The admin


def test_the_admin_keeps_users_and_the_provider_and_nothing_else():
    assert {model.__name__ for model in admin.site._registry} == {"User", "Provider"}


def test_the_admin_opens_for_administrators_only(as_manager, as_director, as_administrator):
    address = reverse("admin:index")
    assert Client().get(address).url.startswith(reverse("admin:login"))
    login = Client().get(reverse("admin:login"))
    assert login.url.startswith(reverse("account_login"))
    for browser in (as_manager, as_director):
        assert browser.get(address, follow=True).status_code == 403
        assert browser.get(reverse("admin:accounts_user_add"), follow=True).status_code == 403
    assert as_administrator.get(address).status_code == 200


def test_an_administrator_adds_a_user_who_then_signs_in(as_administrator):
    typed = {
        "email": "New.Person@Northlight.example",
        "name": "New Person",
        "role": "manager",
        "language": "fr",
        "usable_password": "true",
        "password1": "a-long-enough-password",
        "password2": "a-long-enough-password",
    }
    address = reverse("admin:accounts_user_add")
    assert as_administrator.post(address, typed).status_code == 302
    user = User.objects.get(email="new.person@northlight.example")
    assert (user.name, user.role, user.language) == ("New Person", "manager", "fr")
    signed_in = Client().post(
        reverse("account_login"),
        {"login": user.email, "password": "a-long-enough-password"},
    )
    assert signed_in.status_code == 302
    again = as_administrator.post(address, typed | {"email": "NEW.person@northlight.example"})
    assert again.status_code == 200
    assert "A user has this e-mail address already." in again.content.decode()


def test_an_administrator_changes_a_user(as_administrator):
    user = cast.user("luc@northlight.example", "Luc Tremblay")
    typed = {
        "email": "Luc.T@Northlight.example",
        "name": "Luc Tremblay",
        "role": "director",
        "language": "fr",
    }
    address = reverse("admin:accounts_user_change", args=[user.pk])
    assert as_administrator.get(address).status_code == 200
    assert as_administrator.post(address, typed).status_code == 302
    user.refresh_from_db()
    assert (user.email, user.role, user.is_active) == (
        "luc.t@northlight.example",
        "director",
        False,
    )
    assert as_administrator.get(reverse("admin:accounts_user_changelist")).status_code == 200


def test_there_is_one_provider_never_removed(as_administrator):
    add = reverse("admin:accounts_provider_add")
    typed = {"name": "Northlight Services", "accent": "#7A1F4B"}
    assert as_administrator.post(add, typed).status_code == 302
    assert Provider.objects.get().accent == "#7a1f4b"
    assert as_administrator.get(add).status_code == 403
    change, delete = (
        reverse(f"admin:accounts_provider_{verb}", args=[1]) for verb in ("change", "delete")
    )
    assert as_administrator.post(delete, {"post": "yes"}).status_code == 403
    assert as_administrator.post(change, typed | {"name": "Northlight"}).status_code == 302
    assert Provider.objects.get().name == "Northlight"
    assert "Northlight" in Client().get(reverse("account_login")).content.decode()
