"""The Helm chart, rendered and linted by Helm's own engine. It needs the package `helm-python-sdk` (75 MB), which `make test` does
not install: `pip install helm-python-sdk PyYAML`, then `tools/test.sh operators`."""

import json
import pathlib
import re
import unittest

try:
    import helm_python
    import yaml
except ImportError:
    helm_python = None

ROOT = pathlib.Path(__file__).parents[2]
FOLDER = ROOT / "deploy/helm/saywell"
SEVERAL = {"existingSecret": "saywell"}


@unittest.skipUnless(helm_python, "needs helm-python-sdk, which `make test` does not install")
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

    def test_several_gateways_need_what_they_share(self):
        with self.assertRaisesRegex(helm_python.HelmError, "existingSecret"):
            self.rendered({})
        alone = self.rendered({"replicas": 1})
        self.assertEqual(set(alone), {"Deployment", "Service"})

    def test_all_of_it_belongs_together(self):
        values = SEVERAL | {
            "autoscaling": {"enabled": True, "targetCPU": 70},
            "serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
        }
        made = self.rendered(values)
        kinds = {"Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget", "ServiceMonitor"}
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

    def test_its_version_is_the_gateways(self):
        chart = yaml.safe_load((FOLDER / "Chart.yaml").read_text())
        version = re.search(r'^version = "(.+)"', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)[1]
        self.assertEqual(chart["appVersion"], version)
