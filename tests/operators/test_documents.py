"""What documents say of the tree, where a mistake has been made once.

Run with: tools/test.sh operators
"""

import glob
import json
import os
import re
import subprocess
import unittest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))


def read(*path):
    with open(os.path.join(ROOT, *path)) as file:
        return file.read()


class Documents(unittest.TestCase):
    def test_no_snapshot_waits_for_a_judgement(self):
        self.assertEqual(glob.glob(os.path.join(ROOT, "crates/**/.*.pending-snap"), recursive=True), [])
        self.assertEqual(subprocess.run(["git", "check-ignore", "--quiet", "--no-index", "crates/x/.y.rs.pending-snap"], cwd=ROOT).returncode, 0)

    def test_the_map_names_files_that_are_there(self):
        crates = glob.glob(os.path.join(ROOT, "crates/*/"))
        roots = [*(os.path.join(crate, "src") for crate in crates), *crates, *glob.glob(os.path.join(ROOT, "crates/saywell-providers/src/providers"))]
        named = set(re.findall(r"`([a-z_/]+\.rs)`", read("docs/ARCHITECTURE.md")))
        self.assertGreater(len(named), 40)
        # A name alone stands for a file of the folder that the sentence is about.
        below = lambda name: glob.glob(os.path.join(ROOT, "crates/*/src/**", name), recursive=True) if "/" not in name else []
        missing = [name for name in named if not below(name) and not any(os.path.exists(os.path.join(root, name)) for root in roots)]
        self.assertEqual(missing, [])

    def test_every_section_of_the_tests_is_told_of_and_run_elsewhere_as_well(self):
        sections = re.findall(r"^(?:form|test)_sections=\((.*)\)$", read("tools", "test.sh"), re.MULTILINE)
        sections = " ".join(sections).split()
        self.assertGreater(len(sections), 20)
        told = {name for row in read("CONTRIBUTING.md").splitlines() if row.startswith("| `") for name in re.findall(r"`([a-z-]+)`", row.split("|")[1])}
        self.assertEqual(set(sections) - told, set())
        run = " ".join(re.findall(r'sections: "(.*)"', read(".github/workflows/ci.yml"))).split()
        by_lint = re.findall(r"^form_sections=\((.*)\)$", read("tools", "test.sh"), re.MULTILINE)[0].split()
        self.assertEqual(set(sections) - set(run) - set(by_lint), set())

    def test_where_faults_are_reported_is_where_the_manifests_say_this_is(self):
        named = re.findall(r'^repository *=', read("Cargo.toml"), re.MULTILINE)
        self.assertEqual(bool(named), "There is no address for that yet" not in read("SECURITY.md"))

    def test_the_benchmarks_are_told_as_the_program_tells_them(self):
        program = re.search(r'"`POST \{PATH\}` for pcm.*?\\n\\n\\', read("xtask/src/bench/beside.rs"), re.DOTALL)[0]
        told = re.sub(r"\\\n\s*", "", program)
        told = told[told.index("Each has p50") : told.index("\\n\\n")]
        self.assertIn(told, read("docs/BENCHMARKS.md"))

    def test_the_readme_names_the_targets_that_are_missed_and_no_others(self):
        rows = [line for line in read("docs/BENCHMARKS.md").split("# On other processors")[0].splitlines() if line.startswith("|")]
        said = " ".join(read("README.md").split("## Not yet")[1].split())
        missed = {row for row in rows if row.endswith("**missed** |")}
        for of, words in {
            "what the gateway adds to a provider's own time": "what the gateway adds to a provider's time",
            "against nginx serving the same bytes": "cached sound beside nginx",
            "a second, opus": "replies a second in Opus",
            "1000 new replies": "when 1,000 ask at once",
            "Redis traffic": "costs in Redis",
        }.items():
            of_these = {row for row in missed if of in row}
            self.assertEqual(bool(of_these), words in said, of)
            missed -= of_these
        self.assertEqual(missed, set(), "not named")
        for figure in (r".*refused within (\d+ ms)", r"(\d\.\d\d) × "):
            # As the table has them.
            for row in rows:
                if row.endswith("**missed** |") and ("1000 new" in row or "Redis traffic" in row) and (match := re.match(".*?" + figure, row)):
                    self.assertIn(match[1], said)

    def test_clients_are_named_with_the_versions_that_are_pinned(self):
        lists = [read(path) for path in [*glob.glob("tools/python/clients/*.txt", root_dir=ROOT), "tools/python/litellm.txt", "tools/python/requirements.txt"]]
        pinned = {found for text in lists for found in re.findall(r"^([a-z0-9.-]+)==(\S+)", text, re.MULTILINE)}
        for lock in ("tests/sdk/package-lock.json", "tests/clients/package-lock.json"):
            pinned |= {(path.removeprefix("node_modules/"), package["version"]) for path, package in json.loads(read(lock))["packages"].items() if path}
        names = {name for name, _ in pinned}
        told = re.findall(r"`?(@?[\w./-]+)`? (\d+\.\d+\.\d+)\b", read("docs/CLIENTS.md"))
        told = [(name.lower(), version) for name, version in told if name.lower() in names]
        self.assertGreater(len(told), 12, told)
        for name, version in told:
            self.assertIn((name, version), pinned)

    def test_every_target_of_make_that_is_named_is_there(self):
        targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
        for document in ["README.md", "CONTRIBUTING.md", *glob.glob("docs/*.md", root_dir=ROOT)]:
            # What an environment for `make` looks like is no target.
            named = set(re.findall(r"`(?:[A-Z_]+=\S+ )*make ([a-z][a-z-]*)", read(document)))
            self.assertLessEqual(named, targets, document)


if __name__ == "__main__":
    unittest.main()
