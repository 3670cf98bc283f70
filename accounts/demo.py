"""The demo's sign-ins: known to everybody, so they exist in demo mode only."""

DEMO_USERS = ("manager@demo.test", "manager2@demo.test", "director@demo.test")
DEMO_PASSWORD = "value-review-demo"  # noqa: S105 - public by design, refused outside DEBUG
