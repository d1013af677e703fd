"""What operators look at: every query of the Grafana dashboard, put to a real Prometheus that a real gateway has been feeding."""

import json
import math
import os
import re
import tempfile
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

from support.gateway import Gateway
from support.program import Program
from support.stub import Stub

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
DASHBOARD = os.path.join(ROOT, "deploy/grafana/dashboards/saywell.json")
# What nothing happens to within this test; that these metrics exist is looked up in the sources (tests/alerts.rs).
QUIET = {"saywell_connections_closed_total", "saywell_queue_refused_total", "saywell_unpriced_calls_total"}
FED_WITHIN = 30  # seconds


def post(url, body):
    request = urllib.request.Request(url, json.dumps(body).encode(), {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


class Prometheus(Program):
    """Asks the gateway at this address ten times a second."""

    def __init__(self, gateway):
        self.gateway = gateway

    def command(self, folder):
        with open(os.path.join(ROOT, "deploy/prometheus.yml")) as file:
            shipped = file.read()
        # As shipped, but for the address, the key, which nobody asks for here, and the time between two looks.
        own = shipped.replace("saywell:8787", self.gateway.removeprefix("http://")).replace("15s", "100ms")
        own = re.sub(r"    # An API key.*\n.*\n.*\n", "", own)
        own = own.replace("alerts.yml", os.path.join(ROOT, "docs/alerts.yml"))
        path = os.path.join(folder, "prometheus.yml")
        with open(path, "w") as file:
            file.write(own)
        arguments = ["--web.listen-address=127.0.0.1:0", f"--storage.tsdb.path={folder}/data", "--log.level=info"]
        return ["prometheus", f"--config.file={path}", *arguments], {"PATH": os.environ["PATH"]}

    def _read(self, listening):
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            address = re.search(r"address=(?:127\.0\.0\.1|\[::1?\]):([1-9]\d*)", line)
            if address and self.url is None and "Listening on" in line:
                self.url = f"http://127.0.0.1:{address[1]}"
            if "Server is ready" in line:
                listening.set()
        listening.set()

    def ask(self, query):
        """The series that it answers with. A query that is wrong is an error of its own."""
        filled = query.replace("$instance", ".*").replace("$__rate_interval", "5s")
        with urllib.request.urlopen(f"{self.url}/api/v1/query?" + urllib.parse.urlencode({"query": filled})) as answer:
            return json.load(answer)["data"]["result"]


def queries():
    with open(DASHBOARD) as file:
        panels = json.load(file)["panels"]
    return [(panel["title"], target["expr"]) for panel in panels for target in panel.get("targets", [])]


class Dashboard(unittest.TestCase):
    def test_every_query_has_something_to_show(self):
        with (
            tempfile.TemporaryDirectory() as folder,
            Stub("openai") as well,
            Stub("openai", fault="html-error") as broken,
        ):
            config = os.path.join(folder, "saywell.toml")
            with open(config, "w") as file:
                for name, stub in (("well", well), ("broken", broken)):
                    file.write(f'[providers.{name}]\nkind = "openai"\napi_key = "sk"\nbase_url = "{stub.url}/v1"\n')
            settings = {"TTS_PROVIDER": "broken", "TTS_FALLBACK": "well,local", "SAYWELL_CONFIG": config}
            with Gateway(**settings) as gateway, Prometheus(gateway.url) as prometheus:
                left = dict.fromkeys(queries())
                self.assertGreater(len(left), 30)
                until = time.monotonic() + FED_WITHIN
                count = 0
                while left and time.monotonic() < until:
                    self.be_listened_to(gateway.url, count)
                    count += 1
                    left = {query: shown for query in left if not self.shows(shown := prometheus.ask(query[1]), query[1])}
                self.assertEqual(left, {}, "panels without anything to show")

    def be_listened_to(self, url, count):
        """What happens to a gateway all day: new replies, known ones, a provider that fails, a request that is wrong."""
        for body in (
            {"text": f"Somebody asks for number {count}."},
            {"text": f"Number {count} is said inside.", "provider": "local"},
            {"text": "This is known by now.", "provider": "local"},
            {"text": f"This sentence is known by now. Number {count} is not known at all.", "provider": "local"},
        ):
            self.assertEqual(post(f"{url}/tts", body)[0], 200)
        self.assertEqual(post(f"{url}/tts", {"words": "none"})[0], 400)

    def shows(self, result, query):
        if any(metric in query for metric in QUIET):
            return True
        return bool(result) and all(math.isfinite(float(series["value"][1])) for series in result)


if __name__ == "__main__":
    unittest.main()
