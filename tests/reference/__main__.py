"""``python -m tests.reference`` prints docs/api.md."""

from tests.reference.document import document

print(document(), end="")
