"""The desk's application: who gets in, what a page may load, what a student's text can do."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from grader.desk.app import listening, make_app, new_token
from grader.desk.items import MANUAL
from grader.desk.marks import Reading, marked
from paribus.cli import main
from tests.grader.desk_class import ANN, MEMO, copy_of, graded_class, pages_of, sit_down

TOKEN = "t" * 20


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("app")
    return graded_class(folder)


@pytest.fixture
def client(room: Path, tmp_path: Path) -> Iterator[FlaskClient]:
    out = copy_of(room, tmp_path / "out")
    app = make_app(pages_of(sit_down(room, out)), TOKEN)
    with app.test_client() as found:
        found.get(f"/?token={TOKEN}")
        yield found


def test_without_the_token_nothing_is_answered_and_with_it_a_cookie_is_set(room: Path, tmp_path: Path) -> None:
    app = make_app(pages_of(sit_down(room, copy_of(room, tmp_path / "out"))), TOKEN)
    with app.test_client() as stranger:
        for address in ("/", f"/decide/{ANN}/{MEMO}", f"/original/{ANN}", "/?token=wrong", "/static/desk.js"):
            answer = stranger.get(address)
            assert answer.status_code == 403
            assert b"Student" not in answer.data
        assert stranger.post("/undo", json={}).status_code == 403
        answer = stranger.get(f"/?token={TOKEN}")
        assert answer.status_code == 302
        assert "HttpOnly" in answer.headers["Set-Cookie"]
        assert "SameSite=Strict" in answer.headers["Set-Cookie"]
        assert stranger.get("/").status_code == 200


def test_another_name_for_this_machine_is_refused(client: FlaskClient) -> None:
    """A site elsewhere may let its name point here (DNS rebinding)."""
    assert client.get("/", base_url="http://evil.example:8766").status_code == 403
    assert client.get(f"/?token={TOKEN}", base_url="http://evil.example:8766").status_code == 403
    assert client.get(f"/?token={TOKEN}", base_url="http://127.0.0.1:8766").status_code == 302


def test_a_form_of_another_site_cannot_decide(client: FlaskClient) -> None:
    answer = client.post(f"/decide/{ANN}/{MEMO}", data={"item": MANUAL, "points": "2"})
    assert answer.status_code == 400


def test_every_page_loads_only_what_the_desk_serves(client: FlaskClient) -> None:
    for address in ("/", f"/decide/{ANN}/{MEMO}", f"/notebook/{ANN}", "/rates", "/style.css"):
        answer = client.get(address)
        assert answer.status_code == 200
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert b"http://" not in answer.data
        assert b"https://" not in answer.data
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_students_file_is_shown_in_a_sandbox_or_given_to_be_saved(client: FlaskClient) -> None:
    answer = client.get(f"/original/{ANN}")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox;")
    assert "attachment" in answer.headers["Content-Disposition"]


def test_a_decision_goes_in_by_one_request_and_the_answer_says_where_to_go_on(client: FlaskClient) -> None:
    body = {"item": MANUAL, "points": 2, "seen": 0, "request": "r1"}
    first = client.post(f"/decide/{ANN}/{MEMO}", json=body)
    assert first.get_json()["next"].startswith("/decide/")
    assert client.post(f"/decide/{ANN}/{MEMO}", json=body).status_code == 200  # sent twice, written once
    page = client.get(f"/decide/{ANN}/{MEMO}").get_data(as_text=True)
    assert "Ada decided this" in page
    assert client.post("/undo", json={}).get_json()["next"] == f"/decide/{ANN}/{MEMO}?undone=1"
    assert "One decision was taken back." in client.get(f"/decide/{ANN}/{MEMO}?undone=1").get_data(as_text=True)
    assert client.post(f"/hold/{ANN}/{MEMO}", json={}).get_json() == {"held": ""}


def test_what_is_refused_comes_back_as_a_sentence(client: FlaskClient) -> None:
    answer = client.post(f"/decide/{ANN}/{MEMO}", json={"item": MANUAL, "points": 9, "request": "r"})
    assert answer.status_code == 409
    assert "9 points are not possible" in answer.get_json()["error"]
    page = client.get("/decide/nobody/here")
    assert page.status_code == 409
    assert "There is no submission" in page.get_data(as_text=True)
    assert client.post("/choose", json={"submission": ANN}).status_code == 409


def test_question_and_next_lead_to_what_is_open(client: FlaskClient) -> None:
    assert client.get(f"/question/{MEMO}").headers["Location"] == f"/decide/{ANN}/{MEMO}"
    assert client.get(f"/next?submission={ANN}&cell={MEMO}").headers["Location"].endswith(f"/{MEMO}")
    assert "/batch_size" in client.get(f"/next?submission={ANN}&cell={MEMO}&by_student=1").headers["Location"]


def test_numbers_are_marked_in_the_sentence_that_the_check_quotes() -> None:
    markup = "<p>F1 = 0 for 19. Lost: <b>0</b>. a &lt; 0.5</p>"
    found = marked(markup, [Reading("0", "agrees", "lost is 0", "Lost: 0.")])
    assert found == '<p>F1 = 0 for 19. Lost: <b><mark class="agrees" title="lost is 0">0</mark></b>. a &lt; 0.5</p>'
    assert marked(markup, []) == markup
    twice = marked("0.5 and 0.5", [Reading("0.5", "agrees", "one"), Reading("0.5", "untraced", "two")])
    assert twice.index("one") < twice.index("two")
    assert "<script" not in marked("x 1 y", [Reading("1", "agrees", '"><script>')])


def test_a_port_that_is_taken_is_told_before_any_address_is_printed(
    room: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = copy_of(room, tmp_path / "out")
    app = make_app(pages_of(sit_down(room, out)), new_token())
    with listening(app, "127.0.0.1", 0) as (port, _), pytest.raises(SystemExit, match="2"):
        main(["desk", str(out), "--no-browser", "--port", str(port)])
    assert f"port {port} cannot be used" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        main(["desk", str(out), "--no-browser", "--port", "99999"])
    assert "is no port" in capsys.readouterr().err


def test_the_command_prints_how_often_people_agreed(
    room: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = copy_of(room, tmp_path / "out")
    assert main(["desk", str(out), "--disagreements"]) == 0
    assert "Nobody has decided about a check yet." in capsys.readouterr().out
    session = sit_down(room, out)
    item = next(one for one in session.work(ANN).items if one.name == "memo.answered")
    session.save(ANN, MEMO, {"item": item.name, "points": 0, "seen": 0, "request": "r"})
    assert main(["desk", str(out), "--disagreements"]) == 0
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("memo.answered"))
    assert re.search(r" 0 +0 +1 +[23]–100 %$", line)  # one of one: Clopper and Pearson's 2.5 to 100 %
