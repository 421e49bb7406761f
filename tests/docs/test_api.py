"""The pages made of the docstrings are complete, and no markup is left in them."""

import html
import re
import subprocess
import sys
from pathlib import Path

import pytest

import tfcoseg

ROOT = Path(__file__).parent.parent.parent
PUBLIC = (ROOT / "tests" / "public_names.txt").read_text().split()

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder of the pages, and what was said while they were made."""
    pytest.importorskip("pdoc", reason="needs the extra [docs]")
    folder = tmp_path_factory.mktemp("api")
    # In a process of its own, since it changes what the modules call public.
    command = [sys.executable, ROOT / "docs" / "api.py", "--output", folder]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert answer.returncode == 0, answer.stderr
    return folder, answer.stderr


def pages(folder):
    """The pages without their scripts, by the module that each is of."""
    return {
        ".".join(path.relative_to(folder).with_suffix("").parts): re.sub(
            r"<script\b.*?</script>", "", path.read_text(), flags=re.DOTALL
        )
        for path in folder.rglob("*.html")
    }


def test_no_warning_is_given(built):
    assert re.findall(r"\w+Warning: .*", built[1]) == []


def test_every_public_name_stands_on_the_page_of_its_room(built):
    of_room = pages(built[0])
    missing = []
    for name in PUBLIC:
        room, _, attribute = name.rpartition(".")
        page = of_room.get(name, "") + of_room.get(room, "")
        here = name in of_room or f'id="{attribute}"' in of_room[room]
        missing += [] if here and page else [name]
    assert missing == []
    assert 'id="nothing_of_the_kind"' not in of_room["tfcoseg.data"]


def test_links_lead_somewhere(built):
    folder, _ = built
    broken = []
    for name, page in pages(folder).items():
        place = folder.joinpath(*name.split(".")).parent
        for link in re.findall(r'href="([^"#:]+)(?:#[^"]*)?"', page):
            broken += [] if (place / link).exists() else [f"{name}: {link}"]
    assert broken == []


def test_no_markup_is_left_over(built):
    left = []
    for name, page in pages(built[0]).items():
        body = page.partition("<main")[2]
        text = html.unescape(
            re.sub(r"<(pre|code)\b.*?</\1>|<[^>]+>", "", body, flags=re.S)
        )
        for rest in ("`", ">>>", "Args:"):
            found = re.search(rf".*{re.escape(rest)}.*", text)
            left += [f"{name}: {found.group().strip()[:90]}"] if found else []
    assert left == []


def test_examples_are_set_as_code(built):
    titles = [
        f"{name}: {after[:30]}"
        for name, page in pages(built[0]).items()
        for after in re.findall(r">Example:</(?:h6|p)>\s*(.{40})", page, re.DOTALL)
        if not after.startswith(('<div class="pdoc-code', "<pre"))
    ]
    assert titles == []


def test_the_version_is_said(built):
    assert f"tfcoseg {tfcoseg.__version__}" in pages(built[0])["tfcoseg.layers"]
