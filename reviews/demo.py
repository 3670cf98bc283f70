"""The demo's cast and meetings: believable, fictional, in both languages.

Dates are told from `today`, so that the demo never grows old.
"""

import datetime
from dataclasses import dataclass

from reviews import demo_year
from reviews.meetings import Meeting


@dataclass(frozen=True)
class Person:
    """Somebody of either side, as the account's contacts know them."""

    name: str
    title: str
    email: str


@dataclass(frozen=True)
class DemoAccount:
    """An account of the demo with its people.

    Its first review is `begins` days from today (None: not planned yet). Those of its meetings
    that were held are told in MEETINGS; the last of them, up to the section `until`, if given.
    """

    name: str
    description: str
    language: str
    time_zone: str
    paper_size: str
    manager: str
    client: tuple[Person, ...]
    provider: tuple[Person, ...]
    objectives: tuple[str, ...]
    place: str
    begins: int | None = None
    until: str = ""


CLAIRE = Person("Claire Osborne", "Account Manager", "manager@demo.test")
DANIEL = Person("Daniel Roy", "Delivery Director", "daniel.roy@northlight.example")
PRIYA = Person("Priya Nair", "Service Lead", "priya.nair@northlight.example")
CLAIRE_FR = Person("Claire Osborne", "Chargée de compte", "manager@demo.test")
DANIEL_FR = Person("Daniel Roy", "Directeur des services", "daniel.roy@northlight.example")
PRIYA_FR = Person("Priya Nair", "Responsable du service", "priya.nair@northlight.example")
THOMAS = Person("Thomas Bélanger", "Account Manager", "manager2@demo.test")

ACCOUNTS = (
    DemoAccount(
        name=demo_year.LAKESHORE,
        description="Clinical systems of five hospitals.",
        language="en",
        time_zone="America/Toronto",
        paper_size="letter",
        manager="manager@demo.test",
        client=(
            Person(demo_year.RUTHERFORD, "Chief Executive", "h.rutherford@lakeshore.example"),
            Person(demo_year.OKAFOR, "Chief Information Officer", "c.okafor@lakeshore.example"),
            Person(demo_year.LINDQVIST, "Head of Nursing", "m.lindqvist@lakeshore.example"),
            Person(demo_year.BAPTISTE, "Chief Financial Officer", "l.baptiste@lakeshore.example"),
        ),
        provider=(CLAIRE, DANIEL, PRIYA),
        objectives=("A patient tells their story once", "Nights without a paper list"),
        place="Lakeshore, room 4",
        begins=-354,
    ),
    DemoAccount(
        name="Ateliers Montferrand",
        description="Informatique de trois usines de pièces forgées.",
        language="fr",
        time_zone="Europe/Paris",
        paper_size="a4",
        manager="manager@demo.test",
        client=(
            Person("Agnès Montferrand", "Directrice générale", "a.montferrand@forges.example"),
            Person("Karim Haddad", "Directeur de la production", "k.haddad@forges.example"),
        ),
        provider=(CLAIRE_FR, DANIEL_FR),
        objectives=("Livrer en huit jours au lieu de douze",),
        place="Thiers, salle des plans",
        begins=-104,
    ),
    DemoAccount(
        name="Orsay & Finch",
        description="Document services for a law firm of two hundred.",
        language="en",
        time_zone="Europe/London",
        paper_size="a4",
        manager="manager@demo.test",
        client=(
            Person("Harriet Finch", "Managing Partner", "h.finch@orsayfinch.example"),
            Person("Samir Patel", "Head of Practice Support", "s.patel@orsayfinch.example"),
        ),
        provider=(CLAIRE, DANIEL),
        objectives=("Open a second office without a second back office",),
        place="By video",
    ),
    DemoAccount(
        name="Coopérative Valmont",
        description="Gestion des applications d’une coopérative agricole.",
        language="fr",
        time_zone="America/Toronto",
        paper_size="letter",
        manager="manager@demo.test",
        client=(
            Person("Hélène Gagnon", "Présidente-directrice générale", "h.gagnon@valmont.example"),
            Person("Marc-André Pelletier", "Directeur des opérations", "ma.p@valmont.example"),
            Person("Sylvie Thériault", "Directrice des finances", "s.theriault@valmont.example"),
        ),
        provider=(CLAIRE_FR, DANIEL_FR, PRIYA_FR),
        objectives=(
            "Servir les membres sans papier d’ici trois ans",
            "Réunir les trois centres de données",
        ),
        place="Québec, salle du conseil",
        begins=9,
    ),
    DemoAccount(
        name="Halden Mutual",
        description="Claim handling and policy systems.",
        language="en",
        time_zone="America/Toronto",
        paper_size="letter",
        manager="manager@demo.test",
        client=(
            Person("Ruth Adeyemi", "Chief Operating Officer", "r.adeyemi@halden.example"),
            Person("Martin Fell", "Chief Information Officer", "m.fell@halden.example"),
            Person("Ingrid Sorensen", "Vice President, Claims", "i.sorensen@halden.example"),
            Person("Tomas Lind", "Head of Procurement", "t.lind@halden.example"),
        ),
        provider=(CLAIRE, DANIEL, PRIYA),
        objectives=(
            "Settle a simple claim within a day",
            "One view of the member, everywhere",
        ),
        place="Halden Mutual, boardroom 2",
        begins=0,
        until="factors",
    ),
    DemoAccount(
        name="Port de Kermaël",
        description="Systèmes de la capitainerie et de la gare maritime.",
        language="fr",
        time_zone="Europe/Paris",
        paper_size="a4",
        manager="manager@demo.test",
        client=(
            Person("Yann Le Goff", "Directeur du port", "y.legoff@kermael.example"),
            Person("Solène Kerbrat", "Commandante du port", "s.kerbrat@kermael.example"),
        ),
        provider=(CLAIRE_FR, PRIYA_FR),
        objectives=("Accueillir deux escales de plus par semaine",),
        place="Kermaël, capitainerie",
        begins=-41,
    ),
    DemoAccount(
        name="Brightwater Logistics",
        description="Warehouse systems in four ports.",
        language="en",
        time_zone="America/Toronto",
        paper_size="letter",
        manager="manager2@demo.test",
        client=(Person("Dana Whitlock", "Vice President, Supply", "d.whitlock@bright.example"),),
        provider=(THOMAS,),
        objectives=("Ship the same day from every port",),
        place="Halifax",
        begins=9,
    ),
)


def halden(held_on: datetime.date) -> Meeting:
    """The meeting of Halden Mutual, as far as its five factors."""
    return Meeting(
        held_on=held_on,
        present=(
            "Ruth Adeyemi",
            "Martin Fell",
            "Ingrid Sorensen",
            "Claire Osborne",
            "Daniel Roy",
            "Priya Nair",
        ),
        absent=("Tomas Lind",),
        words={
            "Ruth Adeyemi": {
                "what_matters": "That releases no longer frighten the branches.",
                "expected_value": "Simple claims settled the same day in two regions.",
                "how_they_know": "The branch managers stop calling me about it.",
            },
            "Martin Fell": {
                "what_matters": "Risks on the table a month ahead, not the day before.",
            },
        },
        weights={
            "deliverable_quality": 30,
            "responsiveness": 25,
            "communication": 20,
            "foresight": 15,
            "knowledge_transfer": 10,
        },
    )


def kermael(held_on: datetime.date) -> Meeting:
    """The first meeting of Port de Kermaël, whole."""
    after = held_on + datetime.timedelta(days=30)
    return Meeting(
        held_on=held_on,
        present=("Yann Le Goff", "Solène Kerbrat", "Claire Osborne", "Priya Nair"),
        words={
            "Yann Le Goff": {
                "what_matters": "Que la capitainerie n’attende jamais devant un écran.",
                "expected_value": "Une saison d’hiver sans panne aux heures de marée.",
                "how_they_know": "Un registre des escales sans aucun trou.",
            },
            "Solène Kerbrat": {
                "what_matters": "Être prévenue avant, pas pendant.",
            },
        },
        weights={
            "timeliness": 30,
            "autonomy": 25,
            "foresight": 20,
            "communication": 15,
            "professionalism": 10,
        },
        kpis={
            "timeliness": [
                {
                    "wording": "Mises à jour livrées à la date convenue",
                    "target": 95,
                    "unit": "%",
                    "counted_by": "Solène Kerbrat",
                    "counted_how": "Registre des livraisons",
                }
            ],
            "autonomy": [
                {
                    "wording": "Réunion de suivi de trente minutes, par vidéo",
                    "target": 1,
                    "unit": "réunion",
                    "frequency": "fortnight",
                    "counted_by": "Les deux parties",
                    "importance": 2,
                },
                {
                    "wording": "Réunions d’urgence non prévues",
                    "kind": "at_most",
                    "target": 1,
                    "unit": "réunion",
                    "frequency": "month",
                    "counted_by": "Yann Le Goff",
                },
            ],
            "foresight": [
                {
                    "wording": "Risques annoncés trente jours à l’avance",
                    "target": 2,
                    "frequency": "month",
                    "counted_by": "Claire Osborne",
                    "counted_how": "Liste des risques",
                }
            ],
            "communication": [
                {
                    "wording": "Courriel de suivi envoyé",
                    "kind": "yes_no",
                    "target": None,
                    "frequency": "working_day",
                    "counted_by": "Solène Kerbrat",
                }
            ],
            "professionalism": [
                {
                    "wording": "Engagements pris en réunion et tenus",
                    "target": 90,
                    "unit": "%",
                    "counted_by": "Les deux parties",
                }
            ],
        },
        actions=[
            {
                "wording": "Répéter la bascule de secours un jour de grande marée",
                "factor": "timeliness",
                "owner": "Claire Osborne",
                "due_on": after,
            },
            {
                "wording": "Nommer une remplaçante pour les validations de nuit",
                "factor": "autonomy",
                "owner": "Solène Kerbrat",
                "due_on": after,
            },
        ],
        impacts=[
            {
                "wording": "Nouvelle déclaration européenne des escales",
                "area": "industry",
                "expected_about": "au printemps",
                "likelihood": "certain",
                "effect": "high",
                "plan": "Champs et règles prêts un mois avant ; essai avec deux armateurs.",
                "owner": "Claire Osborne",
            }
        ],
        ideas=[
            {
                "wording": "Prévoir l’attente au mouillage à partir des marées et des escales",
                "side": "provider",
                "objective": "Accueillir deux escales de plus par semaine",
                "next_step": "Essai sur les données de l’an dernier",
                "state": "exploring",
            }
        ],
    )


def montferrand(held_on: datetime.date) -> Meeting:
    """The first meeting of Ateliers Montferrand; the second one is overdue."""
    return Meeting(
        held_on=held_on,
        present=("Agnès Montferrand", "Karim Haddad", "Claire Osborne", "Daniel Roy"),
        words={
            "Agnès Montferrand": {
                "what_matters": "Que les presses ne s’arrêtent plus pour un écran.",
                "expected_value": "Un trimestre sans nuit perdue.",
            },
        },
        weights={
            "responsiveness": 35,
            "productivity": 25,
            "cost_control": 20,
            "teamwork": 10,
            "compliance": 10,
        },
        kpis={
            "responsiveness": [
                {
                    "wording": "Appels de l’atelier pris en dix minutes",
                    "target": 95,
                    "unit": "%",
                    "counted_by": "Karim Haddad",
                }
            ],
            "productivity": [
                {
                    "wording": "Arrêts de presse dus à un logiciel",
                    "kind": "at_most",
                    "target": 1,
                    "frequency": "month",
                    "counted_by": "Karim Haddad",
                }
            ],
            "cost_control": [
                {
                    "wording": "Dépassement du budget convenu",
                    "kind": "at_most",
                    "target": 2,
                    "unit": "%",
                    "counted_by": "Les deux parties",
                }
            ],
            "teamwork": [
                {
                    "wording": "Tour d’atelier fait ensemble",
                    "kind": "yes_no",
                    "target": None,
                    "frequency": "month",
                    "counted_by": "Daniel Roy",
                }
            ],
            "compliance": [
                {
                    "wording": "Audits de sécurité passés sans réserve",
                    "target": 1,
                    "counted_by": "Les deux parties",
                }
            ],
        },
        actions=[
            {
                "wording": "Installer un numéro unique pour l’atelier",
                "factor": "responsiveness",
                "owner": "Daniel Roy",
                "due_on": held_on + datetime.timedelta(days=45),
            }
        ],
    )


# The meetings held by each account, in order; each is told by its day.
MEETINGS = {
    demo_year.LAKESHORE: demo_year.YEAR,
    "Ateliers Montferrand": (montferrand,),
    "Halden Mutual": (halden,),
    "Port de Kermaël": (kermael,),
}

# What is noted of the KPIs that are counted now: wording, side, value, note.
NOTED = {
    demo_year.LAKESHORE: (
        (demo_year.ACCEPTED, "provider", 96, "Seven releases so far."),
        (demo_year.DEFECTS, "provider", 7, ""),
        (demo_year.QUESTIONS, "client", 88, "From the mailbox, first two months."),
        (demo_year.RISKS, "provider", 5, ""),
        (demo_year.ON_DATE, "client", 92, "The second environment is open."),
    ),
}
