"""What Moodle's column Status says, in the languages whose words are known and in others."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.intake.languages import languages
from grader.lms.moodle.status import Status, read_status

FRIDAY = (datetime(2027, 2, 5, 23, 59),)


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("Submitted for grading -  - ", "en", Status(late=False)),
        ("Submitted for grading - Graded -  - ", "en", Status(late=False)),
        ("Submitted for grading - 1 day 2 hours late", "en", Status(late=True)),
        ("Submitted for grading - Extension granted until: Friday, 5 February 2027, 11:59 PM", "en",
         Status(late=False, extension=FRIDAY)),
        ("Draft (not submitted)", "en", Status(draft=True, late=False)),
        ("Abgegeben - 1 Tag 2 Stunden zu spät - Verlängertes Abgabeende bis: Freitag, 5. Februar 2027, 23:59", "de",
         Status(late=True, extension=FRIDAY)),
        ("Entwurf (nicht abgegeben)", "de", Status(draft=True, late=False)),
        ("Remis pour évaluation - En retard de 2 heures 5 min", "fr", Status(late=True)),
        ("Remis pour évaluation - Prolongation accordée jusqu’au : vendredi 5 février 2027, 23:59", "fr",
         Status(late=False, extension=FRIDAY)),
        ("Отправлено для оценивания - Срок выполнения закончился 2 ч. назад", "ru", Status(late=True)),
        ("Bidalita - Epearen luzapena eman da ostirala, 2027(e)ko otsailaren 5(e)an, 23:59(e)tan arte", "eu",
         Status(late=False, extension=FRIDAY)),
        ("已提交请评分 - 延期到：2027年2月5日 星期五 23:59", "zh_cn", Status(late=False, extension=FRIDAY)),
        # Hungarian has no words here for late and for an extension; the date tells of one all the same.
        ("Leadva - 1 nap késés", "hu", Status()),
        ("Leadva - Meghosszabbítva eddig: 2027. február 5., péntek, 23:59", "hu", Status(extension=FRIDAY)),
        ("Leadva - Meghosszabbítva eddig: 2027. feb. 5., 23:59", "hu",
         Status(unread="Meghosszabbítva eddig: 2027. feb. 5., 23:59")),
        ("Leadva", "hu", Status(late=False)),
        ("", "en", Status()),
    ],
)  # fmt: skip
def test_a_cell_says_draft_late_and_extended(text: str, code: str, told: Status) -> None:
    assert read_status(text, (languages()[code],)) == told


@given(st.text(st.characters(codec="utf-8")))
def test_no_cell_breaks_the_reading(text: str) -> None:
    assert isinstance(read_status(text, (languages()["de"],)), Status)


def test_where_no_language_is_known_all_words_are_tried() -> None:
    assert read_status("Wersja robocza", ()).draft
    assert read_status("Consegnato - 3 giorni in ritardo", ()).late is True
    assert read_status("Consegnato - qualcosa", ()).late is None
    assert read_status("X - Y: venerdì, 5 febbraio 2027, 23:59", ()).extension == FRIDAY
    assert read_status("X - Y: 5/2/2027 23:59", ()).unread == "Y: 5/2/2027 23:59"
