"""Words around a number that say what it is: a spread, a change, a ratio, one seed's, predicted, an interval's."""

import re

CLAUSE = re.compile(
    r"[;()\[\]]|\s[–—]\s|,\s*(?:but|while|whereas|although|though|and so|so|which|however|yet)\b|\b(?:but|"
    r"whereas|while)\b"
)
SIDE_BY_SIDE = re.compile(
    r"^\s*(?:,|/|&|\||and|vs\.?|versus|against|or|compared (?:to|with)|to|→|->|,? respectively|und|et|y|e|і|и|"
    r"和)\s*$",
    re.IGNORECASE,
)
FROM_TO = re.compile(
    r"^\s*(?:%|points?)?\s*(?:to|→|->|-->|=>|⟶|down to|up to|auf|à|a|hasta|до|to|bis|到|"
    r"上升到|下降到|升到|降到|升至|降至|提高到|"
    r"增加到|减少到|上升至|下降至)\s*(?:about|only|just)?\s*$",
    re.IGNORECASE,
)
AFTER = re.compile(
    r"^\s*(?:%\s*)?(?:macro[- ]?f1\s*|accuracy\s*)?[,:]?\s*(?:for|in|with|at|under|of|from|by|on|using|"
    r"in case of|für|beim?|mit|im|pour|para|per|"
    r"con|sans|avec|sin|ohne|com|sem|met|zonder|med|uden|utan|bez|dla|z|ile|для|с|без)\s+(?:the\s+|my\s+|our\s+|"
    r"its\s+|a\s+|den\s+|die\s+|das\s+|der\s+|dem\s+|le\s+|"
    r"la\s+|l'|el\s+|il\s+)?$",
    re.IGNORECASE,
)
UNKNOWN_LABEL = re.compile(r"^\s*(?:%\s*)?\((?!n\b|sd|±)[^\d()=<>%]{2,25}\)")
BRACKET = re.compile(r"^\s*(?:%\s*)?[(\[]\s*(?:the\s+|for\s+|in\s+|with\s+)?(?:the\s+)?$", re.IGNORECASE)
LABEL_AFTER = re.compile(
    r"^\s*(?:%\s*)?(?:\(|(?:land(?:s|ed)?\s+)?(?:in|for|on|to|into|at|of|"
    r"by|au|en|dans|à|im|nell[ao]|nel|na|no|w|v|в)\s+(?:(?:the|der|den|la|le|las|los)\s+)?)(?P<label>(?:\w+\s){0,1}\w+)",
    re.IGNORECASE,
)
LABEL_BEHIND = re.compile(r"^\s*(?:%\s*)?(?P<label>(?:\w+\s){0,1}\w+)")
"""Right behind a number: "0.62 head and 0.27 other tail"."""
JOINED_LABEL = re.compile(r"\b(?:and|or|und|oder|et|ou|y|o|e|i|és|и)\s*$|\w\s*/\s*(?:\w+\s)?\w+\W*$", re.IGNORECASE)
"""No label of the number behind it: it ends in "and", or is the last of several ("head / mid / tail:")."""
LABEL_BEFORE = re.compile(
    r"(?P<label>(?:\w+\s){0,1}\w+)(?:\s+(?:tier|classes|tail|mid))?\s*(?::|=|\(|,)?\s*(?:is|was|has|had|gets?|"
    r"got|at|of|rose to|went to)?\s*$",
    re.IGNORECASE,
)
PREPOSITION = re.compile(r"(?:at|with|for|under|using|without|in)\s", re.IGNORECASE)
TURNING = frozenset(
    [
        "und",
        "et",
        "y",
        "e",
        "en",
        "i",
        "och",
        "og",
        "ve",
        "и",
        "to",
        "than",
        "over",
        "against",
        "vs",
        "versus",
        "from",
        "and",
        "or",
        "but",
        "while",
        "whereas",
        "instead",
    ]
)
CONTRAST = re.compile(
    r"\b(?:than|as|instead of|in place of|rather than|over|unlike|versus|vs\.?|against|compared (?:to|with)|"
    r"not|beats?|from|instead|in place|rather)\s+(?:the\s+|a\s+|my\s+)?$",
    re.IGNORECASE,
)
SPREAD = re.compile(
    r"\b(?:standard[- ]deviations?|std\b\.?|s\.?d\b\.?|sds\b|spreads?|scatter|deviations?|standard errors?|"
    r"standardabweichung(?:en)?|streuung|var(?:y|ies|ied)|noise|range)|σ|[ée]cart[- ]type|desviaci[oó]n|"
    r"deviazione|标准差|標準偏差|разброс|отклонени\w*|odchylenie",
    re.IGNORECASE,
)
DIFFERENCE = re.compile(
    r"\b(?:delta|diff|gaps?\b|gain|loss of|lost\b|drop|fell\b|fall|rise|rose\b|increas|decreas|improv|higher\b|"
    r"lower\b|better\b|worse\b|more\b|less\b|fewer\b|changes?\b|changed? (?:by|of)\b|up\b|down\b|plus\b|minus\b|"
    r"ahead|behind|beats?\b|climb|grew|grow|margin|distance|apart\b|jump|shift|move|cost|came out|unterschied|"
    r"differenz|écart|différence|diferenc|differenz|steig|sink|höher|niedriger|by\b|loses?\b|losing|paid\b|"
    r"pays?\b)|Δ|разниц|差|points?\b",
    re.IGNORECASE,
)
RATIO = re.compile(
    r"\b(?:times\b|factor\b|ratio\b|fold\b|doubl|tripl|relativ|as (?:much|many|good|high|large|big)\b|"
    r"percent (?:higher|lower|more|less|better)|share\b|fach\b)|×|%\s*(?:higher|lower|more|less|better|worse|"
    r"improvement|gain|drop|increase|decrease)",
    re.IGNORECASE,
)
SEEDS = re.compile(
    r"\b(?:seeds?\s*#?\d|(?:best|worst|lowest|highest|luckiest|unluckiest|smallest|largest|weakest|strongest|"
    r"maximum|minimum|max|min)\b|rang(?:e|es|ed|ing)\b|between\b(?! (?:the )?(?:arms|models|seeds))|(?:each|"
    r"every|per|single|individual|one|another|other|same|this|that|first|second|third|two|more|which|new|"
    r"lucky)\s+(?:\w+\s+)?(?:seeds?|runs?)\b|seed by seed|by seed\b|for seed|seeds? (?:are|were|give|gave|reach|"
    r"had|have|vary|differ)|from\b|graine\b|semilla\b|median|wander|var(?:y|ies|ied)\b|seed\b(?!s))|种子|シード|сид",
    re.IGNORECASE,
)
UNIT = re.compile(r"\s?(ms|mb)\b", re.IGNORECASE)
MEAN = re.compile(
    r"\b(?:means?\b|averag|mittel|moyenne|media\b|promedio|média|gemiddeld)|平均|средн|±|\+/-|średni", re.IGNORECASE
)
CHOSEN = re.compile(r"\b(?:chosen|selected|kept) (?:epoch|checkpoint)", re.IGNORECASE)
EPOCHS = re.compile(
    r"\b(?:epoch|epochs|époque|época|epoche|epoca|final|first\b|last\b|end\b|loss)|エポック|轮|эпох", re.IGNORECASE
)
NAMED_SEED = re.compile(
    r"\bseeds?\s*(?:=|:|#|no\.?)?\s*((?:\d{1,6}(?:\s*(?:,|/|and|or|&|to|–|-)\s*)?)+)", re.IGNORECASE
)
NAMED_EPOCH = re.compile(
    r"\b(?:epochs?|epoche|époque|época)\s*(?:=|:|#|no\.?)?\s*((?:\d{1,3}(?:\s*(?:,|/|and|or|&)\s*)?)+)",
    re.IGNORECASE,
)
PREDICTING = re.compile(
    r"\b(?:predict|expect|hypothes|forecast|i guess|i thought|hoped|hoping|would expect|i bet\b|prognos|vorhersage|"
    r"erwart|prédi|attend|predic|esper|preved|i would call|i'd call)|预测|予測|прогноз|ожида|przewid",
    re.IGNORECASE,
)
FORETOLD = re.compile(
    r"\w*\s+that\b(?!.*\b(?:but|instead|in fact|measured|got|turned|found|came|actual\w*)\b)", re.IGNORECASE
)
"""What follows a word such as "hoped": "that the macro-F1 is"."""
OUTCOME = re.compile(
    r"\b(?:measured|was\b|is\b|were\b|got\b|gave\b|reach|found\b|observed|actual|came\b|turned|in fact\b|"
    r"instead\b|but\b|went\b|rose\b|fell\b|scored?\b|has\b|had\b|saw\b|ended|dropped|increased|result)",
    re.IGNORECASE,
)
INTERVAL = re.compile(
    r"\b(?:paired\b|welch|jackknife|95\s?%|(?:exclud|includ|contain|straddl|cross|"
    r"cover)\w*\s+(?:the\s+)?(?:zero|0)\b|intervall|intervalo|przedzia|ci\b|bounds?\b)|置信区间|信頼区間|доверительн",
    re.IGNORECASE,
)
AS_PREDICTED = re.compile(
    r"\b(?:as|than|like|what|unlike|contrary to|against|within|inside|outside|below|above|beyond|in|"
    r"opposite of|direction)\s+(?:i\s+|we\s+|was\s+|had\s+|been\s+|my\s+|the\s+|our\s+)*"
    r"(?:predict\w*|expect\w*|forecast|hypothes\w*)",
    re.IGNORECASE,
)
