"""The demo's cast and meetings: believable, fictional, in both languages.

Dates are told from `today`, so that the demo never grows old.
"""

import datetime
from dataclasses import dataclass

from reviews.meetings import Meeting


@dataclass(frozen=True)
class Person:
    """Somebody of either side, as the account's contacts know them."""

    name: str
    title: str
    email: str


@dataclass(frozen=True)
class DemoAccount:
    """An account of the demo with its people; `state` says how far its first review is."""

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
    state: str
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
        state="never",
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
        state="planned",
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
        state="in_progress",
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
        state="closed",
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
        state="planned",
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


MEETINGS = {"Halden Mutual": halden, "Port de Kermaël": kermael}
