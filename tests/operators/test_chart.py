"""The Helm chart: rendered and linted by Helm's own engine, and what it renders held to Kubernetes' own schemas.

Run with: tools/test.sh operators
"""

import json
import pathlib
import re
import tempfile
import unittest

import helm_python
import kubernetes_validate
import yaml

ROOT = pathlib.Path(__file__).parents[2]
FOLDER = ROOT / "deploy/helm/saywell"
SEVERAL = {"existingSecret": "saywell"}
EVERYTHING = SEVERAL | {
    "autoscaling": {"enabled": True, "targetCPU": 70},
    "dashboards": {"enabled": True, "annotations": {"grafana_folder": "Speech"}},
    "serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
    "image": {"repository": "images.example/saywell", "tag": "1"},
    "imagePullSecrets": [{"name": "images"}],
    "service": {"type": "LoadBalancer", "annotations": {"a": "b"}},
    "podAnnotations": {"a": "b"},
    "nodeSelector": {"kubernetes.io/arch": "amd64"},
    "tolerations": [{"key": "speech", "operator": "Exists"}],
    "affinity": {"nodeAffinity": {}},
}
# The oldest and the newest Kubernetes that are tried: the first has all that the chart names (autoscaling/v2, policy/v1).
KUBERNETES = ["1.25", kubernetes_validate.latest_version()]


class Chart(unittest.TestCase):
    def rendered(self, values):
        """What the chart makes of these values, by kind."""
        made = helm_python.Chart.load(FOLDER).render(values)
        documents = [yaml.safe_load(text) for name, text in made.items() if name.endswith(".yaml")]
        return {document["kind"]: document for document in documents if document}

    def test_it_has_no_faults(self):
        report = helm_python.lint(FOLDER, SEVERAL)
        faults = [message for message in report["messages"] if "icon" not in json.dumps(message)]
        self.assertEqual(report["total_charts_linted"], 1)
        self.assertEqual(faults, [])

    def test_kubernetes_takes_what_it_renders(self):
        for values in ({"replicas": 1}, SEVERAL, EVERYTHING):
            for kind, document in self.rendered(values).items():
                # Of the operator's own kinds Kubernetes has no schema.
                for version in KUBERNETES if kind != "ServiceMonitor" else []:
                    with self.subTest(kind=kind, version=version):
                        kubernetes_validate.validate(document, version, strict=True)

    def test_what_kubernetes_does_not_take_would_be_found(self):
        deployment = self.rendered(SEVERAL)["Deployment"]
        deployment["spec"]["template"]["spec"]["containers"][0]["readinessProbes"] = {}
        with self.assertRaises(kubernetes_validate.ValidationError):
            kubernetes_validate.validate(deployment, KUBERNETES[-1], strict=True)

    def test_values_that_mean_nothing_are_refused(self):
        for values, said in (
            ({"replica": 3}, "replica"),
            ({"settings": {"tts_auth": "key"}}, "tts_auth"),
            ({"autoscaling": {"enabled": True, "queueSeconds": 0}}, "queueSeconds"),
        ):
            with self.assertRaisesRegex(helm_python.HelmError, said):
                self.rendered(SEVERAL | values)

    def test_every_value_is_one_that_the_schema_knows(self):
        def names(values, of):
            for name, value in values.items():
                self.assertIn(name, of["properties"])
                if "properties" in of["properties"][name]:
                    names(value, of["properties"][name])

        names(yaml.safe_load((FOLDER / "values.yaml").read_text()), json.loads((FOLDER / "values.schema.json").read_text()))

    def test_several_gateways_need_what_they_share(self):
        with self.assertRaisesRegex(helm_python.HelmError, "existingSecret"):
            self.rendered({})
        alone = self.rendered({"replicas": 1})
        self.assertEqual(set(alone), {"Deployment", "Service"})

    def test_all_of_it_belongs_together(self):
        made = self.rendered(EVERYTHING)
        kinds = {"ConfigMap", "Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget", "ServiceMonitor"}
        self.assertEqual(set(made), kinds)
        deployment, scaler = made["Deployment"], made["HorizontalPodAutoscaler"]
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        selectors = [deployment["spec"]["selector"]["matchLabels"], made["Service"]["spec"]["selector"]]
        selectors += [made[kind]["spec"]["selector"]["matchLabels"] for kind in ["PodDisruptionBudget", "ServiceMonitor"]]
        for selector in selectors:
            self.assertLessEqual(selector.items(), labels.items())
        self.assertLessEqual(selectors[0].items(), made["Service"]["metadata"]["labels"].items(), "it is scraped")
        self.assertEqual(scaler["spec"]["scaleTargetRef"]["name"], deployment["metadata"]["name"])
        self.assertNotIn("replicas", deployment["spec"], "or each upgrade would undo what the scaler did")
        queue, processor = scaler["spec"]["metrics"]
        self.assertEqual(queue["pods"]["metric"]["name"], "saywell_queue_seconds")
        self.assertEqual(processor["resource"]["target"]["averageUtilization"], 70)

    def test_gateways_are_asked_where_they_answer_and_told_what_they_know(self):
        pod = self.rendered(SEVERAL)["Deployment"]["spec"]["template"]["spec"]
        (gateway,) = pod["containers"]
        self.assertEqual(gateway["readinessProbe"]["httpGet"], {"path": "/readyz", "port": "http"})
        self.assertEqual(gateway["livenessProbe"]["httpGet"], {"path": "/healthz", "port": "http"})
        self.assertEqual(gateway["envFrom"], [{"secretRef": {"name": "saywell"}}])
        settings = {variable["name"] for variable in gateway["env"]}
        known = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", (ROOT / "docs/CONFIG.md").read_text()))
        self.assertEqual(settings - known, set(), "every setting is one of the gateway's")
        image = (ROOT / "Dockerfile").read_text()
        self.assertIn(f"USER {pod['securityContext']['runAsUser']}\n", image)
        self.assertIn(f"EXPOSE {gateway['ports'][0]['containerPort']}\n", image)

    def test_the_dashboard_is_the_one_of_the_tree(self):
        made = self.rendered(SEVERAL | {"dashboards": {"enabled": True}})["ConfigMap"]
        dashboard = (ROOT / "deploy/grafana/dashboards/saywell.json").read_text()
        self.assertEqual(made["data"]["saywell.json"], dashboard.rstrip("\n"))
        self.assertEqual(made["metadata"]["labels"]["grafana_dashboard"], "1")
        # It goes along into a package.
        with tempfile.TemporaryDirectory() as folder:
            packed = helm_python.Chart.load(helm_python.package(FOLDER, destination=folder))
            made = packed.render(SEVERAL | {"dashboards": {"enabled": True}})
        self.assertIn(json.dumps(json.loads(dashboard)["title"]), made["saywell/templates/dashboards.yaml"])
        # It and the alerts ask for the job `saywell`, whatever the release is called.
        monitor = self.rendered(EVERYTHING)["ServiceMonitor"]["spec"]
        self.assertEqual(self.rendered(EVERYTHING)["Service"]["metadata"]["labels"][monitor["jobLabel"]], "saywell")
        self.assertIn('job=\\"saywell\\"', dashboard)

    def test_a_stop_has_the_time_that_it_takes(self):
        def patience(**values):
            return self.rendered(SEVERAL | values)["Deployment"]["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]

        self.assertEqual(patience(), 70)
        self.assertEqual(patience(settings={"TTS_STOP_DELAY_SECONDS": 0, "TTS_STOP_TIMEOUT_SECONDS": "120.5"}), 156)
        self.assertEqual(patience(terminationGracePeriodSeconds=300), 300)
        with self.assertRaisesRegex(helm_python.HelmError, "up to 35 seconds"):
            patience(terminationGracePeriodSeconds=30)
        # The gateway's own defaults, of which the chart knows.
        for name, default in (("TTS_STOP_DELAY_SECONDS", 5), ("TTS_STOP_TIMEOUT_SECONDS", 30)):
            self.assertRegex((ROOT / "docs/CONFIG.md").read_text(), rf"`{name}` \| `[a-z_.]+` \| `{default}` ")

    def test_settings_reach_the_gateway_as_they_are_written(self):
        settings = {"TTS_CACHE_TTL_SECONDS": 2_592_000, "TTS_QUEUE_SECONDS": 2.5, "TTS_LOG_JSON": False, "TTS_MAX_CHARS": "20000"}
        (gateway,) = self.rendered(SEVERAL | {"settings": settings})["Deployment"]["spec"]["template"]["spec"]["containers"]
        values = {variable["name"]: variable.get("value") for variable in gateway["env"]}
        told = {"TTS_CACHE_TTL_SECONDS": "2592000", "TTS_QUEUE_SECONDS": "2.5", "TTS_LOG_JSON": "false", "TTS_MAX_CHARS": "20000"}
        self.assertLessEqual(told.items(), values.items())

    def test_its_version_is_the_gateways(self):
        chart = yaml.safe_load((FOLDER / "Chart.yaml").read_text())
        version = re.search(r'^version = "(.+)"', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)[1]
        self.assertEqual(chart["appVersion"], version)
