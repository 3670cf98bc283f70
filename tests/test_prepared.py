"""A prepared question answers as its queryset does, whatever it is asked with."""

import datetime
from concurrent.futures import ThreadPoolExecutor
from zoneinfo import ZoneInfo

import pytest
from django.db import connections
from django.db.models import Count, QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account, Contact, User
from reviews.models import Review
from reviews.progress import read_record
from tests import cast
from valuereview.prepared import Prepared, prepared, read_lists


@pytest.fixture
def claire(db) -> User:
    return cast.user("claire@northlight.example", "Claire Osborne")


@pytest.fixture
def accounts(claire) -> list[Account]:
    return [cast.account_with_people(claire, name=name) for name in ("Halden Mutual", "Kerma")]


def named(account: int, name: str) -> QuerySet[Contact]:
    return Contact.objects.filter(account=account, name=name)


def test_it_answers_for_each_value_as_its_queryset_does(accounts):
    question = Prepared(named)
    for account in accounts:
        for name in (*cast.CLIENT_PEOPLE, "Nobody", "%s", "'"):
            asked = {"account": account.pk, "name": name}
            assert question(**asked) == list(named(**asked))


def test_its_records_are_whole(accounts, claire, django_assert_num_queries):
    review = cast.following(cast.closed(cast.planned(accounts[0], claire), claire))

    def with_people(pk: int) -> QuerySet[Review]:
        people = Count("account__contacts")
        return Review.objects.with_account().annotate(people=people).filter(pk=pk)

    found, expected = Prepared(with_people).first(pk=review.pk), with_people(review.pk).get()
    assert vars(found).keys() == vars(expected).keys()
    assert found.people == expected.people > 0
    for field in Review._meta.concrete_fields:
        assert getattr(found, field.attname) == getattr(expected, field.attname)
    with django_assert_num_queries(0):
        assert found.account.name == "Halden Mutual"
        assert found.follows.number == 1
        assert found.closes.starts_on == expected.closes.starts_on
    assert not found._state.adding


def test_a_day_is_asked_for_as_a_day(accounts, claire):
    planned = cast.planned(accounts[0], claire)
    question = Prepared(lambda day: Review.objects.filter(planned_on=day))
    assert question(day=planned.planned_on) == [planned]
    assert question(day=planned.planned_on + datetime.timedelta(days=1)) == []


def test_it_is_put_into_sql_once_in_a_thread(accounts):
    called = []

    @prepared
    def of_account(account: int) -> QuerySet[Contact]:
        called.append(account)
        return Contact.objects.filter(account=account)

    found = [of_account(account=account.pk) for account in accounts]
    assert found == [list(account.contacts.all()) for account in accounts]
    assert len(called) == 1


@pytest.mark.django_db(transaction=True)
def test_another_thread_asks_by_its_own_connection(accounts):
    question = Prepared(lambda pk: Account.objects.filter(pk=pk))
    here = question(pk=accounts[0].pk)

    def there() -> tuple[list[Account], bool]:
        asked = CaptureQueriesContext(connections["default"])
        try:
            with asked:
                return question(pk=accounts[0].pk), len(asked) == 1
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(there).result() == (here, True)
    assert here == [accounts[0]]


def test_each_shape_is_a_question_of_its_own(accounts):
    @prepared
    def in_order(order: str, *, account: int) -> QuerySet[Contact]:
        return Contact.objects.filter(account=account).order_by(order)

    for order in ("name", "-name", "name"):
        expected = accounts[0].contacts.order_by(order)
        assert in_order(order, account=accounts[0].pk) == list(expected)


def test_plain_rows_are_those_of_its_queryset(accounts):
    def counted(account: int) -> QuerySet[Account]:
        rows = Account.objects.annotate(people=Count("contacts")).filter(pk=account)
        return rows.values("name", "people", "pk", "lead__name")

    def both(first: int, second: int) -> QuerySet[Account]:
        one, other = (Account.objects.order_by().filter(pk=pk) for pk in (first, second))
        return one.values_list("pk", "name").union(other.values_list("pk", "name"), all=True)

    pks = [account.pk for account in accounts]
    assert Prepared(counted)(account=pks[1]) == list(counted(pks[1])) != []
    asked = {"first": pks[0], "second": pks[1]}
    assert (
        sorted(Prepared(both)(**asked))
        == sorted(both(**asked))
        == list(zip(pks, ("Halden Mutual", "Kerma"), strict=True))
    )


def test_a_moment_is_asked_for_as_a_moment(claire):
    moment = timezone.now()
    User.objects.filter(pk=claire.pk).update(last_login=moment)
    question = Prepared(lambda at: User.objects.filter(last_login=at))
    assert question(at=moment) == [claire]
    assert question(at=moment.astimezone(ZoneInfo("America/Toronto"))) == [claire]
    assert question(at=moment + datetime.timedelta(seconds=1)) == []


def test_a_number_that_no_database_holds_finds_nothing(accounts):
    question = Prepared(lambda pk: Account.objects.filter(pk=pk))
    assert question(pk=10**30) == []
    assert question.first(pk=10**30) is None
    assert question(pk=accounts[0].pk) == [accounts[0]]


@pytest.mark.parametrize("value", [None, True, 1.5, [1]])
def test_what_would_change_the_question_is_refused(db, value):
    with pytest.raises(TypeError, match="isn't prepared for"):
        Prepared(lambda pk: Account.objects.filter(pk=pk))(pk=value)


def test_a_value_that_is_not_asked_for_is_refused(db):
    with pytest.raises(ValueError, match="doesn't ask for"):
        Prepared(lambda pk, name: Account.objects.filter(pk=pk))(pk=1, name="Halden")


def test_lists_are_read_once_each(accounts, django_assert_num_queries):
    expected = [list(account.contacts.all()) for account in accounts]
    assert expected[0]
    with django_assert_num_queries(2):
        read_lists(accounts, "contacts", "reviews")
        read_lists(accounts[:1], "contacts")
        assert [list(account.contacts.all()) for account in accounts] == expected
        assert [len(account.reviews.all()) for account in accounts] == [0, 0]
        assert accounts[1].contacts.all()[0].account is accounts[1]


def test_a_list_that_was_read_can_be_asked_for_more(accounts):
    read_lists(accounts, "contacts")
    found = accounts[0].contacts.filter(name="Ruth Adeyemi")
    assert [person.account_id for person in found] == [accounts[0].pk]


def test_a_record_that_is_gone_says_so(db):
    with pytest.raises(Review.DoesNotExist):
        read_record(4711)
