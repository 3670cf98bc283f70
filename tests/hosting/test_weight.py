"""What a section's page weighs on the wire, as a browser asks for it: first, and ever after."""

import re

import pytest

from reviews.sections import KEYS
from tests.hosting.conftest import MANAGER
from tests.hosting.installation import PASSWORD, Answer, Installation, Visitor

pytestmark = [pytest.mark.timeout(400), pytest.mark.once, pytest.mark.uncounted]

COLD, WARM = 120_000, 20_000  # bytes (issue: in the room)
SAVE = 1_000
FILES = re.compile(r'<(?:link|script)[^>]* (?:href|src)="(/[^"]+)"')
FONTS = re.compile(r'url\("?([^")]+\.woff2)"?\)')


@pytest.fixture(scope="module")
def visitor(hosted: Installation, told) -> Visitor:
    """The manager, in a browser that takes compressed answers."""
    visitor = hosted.visitor()
    assert visitor.sign_in(MANAGER, PASSWORD).status == 302
    visitor.headers.append(("Accept-Encoding", "br, gzip"))
    return visitor


def weight(answer: Answer) -> int:
    """Return the bytes of an answer: its line, its headers and its body."""
    return 12 + len(answer.headers.as_bytes()) + len(answer.body)


def unpacked(visitor: Visitor, path: str) -> str:
    """Return what an address holds, asked for without compression."""
    plain = Visitor(visitor.port, cookies=visitor.cookies)
    return plain.ask(path).text


@pytest.mark.parametrize("key", KEYS)
def test_a_section_is_light_at_first_and_lighter_after(visitor, told, key):
    path = f"/reviews/{told[0]}/{key}/"
    page = visitor.ask(path)
    assert page.status == 200
    files = set(FILES.findall(unpacked(visitor, path)))
    assert any(name.endswith(".css") for name in files)
    for style in [name for name in files if ".css" in name]:
        folder = style.rpartition("/")[0]
        for font in FONTS.findall(unpacked(visitor, style)):
            files.add(_joined(folder, font))
    assert any(name.endswith(".woff2") for name in files)
    answers = {name: visitor.ask(name) for name in files}
    assert {answer.status for answer in answers.values()} == {200}
    cold = weight(page) + sum(map(weight, answers.values()))
    again = {
        name: answer
        for name, answer in answers.items()
        if "immutable" not in answer.headers["Cache-Control"]
        and "max-age" not in answer.headers["Cache-Control"]
    }
    warm = weight(page) + sum(map(weight, again.values()))
    assert cold < COLD, {name: len(answer.body) for name, answer in answers.items()}
    assert warm < WARM, (len(page.body), list(again))


def _joined(folder: str, name: str) -> str:
    """Return the address of a file that a style sheet in `folder` names."""
    while name.startswith("../"):
        folder, name = folder.rpartition("/")[0], name.removeprefix("../")
    return f"{folder}/{name}"


def test_a_save_answers_in_one_small_response(visitor, told):
    review, user = told
    path = f"/reviews/{review}/improvement/"
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', unpacked(visitor, path))
    assert token
    answer = visitor.ask(
        f"{path}autosave/",
        {
            "csrfmiddlewaretoken": token[1],
            "tab": "0123456789abcdef",
            "turn": "1",
            "user": str(user),
            "version": "1",
            "typed-actions-n0123456789abcdef-wording": "Open a night desk",
        },
    )
    assert answer.status == 200
    assert weight(answer) < SAVE + 600  # the headers of every answer
    assert len(answer.body) < SAVE
