"""Whether the web process of this container answers: the exit code says so (OPS-7). Of the standard library alone."""

from __future__ import annotations

import http.client
import os
import sys
from urllib.parse import urlsplit

PORT = 8000
SECONDS = 2


def host() -> str:
    """Return a name that the service answers to (ACC-17.4)."""
    allowed = os.environ.get("ALLOWED_HOSTS", "").partition(",")[0].strip()
    return allowed or urlsplit(os.environ.get("BASE_URL", "")).hostname or "127.0.0.1"


def answers(port: int) -> bool:
    """Tell whether the process says that it runs; the database and everything else outside is not asked."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", "/health/live", headers={"Host": host()})
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if answers(int(sys.argv[1]) if len(sys.argv) > 1 else PORT) else 1)
