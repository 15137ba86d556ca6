"""The desk in a real Chromium: decided by keys alone, on a wide screen and a narrow one, in dark and in light."""

import importlib.util
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from grader.desk.app import listening, make_app
from grader.desk.items import MANUAL
from tests.grader.desk_class import ANN, BEN, MEMO, copy_of, graded_class, pages_of, sit_down
from tests.robust.browser import CHROMIUM, DRIVER, open_browser, requested

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER and importlib.util.find_spec("selenium")),
    reason="NOT OPENED IN A REAL BROWSER: install chromium, chromedriver (Debian: chromium-driver) and selenium",
)
TOKEN = "t" * 20


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graded_class(tmp_path_factory.mktemp("browser"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with open_browser() as driver:
        yield driver


@contextmanager
def desk_of(room: Path, out: Path, browser: Any) -> Iterator[tuple[Any, str]]:
    """A desk that runs, opened in the browser by its address; gives the session and the address."""
    session = sit_down(room, out)
    with listening(make_app(pages_of(session), TOKEN), "127.0.0.1", 0) as (port, serve):
        threading.Thread(target=serve, daemon=True).start()
        base = f"http://127.0.0.1:{port}"
        browser.get(f"{base}/?token={TOKEN}")
        yield session, base


def press(browser: Any, *keys: str) -> None:
    """Keys, where the page has its focus, and the page that follows."""
    from selenium.webdriver.support.ui import WebDriverWait

    begun = browser.execute_script("return performance.timeOrigin")
    for key in keys:
        browser.switch_to.active_element.send_keys(key)
    WebDriverWait(browser, 60).until(
        lambda driver: (
            driver.execute_script("return document.readyState === 'complete' && performance.timeOrigin") > begun
        )
    )


def test_answers_are_decided_by_two_keys_each_undone_and_commented_by_the_keyboard_alone(
    room: Path, tmp_path: Path, browser: Any
) -> None:  # fmt: skip
    from selenium.webdriver.common.keys import Keys

    with desk_of(room, copy_of(room, tmp_path / "out"), browser) as (session, base):
        requested(browser)
        browser.get(f"{base}/question/{MEMO}")
        assert f"/decide/{ANN}/{MEMO}" in browser.current_url
        press(browser, "2", Keys.ENTER)  # numbers_traced: not met
        press(browser, "1", "c", "Say what it costs.", Keys.ESCAPE, Keys.ENTER)  # 1 point, and a comment
        assert f"/decide/{BEN}/{MEMO}" in browser.current_url
        given = {one.item: (one.points, one.comment) for one in session.folder.decisions()}
        assert given == {"memo.numbers_traced": (0.0, ""), MANUAL: (1.0, "Say what it costs.")}
        assert "Say what it costs." in browser.page_source  # offered again as a snippet
        press(browser, "z")
        assert f"/decide/{ANN}/{MEMO}" in browser.current_url
        assert {key[2] for key in session.folder.standing().decided} == {"memo.numbers_traced"}
        press(browser, "n")
        assert f"/decide/{BEN}/{MEMO}" in browser.current_url
        assert {address.split("/")[2] for address in requested(browser) if "//" in address} == {base[7:]}
        assert not browser.get_log("browser")


def test_the_button_says_what_enter_does_and_enter_saves_after_something_was_unfolded(
    room: Path, tmp_path: Path, browser: Any
) -> None:  # fmt: skip
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    with desk_of(room, copy_of(room, tmp_path / "out"), browser) as (session, base):
        browser.get(f"{base}/decide/{ANN}/{MEMO}?by_student=1")
        button = browser.find_element(By.CSS_SELECTOR, "form.active .send .does")
        assert button.text == "Save"  # nothing is proposed for this one
        browser.find_element(By.CSS_SELECTOR, ".question summary").click()
        press(browser, "2", Keys.ENTER)
        assert [one.points for one in session.folder.decisions()] == [0.0]
        assert browser.find_elements(By.CSS_SELECTOR, "form.active [type=submit]")
        press(browser, "p", "0.5", Keys.ESCAPE, Keys.ENTER)
        assert [one.points for one in session.folder.decisions()] == [0.0, 0.5]
        assert "by_student=1" in browser.current_url  # the way through the class stays
        press(browser, "z")
        assert f"/decide/{ANN}/{MEMO}?by_student=1&undone=1" in browser.current_url
        assert "One decision was taken back." in browser.page_source


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_cut_off_at_either_width_in_either_scheme(
    room: Path, tmp_path: Path, browser: Any, width: int, scheme: str
) -> None:  # fmt: skip
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    with desk_of(room, copy_of(room, tmp_path / "out"), browser) as (_, base):
        for page in ("/", f"/decide/{ANN}/{MEMO}", f"/decide/{ANN}/whole", f"/notebook/{ANN}", "/rates"):
            browser.get(base + page)
            assert browser.execute_script("return document.documentElement.scrollWidth") <= width
            ground = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
            assert (sum(map(int, ground[4:-1].split(","))) > 384) == (scheme == "light")


@pytest.mark.long
def test_a_decision_whose_answer_was_lost_is_kept_once_and_what_was_typed_stays_on_the_page(
    room: Path, tmp_path: Path, browser: Any
) -> None:  # fmt: skip
    """The desk is gone in the middle of a key press; the words are still there, and Enter tries again."""
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    with desk_of(room, copy_of(room, tmp_path / "out"), browser) as (session, base):
        browser.get(f"{base}/decide/{ANN}/{MEMO}")
        browser.execute_script(
            "window.real = window.fetch; window.fetch = () => Promise.reject(new Error('gone'));"
        )
        browser.switch_to.active_element.send_keys("1", "c", "Words", Keys.ESCAPE, Keys.ENTER)
        told = browser.find_element(By.ID, "told")
        assert "does not answer" in told.text
        assert session.folder.decisions() == []
        browser.execute_script(
            "window.fetch = async (...all) => { await window.real(...all); throw new Error('lost'); };"
        )
        browser.switch_to.active_element.send_keys(Keys.ENTER)
        from selenium.webdriver.support.ui import WebDriverWait

        WebDriverWait(browser, 60).until(lambda _: len(session.folder.decisions()) == 1)
        browser.execute_script("window.fetch = window.real;")
        assert browser.find_element(By.CSS_SELECTOR, "form.active textarea").get_attribute("value") == "Words"
        press(browser, Keys.ENTER)
        assert [one.comment for one in session.folder.decisions()] == ["Words"]
