"""Invented names, places and groups of a college that does not exist."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from app.sandbox import name_lists


def _listed(words: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in words.split())


FAMILY_NAMES = _listed(name_lists.FAMILY_NAMES)
GIRLS = _listed(name_lists.GIRLS)
BOYS = _listed(name_lists.BOYS)
SHORT_FORMS: Mapping[str, str] = {
    "Abigail": "Abi",
    "Benjamin": "Ben",
    "Charlotte": "Lottie",
    "Dominic": "Dom",
    "Gabriel": "Gabe",
    "Isobel": "Izzy",
    "Jasmine": "Jas",
    "Jessica": "Jess",
    "Joseph": "Joe",
    "Joshua": "Josh",
    "Matilda": "Tilly",
    "Matthew": "Matt",
    "Mohammed": "Mo",
    "Muhammad": "Mo",
    "Priyanka": "Priya",
    "Rebecca": "Becky",
    "Samuel": "Sam",
    "Sebastian": "Seb",
    "Thomas": "Tom",
    "Tobias": "Toby",
    "William": "Will",
    "Zachary": "Zak",
}

CAMPUSES = (("CITY01", "City"), ("RIVER01", "Riverside"))
TUTOR_GROUPS: Mapping[str, tuple[str, ...]] = {
    "CITY01": tuple(
        f"{area} {number}"
        for area in ("A-LEVEL 12", "A-LEVEL 13", "BTEC-IT", "BTEC-BUS", "HAIR", "ESOL", "ACCESS-HE")
        for number in (1, 2, 3)
    ),
    "RIVER01": tuple(
        f"{area} {number}"
        for area in ("BTEC-ENG", "CONSTR", "ELEC", "MOTOR", "BOAT", "CATERING", "ANIMAL")
        for number in (1, 2, 3)
    ),
}


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name as the college holds it."""

    family: str = field(repr=False)
    given: str = field(repr=False)
    sex: str | None = field(repr=False)
    first: str | None = field(default=None, repr=False)
    known_as: str | None = field(default=None, repr=False)


# Names that break a careless program: markup, an ampersand, accents, two letters, more than 35 characters.
UNUSUAL = (
    Name("O'Dowd-Fairley", "Siân & Mae", "F", first="Siân & Mae"),
    Name("Ng", "Jo", "F"),
    Name("Fenwick<b>", "Rhys <b>", "M", first="Rhys <b>"),
    Name("Brackenbury", "Maximiliana-Alexandrina-Theodora-Wilhelmina", "F", known_as="Max"),
    Name("Li", "Bo", "M"),
    Name("Ó Fearnley-Quill", "Zoë Maren", "F"),
    Name("D’Arbanville", "Tomos", "M"),
    Name("Nguyễn", "Thị Hương", "F", first="Thị Hương"),
    Name("Łukasiewicz", "Żaneta", "F"),
    Name("St. John-Ashby", "Ffion Mair", "F"),
    Name("van der Meulen", "Jo-Anne", "F"),
    Name("Mac an tSaoi", "Caoimhín", "M"),
    Name("Müller-Özdemir", "Jürgen", "M"),
    Name("Featherstonehaugh-Cholmondeley-Marjoribanks", "Peregrine", "M"),
)


def name_for(draw: Random) -> Name:
    """An ordinary name; one in seventy is unusual."""
    if draw.random() < 1 / 70:
        return draw.choice(UNUSUAL)
    girl = draw.random() < 0.5
    pool = GIRLS if girl else BOYS
    called = draw.choice(pool)
    given, first = called, None
    chance = draw.random()
    if chance < 0.20:
        given = f"{called} {draw.choice(pool)}"
    elif chance < 0.23:
        first = f"{called} {draw.choice(pool)}"
        given = f"{first} {draw.choice(pool)}"
    elif chance < 0.29:
        first = called
    sex = None if draw.random() < 0.01 else ("F" if girl else "M")
    known_as = SHORT_FORMS.get(called) if draw.random() < 0.7 else None
    return Name(draw.choice(FAMILY_NAMES), given, sex, first, known_as)


def postcode(draw: Random) -> str:
    """A postcode in the area NF, which no post office serves; a few people's is not known (`ZZ99 9ZZ`)."""
    if draw.random() < 0.015:
        return "ZZ99 9ZZ"
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    return f"NF{draw.randint(1, 9)} {draw.randint(1, 9)}{draw.choice(letters)}{draw.choice(letters)}"


def phone(draw: Random) -> str | None:
    """A number from the ranges kept free for stories; some people gave none."""
    chance = draw.random()
    if chance < 0.1:
        return None
    if chance < 0.2:
        return f"01632 960{draw.randint(0, 999):03d}"
    return f"07700 900{draw.randint(0, 999):03d}"
