"""French is complete: every string of the sources has its translation, none is a guess."""

import re
import shutil
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management import call_command

from scorecards.factors import Factor

pytestmark = pytest.mark.once

CATALOGUE = Path(settings.BASE_DIR) / "locale" / "fr" / "LC_MESSAGES" / "django.po"
NO_BREAK = "\N{NO-BREAK SPACE}"


def catalogue(path: Path = CATALOGUE):
    with path.open("rb") as file:
        return read_po(file, locale="fr")


def strings(message) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple) else [message.string]


def test_no_entry_is_empty_or_fuzzy():
    messages = [message for message in catalogue() if message.id]
    assert len(messages) > 400
    assert [message.id for message in messages if message.fuzzy] == []
    assert [message.id for message in messages if not all(strings(message))] == []


def test_every_string_of_the_sources_is_in_the_catalogue(tmp_path, monkeypatch):
    """The sources are read anew; what they say has to be what the catalogue answers."""
    for name in ("accounts", "scorecards", "reviews", "valuereview", "templates", "locale"):
        shutil.copytree(Path(settings.BASE_DIR) / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    fresh = tmp_path / "locale" / "fr" / "LC_MESSAGES" / "django.po"
    monkeypatch.setattr(settings, "LOCALE_PATHS", [str(tmp_path / "locale")])
    call_command("makemessages", locale=["fr"], no_location=True, no_obsolete=True, verbosity=0)

    def keys(found):
        return {(message.context, message.id) for message in found if message.id}

    assert keys(catalogue(fresh)) == keys(catalogue())


def test_french_is_set_as_french_is():
    """No-break spaces before : ; ? ! % and inside « », and the typographic apostrophe."""
    wrong = []
    for message in catalogue():
        for text in strings(message) if message.id else []:
            plain = re.sub(r"\d:\d", "", text.replace("%(", "").replace("%%", "%"))
            for mark in ":;?!%»":
                index = plain.find(mark)
                while index > 0:
                    before = plain[index - 1]
                    known = before in (NO_BREAK, "%") or plain[index : index + 2] == "{n"
                    if not known and not (mark == "%" and plain[index + 1 : index + 2].isalpha()):
                        wrong.append((mark, text))
                    index = plain.find(mark, index + 1)
            if "'" in text or "« " in text:
                wrong.append(("'", text))
    assert wrong == []


def test_the_thirteen_definitions_are_translated():
    from django.utils import translation

    with translation.override("fr"):
        french = [str(factor.definition) for factor in Factor]
        assert str(Factor.TEAMWORK.label) == "Travail d’équipe"
    assert set(french).isdisjoint(str(factor.definition) for factor in Factor)
