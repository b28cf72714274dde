"""Settings and version of the server."""

from __future__ import annotations

from harness import scenario

# What depends on the machine and on how each server was started, not on the contract.
_LOCAL = [
    "home",
    "profiles_path",
    "api.ssl_cert_file",
    "logging.config_path",
    "results.local_storage_path",
    "server.memo_store_path",
    "server.ephemeral.enabled",
    "server.api.port",
    "server.ui.api_url",
]


@scenario(changed=True)
def admin_settings(s):
    s.get("/admin/settings", ignore=_LOCAL, was=["deployments.clear_schedules_on_empty"])
    s.post("/admin/settings")


@scenario(changed=True)
def admin_version(s):
    s.get("/admin/version", was=True)
    s.delete("/admin/version")


@scenario(
    settings={
        "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_SERVER_CSRF_TOKEN_EXPIRATION": "PT90S",
        "PREFECT_API_DEFAULT_LIMIT": "7",
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "P1DT2H3M4S",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": '["events", "flow_runs"]',
        "PREFECT_SERVER_DATABASE_PASSWORD": "hidden",
        "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
        "PREFECT_API_KEY": "hidden",
        "PREFECT_CLIENT_CUSTOM_HEADERS": '{"a": "b"}',
        "PREFECT_DEPLOYMENTS_CLEAR_SCHEDULES_ON_EMPTY": "true",
    }
)
def admin_settings_that_were_set(s):
    s.get("/admin/settings", ignore=_LOCAL, unordered=["server.services.db_vacuum.enabled"])
