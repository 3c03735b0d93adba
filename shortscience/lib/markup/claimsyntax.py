"""What stands between the braces of a claim's mark, and what is wrong with it."""

import re
from dataclasses import dataclass
from enum import StrEnum

_ID = re.compile(r"[a-z][a-z0-9-]{0,19}")
_PAIR = re.compile(
    r"""\s*(?:(?P<name>[\w-]+)\s*=\s*(?:"(?P<double>[^"]*)"|“(?P<curly>[^”]*)”|'(?P<single>[^']*)'"""
    r"""|(?P<bare>[^\s"'“”]+))|\#?(?P<alone>[^\s="'“”]+))(?=\s|$)""",
    re.VERBOSE,
)
_NUMBER = re.compile(
    r"[+-]?(?:(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+)(?:e[+-]?[0-9]{1,3})?", re.I
)
_SIGNED = re.compile(r"\s*(=|>=|<=|≥|≤|≈|~|about\b|at least\b|at most\b)\s*", re.IGNORECASE)
_MINUS = str.maketrans({"−": "-", "–": "-"})

# Longest values; a metric is a name and not a sentence.
LONGEST = {"metric": 80, "value": 40, "unit": 20, "where": 80}


class ClaimKind(StrEnum):
    NUMBER = "number"
    COMPARISON = "comparison"
    THEOREM = "theorem"
    QUALITATIVE = "qualitative"


class Relation(StrEnum):
    EQUAL = "="
    AT_LEAST = ">="
    AT_MOST = "<="
    ABOUT = "~"


_RELATIONS = {
    "=": Relation.EQUAL,
    ">=": Relation.AT_LEAST,
    "≥": Relation.AT_LEAST,
    "at least": Relation.AT_LEAST,
    "<=": Relation.AT_MOST,
    "≤": Relation.AT_MOST,
    "at most": Relation.AT_MOST,
    "~": Relation.ABOUT,
    "≈": Relation.ABOUT,
    "about": Relation.ABOUT,
}


@dataclass(frozen=True, slots=True)
class Fields:
    """What a mark says of its claim besides the words. `number` is the value where it is one."""

    id: str
    kind: ClaimKind
    metric: str = ""
    relation: str = ""
    value: str = ""
    unit: str = ""
    where: str = ""

    @property
    def number(self) -> float | None:
        return number_of(self.value)


def number_of(text: str) -> float | None:
    """Return the number that people wrote: "78.7", "1,548", "−0.5", "1e-4"; None for another text.

    Never infinite and never "nan".
    """
    plain = text.strip().translate(_MINUS)
    if _NUMBER.fullmatch(plain) is None:
        return None
    number = float(plain.replace(",", ""))
    return number if abs(number) < 1e300 else None


def relation_of(text: str) -> Relation | None:
    return _RELATIONS.get(" ".join(text.lower().split()))


def fields_of(attributes: str) -> tuple[Fields | None, list[str]]:
    """Return what the attributes say, and a sentence for each that is wrong.

    A wrong one is left out and the others hold; without an id there is no claim.
    """
    given, faults = _pairs(attributes)
    name = given.pop("id", "").lower()
    if _ID.fullmatch(name) is None:
        faults.append(
            f"“{name}” is no id: a letter, then letters, digits and hyphens, at most 20, as c1."
            if name
            else "This claim needs an id of its own in this text, as id=c1."
        )
        return None, faults
    _shorten(given, faults)
    relation = _relation(given, faults)
    kind = _kind(given, faults)
    return (
        Fields(
            id=name,
            kind=kind,
            metric=given.get("metric", ""),
            relation=relation,
            value=given.get("value", ""),
            unit=given.get("unit", ""),
            where=given.get("where", ""),
        ),
        faults,
    )


_KNOWN = ("id", "type", "metric", "relation", "value", "unit", "where")


def _pairs(attributes: str) -> tuple[dict[str, str], list[str]]:
    given: dict[str, str] = {}
    faults: list[str] = []
    at = 0
    while at < len(attributes) and attributes[at:].strip():
        pair = _PAIR.match(attributes, at)
        if pair is None:
            rest = " ".join(attributes[at:].split())[:40]
            faults.append(f'“{rest}” cannot be read: write name=value, or name="two words".')
            break
        at = pair.end()
        name = "id" if pair["alone"] else pair["name"].lower()
        values = (pair["double"], pair["curly"], pair["single"], pair["bare"], pair["alone"])
        value = " ".join(next(text for text in values if text is not None).split())
        if pair["alone"] and "id" in given:
            faults.append(f'“{value}” needs a name: write metric="{value}", for example.')
        elif name not in _KNOWN:
            faults.append(f"“{name}” is not known here; there are {', '.join(_KNOWN)}.")
        elif name in given:
            faults.append(f"“{name}” is said twice; the first one holds.")
        else:
            given[name] = value
    return given, faults


def _shorten(given: dict[str, str], faults: list[str]) -> None:
    for name, most in LONGEST.items():
        if len(given.get(name, "")) > most:
            faults.append(f"“{name}” is longer than {most} characters and is left out.")
            del given[name]


def _relation(given: dict[str, str], faults: list[str]) -> str:
    """Return the relation; `value="≥ 78.7"` says it, too."""
    said = given.pop("relation", "")
    relation = relation_of(said)
    if said and relation is None:
        faults.append(f"“{said}” is no relation; there are =, >=, <= and about.")
    if sign := _SIGNED.match(given.get("value", "")):
        given["value"] = given["value"][sign.end() :]
        relation = relation or relation_of(sign[1])
    if relation is None:
        return Relation.EQUAL.value if given.get("value") else ""
    if not given.get("value"):
        faults.append("There is a relation but no value to compare with.")
        return ""
    return relation.value


def _kind(given: dict[str, str], faults: list[str]) -> ClaimKind:
    said, value = given.pop("type", "").lower(), given.get("value", "")
    is_number = number_of(value) is not None
    if said in list(ClaimKind):
        if said == ClaimKind.NUMBER and not is_number:
            faults.append(
                f"“{value}” is no number: write it as 78.7, the unit apart."
                if value
                else "A claim of type number needs a value."
            )
            return ClaimKind.COMPARISON if value else ClaimKind.QUALITATIVE
        return ClaimKind(said)
    if said:
        faults.append(f"“{said}” is no type; there are {', '.join(ClaimKind)}.")
    if not value:
        return ClaimKind.QUALITATIVE
    return ClaimKind.NUMBER if is_number else ClaimKind.COMPARISON


def claim_opening(
    name: str,
    *,
    kind: str = "",
    metric: str = "",
    relation: str = "",
    value: str = "",
    unit: str = "",
    where: str = "",
) -> str:
    """Return the beginning of a mark that says this: `::claim{id=c1 metric="top-1"}`."""
    implied = _kind({"value": value}, [])
    said = {
        "type": "" if kind == implied else kind,
        "metric": metric,
        "relation": "" if relation == Relation.EQUAL else relation,
        "value": value,
        "unit": unit,
        "where": where,
    }
    pairs = [f'{key}="{_quoted(text)}"' for key, text in said.items() if text]
    return "::claim{" + " ".join([f"id={name}", *pairs]) + "}"


def _quoted(text: str) -> str:
    """Return the text as it may stand between quotation marks: two primes look the same."""
    return text.replace('"', "″")
