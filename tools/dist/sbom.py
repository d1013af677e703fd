"""What is linked into the binary, as a CycloneDX 1.5 document on standard output, from what Cargo itself says.

    python3 sbom.py ROOT
"""

import datetime
import json
import os
import subprocess
import sys
import tomllib
import uuid

root = sys.argv[1]
told = subprocess.run(
    ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", "x86_64-unknown-linux-gnu"],
    cwd=root,
    check=True,
    stdout=subprocess.PIPE,
    text=True,
)
metadata = json.loads(told.stdout)
packages = {package["id"]: package for package in metadata["packages"]}
needs = {
    node["id"]: [
        dependency["pkg"]
        for dependency in node["deps"]
        # What is only there to build, or to test, is not in the binary.
        if any(kind["kind"] is None for kind in dependency["dep_kinds"])
    ]
    for node in metadata["resolve"]["nodes"]
}
with open(os.path.join(root, "Cargo.lock"), "rb") as file:
    locked = {(package["name"], package["version"]): package for package in tomllib.load(file)["package"]}


def linked(start):
    found, left = set(), [start]
    while left:
        package = left.pop()
        if package not in found:
            found.add(package)
            # A macro runs in the compiler, and so does all that it needs.
            macro = any("proc-macro" in target["kind"] for target in packages[package]["targets"])
            left.extend([] if macro else needs[package])
    return found


def reference(package):
    return f"pkg:cargo/{package['name']}@{package['version']}"


def component(package):
    described = {
        "type": "library",
        "bom-ref": reference(package),
        "name": package["name"],
        "version": package["version"],
        "purl": reference(package),
    }
    if package["license"]:
        # Older crates write a slash where the standard has OR.
        described["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
    checksum = locked[package["name"], package["version"]].get("checksum")
    if checksum:
        described["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    return described


main = next(package for package in packages.values() if package["name"] == "saywell" and package["source"] is None)
inside = linked(main["id"])
others = sorted((packages[id] for id in inside - {main["id"]}), key=lambda package: (package["name"], package["version"]))
components = [component(package) for package in others]
when = datetime.datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), datetime.timezone.utc)
document = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.5",
    "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(components, sort_keys=True))}",
    "version": 1,
    "metadata": {
        "timestamp": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "component": {**component(main), "type": "application"},
    },
    "components": components,
    "dependencies": [
        {
            "ref": reference(packages[id]),
            "dependsOn": sorted({reference(packages[other]) for other in needs[id] if other in inside}),
        }
        for id in sorted(inside)
    ],
}
json.dump(document, sys.stdout, indent=1, sort_keys=True)
print()
