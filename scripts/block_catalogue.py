#!/usr/bin/env python3
"""Writes the data files of the system's block types and of the collections' workers.

    python scripts/block_catalogue.py http://127.0.0.1:4200/api

The address is that of a real Prefect server that has just been started on an empty database. The
files hold facts that the server shows to everybody: names, addresses of pictures and pages,
descriptions, fields and checksums.
"""

import gzip
import json
import pathlib
import sys
import urllib.request

INTERNAL = pathlib.Path(__file__).parent.parent / "internal"
SHOWN = ["name", "slug", "logo_url", "documentation_url", "description", "code_example", "is_protected"]


def ask(address: str, body: dict | None = None):
    request = urllib.request.Request(
        address,
        data=None if body is None else json.dumps(body).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def write(name: str, value) -> None:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    path = INTERNAL / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.compress(text, 9, mtime=0))
    print(f"{path}: {len(text)} bytes, {path.stat().st_size} compressed")


def stored(schema: dict) -> dict:
    """A schema as it is stored: references apart, definitions of other blocks left out."""
    fields = schema["fields"]
    references = []
    for field, entries in fields.pop("block_schema_references").items():
        for entry in entries if isinstance(entries, list) else [entries]:
            references.append([field, entry["block_schema_checksum"]])
    plain = {k: v for k, v in fields.pop("definitions", {}).items() if v.get("block_type_slug") is None}
    if plain:
        fields["definitions"] = plain
    return {
        "type": schema["block_type"]["slug"],
        "checksum": schema["checksum"],
        "version": schema["version"],
        "capabilities": sorted(schema["capabilities"]),
        "fields": fields,
        "references": references,
    }


def main(api: str) -> None:
    types = sorted(ask(f"{api}/block_types/filter", {}), key=lambda t: t["created"])
    schemas = sorted(ask(f"{api}/block_schemas/filter", {}), key=lambda s: s["created"])
    write(
        "blocks/catalogue.json.gz",
        {"types": [{k: t[k] for k in SHOWN} for t in types], "schemas": [stored(s) for s in schemas]},
    )
    write("collections/worker-metadata.json.gz", ask(f"{api}/collections/views/aggregate-worker-metadata"))


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
