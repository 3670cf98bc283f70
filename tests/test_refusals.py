"""What a refused request is told: the reason where it is for people, and nothing of ours else."""

from django.urls import reverse

INCOMPLETE = "What arrived was incomplete or damaged. Nothing was saved."


def test_a_refusal_says_its_reason(as_manager):
    response = as_manager.post(reverse("set-language"), {"language": "de"})
    assert response.status_code == 400
    assert "This language isn’t spoken here." in response.text
    assert INCOMPLETE not in response.text


def test_a_refusal_for_safety_keeps_its_reason_to_the_logs(as_manager):
    response = as_manager.get(reverse("home"), headers={"host": "evil.example"})
    assert response.status_code == 400
    assert INCOMPLETE in response.text
    assert "evil.example" not in response.text
