"""Invented names, places and groups of a college that does not exist."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

FAMILY_NAMES = tuple(
    name.replace("_", " ")
    for name in ["Abernethy", "Adeyemi", "Ahmed", "Ainsworth", "Akhtar", "Allardyce", "Appleyard", "Asante", "Bainbridge", "Banerjee", "Barraclough", "Begum", "Bhatti", "Blackwood", "Bramley", "Brennan", "Brockbank", "Bukhari", "Cadwallader", "Campbell", "Cartwright", "Chaudhry", "Chen", "Chowdhury", "Clitheroe", "Coleridge", "Cooper", "Croft", "Cunliffe", "Da_Costa", "Dabrowski", "Darlington", "Davies", "Deighton", "Dhillon", "Donnelly", "Drinkwater", "Dunmore", "Eastwood", "Edwards", "Ekwueme", "El-Amin", "Entwistle", "Evans", "Fairhurst", "Farouk", "Featherstone", "Fennimore", "Fernández", "Fitzgerald", "Fletcher", "Foxcroft", "Gallagher", "Garside", "Georgiou", "Gill", "Goldthorpe", "Gonçalves", "Greenhalgh", "Griffiths", "Grimshaw", "Hadley", "Haigh", "Hallett", "Hanif", "Harcourt", "Hargreaves", "Hartley", "Hassan", "Heathcote", "Hepworth", "Higginbotham", "Hollingworth", "Hopkins", "Howarth", "Hughes", "Hussain", "Ibrahim", "Inglethorpe", "Iqbal", "Jackson", "Jankowski", "Jenkins", "Johnson", "Jones", "Joyce", "Kaur", "Kavanagh", "Kaye", "Kelly", "Kershaw", "Khan", "Kowalczyk", "Kumar", "Langstaff", "Lee", "Leighton", "Lewis", "Li", "Lindqvist", "Llewellyn", "Lockwood", "Lund", "MacDonald", "Macey", "Mahmood", "Malik", "Marchetti", "Marsden", "Mbeki", "McAllister", "McBride", "McKenna", "Mensah", "Metcalfe", "Mills", "Mirza", "Mitchell", "Mohamud", "Morgan", "Murphy", "Naylor", "Ncube", "Ndiaye", "Newby", "Ng", "Norcross", "Nowak", "Oakley", "O'Brien", "O'Connor", "Okafor", "Okonkwo", "O’Neill", "Oldroyd", "Ormerod", "Osei", "Owusu", "Parkin", "Patel", "Pemberton", "Pereira", "Pickersgill", "Poole", "Popescu", "Priestley", "Qureshi", "Rahman", "Ramsbottom", "Rawcliffe", "Redfern", "Reid", "Rhodes", "Roberts", "Robinson", "Rowbotham", "Rutherford", "Sadiq", "Salisbury", "Santos", "Scholes", "Shah", "Sharma", "Shaw", "Sheikh", "Silva", "Singh", "Skelton", "Smith", "Sokolova", "Speight", "Stanhope", "Stubbs", "Suleiman", "Sutcliffe", "Swales", "Szymański", "Tanveer", "Tattersall", "Taylor", "Thackray", "Thomas", "Thorne", "Tinsley", "Tomlinson", "Turnbull", "Uddin", "Unsworth", "Vance", "Varley", "Verma", "Wadsworth", "Walker", "Warburton", "Ward", "Whitaker", "Wilkinson", "Williams", "Winterbottom", "Wójcik", "Wolstenholme", "Wood", "Wrigley", "Yates", "Yilmaz", "Young", "Yusuf", "Zaman", "Ó_Súilleabháin", "Ashby-Cole", "Bell-Hartley", "Obi-Thorne", "Wynn-Parry"]
)

GIRLS = tuple(
    ["Aaliyah", "Abigail", "Aisha", "Alice", "Amara", "Amber", "Amelia", "Anaïs", "Aniela", "Anya", "Ava", "Ayesha", "Bethany", "Brooke", "Caitlin", "Caoimhe", "Carys", "Charlotte", "Chloé", "Daisy", "Eleri", "Elif", "Eliza", "Ella", "Ellie", "Emma", "Erin", "Esme", "Evie", "Faith", "Farah", "Fatima", "Ffion", "Freya", "Georgia", "Grace", "Halima", "Hana", "Hannah", "Harriet", "Heidi", "Holly", "Imani", "Imogen", "Iqra", "Isla", "Isobel", "Iris", "Jasmine", "Jessica", "Jo", "Kayleigh", "Keira", "Lara", "Layla", "Leah", "Lily", "Lowri", "Lucy", "Maisie", "Maja", "Maryam", "Matilda", "Megan", "Mia", "Millie", "Molly", "Nadia", "Nia", "Niamh", "Nicole", "Oliwia", "Olivia", "Orla", "Paige", "Phoebe", "Poppy", "Priyanka", "Rachel", "Rebecca", "Renée", "Rosie", "Ruby", "Safiya", "Saoirse", "Samira", "Sanaa", "Scarlett", "Seren", "Siân", "Sienna", "Simran", "Skye", "Sofia", "Sophie", "Summer", "Tamsin", "Thea", "Tia", "Willow", "Yasmin", "Yvie", "Zainab", "Zara", "Zoë", "Zofia"]
)
BOYS = tuple(
    ["Aaron", "Abdul", "Adam", "Adrian", "Aidan", "Alfie", "Ali", "Amir", "Anthony", "Archie", "Arjun", "Ayaan", "Ben", "Benjamin", "Billy", "Bo", "Bradley", "Caleb", "Callum", "Cameron", "Charlie", "Connor", "Corey", "Dafydd", "Daniel", "David", "Dominic", "Dylan", "Ed", "Elijah", "Elliot", "Ethan", "Evan", "Ewan", "Farhan", "Felix", "Finley", "Finn", "Francesco", "Freddie", "Gabriel", "George", "Gethin", "Hamza", "Harrison", "Harry", "Harvey", "Hassan", "Henry", "Hugo", "Ibrahim", "Idris", "Isaac", "Ismail", "Jack", "Jacob", "Jake", "Jakub", "James", "Jamie", "Jayden", "Joel", "John", "Jonah", "Joseph", "Joshua", "Jude", "Kacper", "Kai", "Kamil", "Kieran", "Kwame", "Leo", "Leon", "Lewis", "Liam", "Logan", "Louis", "Luca", "Lucas", "Luke", "Marcus", "Mason", "Matthew", "Max", "Michael", "Mikołaj", "Mohammed", "Muhammad", "Nathan", "Nikhil", "Noah", "Oliver", "Omar", "Oscar", "Owen", "Patrick", "Raphaël", "Reece", "Reuben", "Rhys", "Riley", "Robert", "Rohan", "Ronan", "Ryan", "Samuel", "Sean", "Sebastian", "Stanley", "Taylor", "Theo", "Thomas", "Tobias", "Tyler", "Usman", "Vikram", "William", "Yusuf", "Zachary", "Zain"]
)
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
