"""The server's default result storage."""

from __future__ import annotations

from harness import scenario

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@scenario
def admin_storage_unset(s):
    s.get("/admin/storage")
    s.delete("/admin/storage")
    s.put("/admin/storage", json={"default_result_storage_block_id": UNKNOWN})
    s.put("/admin/storage", json={"default_result_storage_block_id": "x"})
    s.put("/admin/storage", json={"default_result_storage_block_id": None})
    s.put("/admin/storage", json={})
    s.put("/admin/storage", json={"unknown": 1})
    s.put("/admin/storage")
