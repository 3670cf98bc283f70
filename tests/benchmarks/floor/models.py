"""A client with its people, meetings and tasks: four plain tables."""

from django.db import models


class Client(models.Model):
    """Whom the page is about."""

    name = models.CharField(max_length=120)
    city = models.CharField(max_length=120)
    since = models.DateField()

    def __str__(self) -> str:
        return self.name


class Person(models.Model):
    """Somebody who works there."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="people")
    name = models.CharField(max_length=120)
    title = models.CharField(max_length=120)
    email = models.EmailField()

    def __str__(self) -> str:
        return self.name


class Meeting(models.Model):
    """A day on which both sides met."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="meetings")
    led_by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    held_on = models.DateField()
    place = models.CharField(max_length=120)
    notes = models.TextField()

    def __str__(self) -> str:
        return self.place


class Task(models.Model):
    """Something to be done for the client."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="tasks")
    owner = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    wording = models.CharField(max_length=200)
    due_on = models.DateField()
    is_done = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.wording
