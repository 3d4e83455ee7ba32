"""Keyrings for tests: one in memory, one in a file for programs that are started, bad ones."""

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked


class Memory(KeyringBackend):
    priority = 1
    name = "memory"

    def __init__(self):
        self.held = {}
        self.writes = []

    def get_password(self, service, username):
        return self.held.get((service, username))

    def set_password(self, service, username, password):
        self.writes.append(password)
        self.held[service, username] = password

    def delete_password(self, service, username):
        del self.held[service, username]


class Forgetful(Memory):
    def set_password(self, service, username, password):
        pass


class Locked(Memory):
    def get_password(self, service, username):
        raise KeyringLocked(f"the secret was hunter2 for {service}")

    set_password = get_password


class InFile(Memory):
    """For programs that tests start: PYTHON_KEYRING_BACKEND=tests.net.rings.InFile."""

    name = "in a file"

    def __init__(self):
        self.path = Path(os.environ["TEST_KEYRING"])

    def _all(self):
        return json.loads(self.path.read_text()) if self.path.exists() else {}

    def get_password(self, service, username):
        return self._all().get(username)

    def set_password(self, service, username, password):
        self.path.write_text(json.dumps(self._all() | {username: password}))

    def delete_password(self, service, username):
        held = self._all()
        del held[username]
        self.path.write_text(json.dumps(held))
