"""Whether the site in this container answers: exit status 0 or 1, for HEALTHCHECK. Standard library only, so that it is cheap."""

import http.client
import os
import sys
from urllib.parse import urlsplit

# The site answers under its own name alone.
host = urlsplit(os.environ.get("DELIBERATION_BASE_URL", "")).hostname or "localhost"
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]) if sys.argv[1:] else 8000, timeout=4)
try:
    connection.request("GET", "/healthz", headers={"Host": host})
    sys.exit(connection.getresponse().status != 200)
except OSError:
    sys.exit(1)
