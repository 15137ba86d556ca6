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
    r"by)\s+(?:the\s+)?)(?P<label>(?:\w+\s){0,1}\w+)",
    re.IGNORECASE,
)
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
    r"(?:\bstandard[- ]deviations?|\bstd\b\.?|\bs\.?d\b\.?|\bsds\b|\bspreads?|σ|\bscatter|\bdeviations?|"
    r"\bstandard errors?|"
    r"\bstandardabweichung(?:en)?|\bstreuung|[ée]cart[- ]type|desviaci[oó]n|deviazione|标准差|標準偏差|разброс|"
    r"отклонени\w*|odchylenie|"
    r"\bvar(?:y|ies|ied)|\bnoise|\brange)",
    re.IGNORECASE,
)
DIFFERENCE = re.compile(
    r"Δ|\bdelta|\bdiff|\bgaps?\b|\bgain|\bloss of|\blost\b|\bdrop|\bfell\b|\bfall|\brise|\brose\b|\bincreas|"
    r"\bdecreas|\bimprov|\bhigher\b|"
    r"\blower\b|\bbetter\b|\bworse\b|\bmore\b|\bless\b|\bfewer\b|\bchanges?\b|\bchanged? (?:by|of)\b|\bup\b|"
    r"\bdown\b|\bplus\b|\bminus\b|\bahead|\bbehind|\bbeats?\b|"
    r"\bclimb|\bgrew|\bgrow|\bmargin|\bdistance|\bapart\b|\bjump|\bshift|\bmove|\bcost|\bcame out|"
    r"\bunterschied|\bdifferenz|\bécart|"
    r"\bdifférence|\bdiferenc|\bdifferenz|\bsteig|\bsink|\bhöher|\bniedriger|\bby\b|\bloses?\b|\blosing|"
    r"\bpaid\b|\bpays?\b|разниц|差|points?\b",
    re.IGNORECASE,
)
RATIO = re.compile(
    r"×|\btimes\b|\bfactor\b|\bratio\b|\bfold\b|\bdoubl|\btripl|\brelativ|\bas (?:much|many|good|high|large|big)\b|"
    r"\bpercent (?:higher|lower|more|less|better)|%\s*(?:higher|lower|more|less|better|worse|improvement|gain|"
    r"drop|increase|decrease)|\bshare\b|\bfach\b",
    re.IGNORECASE,
)
SEEDS = re.compile(
    r"\bseeds?\s*#?\d|\b(?:best|worst|lowest|highest|luckiest|unluckiest|smallest|largest|weakest|strongest|"
    r"maximum|minimum|max|min)\b|\brang(?:e|es|ed|ing)\b|"
    r"\bbetween\b(?! (?:the )?(?:arms|models|seeds))|\b(?:each|every|per|single|individual|one|another|other|"
    r"same|this|that|first|second|third|two|more|which|new|lucky)\s+(?:\w+\s+)?(?:seeds?|runs?)\b|"
    r"\bseed by seed|\bby seed\b|\bfor seed|\bseeds? (?:are|were|give|gave|reach|had|have|vary|differ)|"
    r"\bfrom\b|\bgraine\b|\bsemilla\b|\bmedian|\bwander|\bvar(?:y|ies|ied)\b|种子|シード|сид|"
    r"\bseed\b(?!s)",
    re.IGNORECASE,
)
UNIT = re.compile(r"\s?(ms|mb)\b", re.IGNORECASE)
MEAN = re.compile(
    r"\bmeans?\b|\baverag|\bmittel|\bmoyenne|\bmedia\b|\bpromedio|\bmédia|平均|средн|±|\+/-|\bgemiddeld|średni",
    re.IGNORECASE,
)
CHOSEN = re.compile(r"\b(?:chosen|selected|kept) (?:epoch|checkpoint)", re.IGNORECASE)
EPOCHS = re.compile(
    r"\bepoch|\bepochs|\bépoque|\bépoca|\bepoche|\bepoca|エポック|轮|эпох|\bfinal|\bfirst\b|\blast\b|\bend\b|\bloss",
    re.IGNORECASE,
)
NAMED_SEED = re.compile(
    r"\bseeds?\s*(?:=|:|#|no\.?)?\s*((?:\d{1,6}(?:\s*(?:,|/|and|or|&|to|–|-)\s*)?)+)", re.IGNORECASE
)
NAMED_EPOCH = re.compile(
    r"\b(?:epochs?|epoche|époque|época)\s*(?:=|:|#|no\.?)?\s*((?:\d{1,3}(?:\s*(?:,|/|and|or|&)\s*)?)+)",
    re.IGNORECASE,
)
PREDICTING = re.compile(
    r"\bpredict|\bexpect|\bhypothes|\bforecast|\bi guess|\bi thought|\bi hoped|\bwould expect|\bi bet\b|"
    r"\bprognos|\bvorhersage|\berwart|"
    r"\bprédi|\battend|\bpredic|\besper|\bpreved|预测|予測|прогноз|ожида|przewid|\bi would call|\bi'd call",
    re.IGNORECASE,
)
OUTCOME = re.compile(
    r"\bmeasured|\bwas\b|\bis\b|\bwere\b|\bgot\b|\bgave\b|\breach|\bfound\b|\bobserved|\bactual|\bcame\b|"
    r"\bturned|\bin fact\b|\binstead\b|\bbut\b|"
    r"\bwent\b|\brose\b|\bfell\b|\bscored?\b|\bhas\b|\bhad\b|\bsaw\b|\bended|\bdropped|\bincreased|\bresult",
    re.IGNORECASE,
)
INTERVAL = re.compile(
    r"\bpaired\b|\bwelch|\bjackknife|\b95\s?%|\b(?:exclud|includ|contain|straddl|cross|"
    r"cover)\w*\s+(?:the\s+)?(?:zero|0)\b|置信区间|"
    r"信頼区間|\bintervall|\bintervalo|доверительн|\bprzedzia|\bci\b|\bbounds?\b",
    re.IGNORECASE,
)
AS_PREDICTED = re.compile(
    r"\b(?:as|than|like|what|unlike|contrary to|against|within|inside|outside|below|above|beyond|in|"
    r"opposite of|direction)\s+(?:i\s+|we\s+|was\s+|had\s+|been\s+|my\s+|the\s+|our\s+)*"
    r"(?:predict\w*|expect\w*|forecast|hypothes\w*)",
    re.IGNORECASE,
)
