"""What answers say is read in nine languages beside English: parts of a template, caution, effect and none, sources
and the use of AI tools, numbers.
"""

from dataclasses import dataclass

import pytest

from grader.evidence.claims import Claim, read_claim
from grader.reading import vocabulary
from grader.reading.numbers import find_numbers
from grader.reading.prose import read_markdown
from grader.reading.template import PARTS, read_template

BOLD = {Claim.EFFECT, Claim.NO_EFFECT, Claim.LEANING}


@dataclass(frozen=True)
class Spoken:
    """One language: a template's labels in order, and what people write. ``number`` is 0.302 in its format."""

    labels: tuple[str, str, str, str, str]
    cautious: tuple[str, ...]
    effect: str
    none: str
    sources: tuple[str, ...]
    number: str = "0,302"


LANGUAGES = {
    "German": Spoken(
        ("Geänderte Variable", "Konstant gehalten", "Vorhersage", "Ergebnis", "Aussagekräftig?"),
        ("Mit einem Seed lässt sich das nicht sagen.", "Ob das ein Effekt ist, kann ich nicht beurteilen.",
         "Das kann auch Zufall sein."),
        "Die Gewichte haben eindeutig einen Effekt.", "Die Gewichte haben keinen Effekt.",
        ("Quellen: keine.", "Ich habe keine KI benutzt.", "ChatGPT half mir beim Formulieren."),
    ),
    "French": Spoken(
        ("Variable modifiée", "Maintenu constant", "Prédiction", "Résultat", "Significatif ?"),
        ("Avec une seule graine, on ne peut pas conclure.", "Impossible de dire si c'est un effet.",
         "Cela peut être le hasard."),
        "Les poids ont clairement un effet.", "Les poids n'ont aucun effet.",
        ("Sources : aucune.", "Je n'ai utilisé aucune IA.", "J'ai demandé à ChatGPT de corriger mon français."),
    ),
    "Spanish": Spoken(
        ("Variable cambiada", "Constante", "Predicción", "Resultado", "¿Significativo?"),
        ("Con una sola semilla no se puede decir.", "Es imposible saber si es un efecto.", "Puede ser azar."),
        "Los pesos tienen claramente un efecto.", "Los pesos no tienen ningún efecto.",
        ("Fuentes: ninguna.", "No usé ninguna IA.", "Usé ChatGPT para corregir el texto."),
    ),
    "Italian": Spoken(
        ("Variabile cambiata", "Tenuto costante", "Previsione", "Risultato", "Significativo?"),
        ("Con un solo seme non si può dire.", "È impossibile sapere se sia un effetto.", "Può essere il caso."),
        "I pesi hanno chiaramente un effetto.", "I pesi non hanno alcun effetto.",
        ("Fonti: nessuna.", "Non ho usato nessuna IA.", "Ho usato ChatGPT per correggere il testo."),
    ),
    "Portuguese": Spoken(
        ("Variável alterada", "Mantido constante", "Previsão", "Resultado", "Significativo?"),
        ("Com uma única semente não dá para dizer.", "É impossível saber se é um efeito.", "Pode ser acaso."),
        "Os pesos têm claramente um efeito.", "Os pesos não têm nenhum efeito.",
        ("Fontes: nenhuma.", "Não usei nenhuma IA.", "Usei o ChatGPT para corrigir o texto."),
    ),
    "Hungarian": Spoken(
        ("Megváltoztatott változó", "Állandó maradt", "Előrejelzés", "Eredmény", "Jelentős?"),
        ("Egyetlen seedből ezt nem lehet eldönteni.", "Nem tudom megmondani, hogy ez hatás-e.",
         "Lehet véletlen is."),
        "A súlyoknak egyértelműen van hatása.", "A súlyoknak nincs hatása.",
        ("Források: nincsenek.", "Nem használtam mesterséges intelligenciát.",
         "A ChatGPT segített a fogalmazásban."),
    ),
    "Polish": Spoken(
        ("Zmieniona zmienna", "Stałe", "Przewidywanie", "Wynik", "Istotne?"),
        ("Z jednego seeda nie da się tego powiedzieć.", "Nie wiem, czy to efekt.", "To może być przypadek."),
        "Wagi mają wyraźny efekt.", "Wagi nie mają żadnego wpływu.",
        ("Źródła: brak.", "Nie korzystałem z AI.", "ChatGPT pomógł mi w redakcji."),
    ),
    "Russian": Spoken(
        ("Изменённая переменная", "Оставлено неизменным", "Прогноз", "Результат", "Значимо?"),
        ("По одному сиду этого сказать нельзя.", "Невозможно понять, есть ли эффект.",
         "Это может быть случайность."),
        "У весов явно есть эффект.", "Веса не имеют никакого эффекта.",
        ("Источники: нет.", "Я не использовал ИИ.", "ChatGPT помог мне с текстом."),
    ),
    "Chinese": Spoken(
        ("改变的变量", "保持不变", "预测", "结果", "有意义吗"),
        ("只有一个种子，无法判断。", "不能说这是效果。", "可能只是偶然。"),
        "权重显然有效果。", "权重没有任何影响。",
        ("参考资料：无。", "我没有使用人工智能。", "我用 ChatGPT 修改了文字。"), "0.302",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LANGUAGES)
@pytest.mark.parametrize("layout", ["| {} | {} |", "**{}:** {}\n", "- {}: {}", "### {}\n\n{}\n"])
def test_the_parts_of_a_template_are_found_by_name(name: str, layout: str) -> None:
    spoken = LANGUAGES[name]
    head = "| | |\n| --- | --- |\n" if layout.startswith("|") else ""
    lines = "\n".join(layout.format(label, f"xyz{place}") for place, label in enumerate(spoken.labels))
    found = read_template(read_markdown(head + lines))
    assert {part: text.strip() for part, text in found.items()} == {
        part: f"xyz{place}" for place, part in enumerate(PARTS)
    }


@pytest.mark.parametrize(
    ("name", "said"), [(name, said) for name, item in LANGUAGES.items() for said in item.cautious]
)
def test_caution_is_read_as_such(name: str, said: str) -> None:
    assert read_claim(said)[0] is Claim.CANNOT_TELL, name


@pytest.mark.parametrize("name", LANGUAGES)
def test_an_effect_and_its_absence_are_no_caution(name: str) -> None:
    assert read_claim(LANGUAGES[name].effect)[0] in {Claim.EFFECT, Claim.LEANING}
    assert read_claim(LANGUAGES[name].none)[0] in {Claim.NO_EFFECT, Claim.LEANING}


@pytest.mark.parametrize(
    ("name", "said"), [(name, said) for name, item in LANGUAGES.items() for said in item.sources]
)
def test_sources_and_tools_are_read(name: str, said: str) -> None:
    assert vocabulary.has("sources", "words", said), name


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_number_is_read_in_the_language_s_format(name: str) -> None:
    (number,) = [item for item in find_numbers(f"macro-F1 {LANGUAGES[name].number}") if not item.whole]
    assert number.value == 0.302
    assert number.text == LANGUAGES[name].number


def test_a_language_without_words_is_not_read_and_never_bold() -> None:
    """Icelandic: nobody taught the grader any of it."""
    for said in ("Þyngdirnar hafa greinilega áhrif.", "Ekki er hægt að segja til um það."):
        assert read_claim(said)[0] not in BOLD
