"""Scans kept in a bucket: a store that speaks S3, on this machine, told of by settings alone."""

import http.client
import io
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from scripts.with_postgres import free_port
from tests.hosting.conftest import MANAGER, tell
from tests.hosting.installation import PASSWORD, gunicorn, manage

pytestmark = [pytest.mark.timeout(400), pytest.mark.once, pytest.mark.uncounted]

BUCKET = "evidence"


@dataclass
class Store:
    """A store with one private bucket, asked by nobody in particular."""

    port: int

    def ask(self, method: str, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path)
        response = connection.getresponse()
        answer = response.status, response.read().decode(errors="replace")
        connection.close()
        return answer

    def names(self) -> list[str]:
        """Return the names of all that is in the bucket."""
        return re.findall("<Key>(.+?)</Key>", self.ask("GET", f"/{BUCKET}?list-type=2")[1])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    server = Path(sys.executable).parent / "moto_server"
    store = Store(free_port())
    with (tmp_path / "store.log").open("wb") as log:
        process = subprocess.Popen(
            [server, "-H", "127.0.0.1", "-p", str(store.port)], stdout=log, stderr=log
        )
    try:
        for _attempt in range(900):
            try:
                assert store.ask("PUT", f"/{BUCKET}")[0] == 200
                break
            except ConnectionError:
                assert process.poll() is None, (tmp_path / "store.log").read_text()
                time.sleep(0.1)
        yield store
    finally:
        process.kill()
        process.wait()


def a_photo() -> io.BytesIO:
    photo = io.BytesIO()
    Image.new("RGB", (600, 800), "white").save(photo, "JPEG")
    photo.seek(0)
    photo.name = "quagmire.jpg"
    return photo


def test_scans_live_in_the_bucket_and_are_shown_by_us_alone(installed, store):
    environment = installed | {
        "S3_BUCKET": BUCKET,
        "S3_ENDPOINT": f"http://127.0.0.1:{store.port}",
        "S3_REGION": "us-east-1",
        "S3_ACCESS_KEY": "key",
        "S3_SECRET_KEY": "secret",
        "S3_ADDRESSING": "path",
    }
    assert manage(environment, "migrate --verbosity 0").returncode == 0
    scans = f"/reviews/{tell(environment)[0]}/scans/"
    with gunicorn(environment) as installation:
        visitor = installation.visitor()
        assert visitor.sign_in(MANAGER, PASSWORD).status == 302
        sent = visitor.fill_in(scans, file={"sheets": a_photo()})
        assert sent.status == 302
        (name,) = store.names()
        assert "quagmire" not in name
        assert not (installation.data_dir / "files").exists()
        # Nobody gets it from the store itself; whoever may see the review gets it from us.
        assert store.ask("GET", f"/{BUCKET}/{name}")[0] == 403
        scan = sent.headers["Location"]
        address = f"{scan.rstrip('/')}.jpg"
        picture = visitor.ask(address)
        assert (picture.status, picture.body[:3]) == (200, b"\xff\xd8\xff")
        assert installation.visitor().ask(address).status == 302
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', visitor.ask(scan).text)
        assert token
        gone = visitor.ask(f"{scan}take-away/", {"csrfmiddlewaretoken": token[1]})
        assert gone.status == 302
        assert store.names() == []
