"""Write what the real notification blocks send, as the test data of internal/notify.

    .venv/bin/python test/vectors/notifications.py | gzip -9n > internal/notify/testdata/wire.json.gz

Each case is a block's slug, its document as the prefect package saves it, a message, and the requests that
the package makes of it: method, url, headers and body as they leave for the network, where a recorder stands
in place of the connection. Times are of the moment and left out by the test. Headers that a library of HTTP adds by itself
are left out here. A case whose block is refused has "refused" in place of requests.
"""

import asyncio
import json
import logging
import sys
import time
import warnings

time.sleep = lambda *_: None  # apprise waits between messages

import httpx
import requests

from prefect.blocks import notifications as n
from prefect.blocks.notifications import AppriseNotificationBlock
from prefect.blocks.webhook import Webhook

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

sent = []
ITS_OWN = {"accept", "accept-encoding", "connection", "content-length", "host", "user-agent"}


def keep(method, url, headers, body):
    if isinstance(body, bytes):
        body = body.decode()
    kept = {k.lower(): v for k, v in headers.items() if k.lower() not in ITS_OWN or k.lower() == "user-agent" and "/" not in v}
    sent.append({"method": method, "url": str(url), "headers": kept, "body": body or ""})


def send(self, request, **_):
    keep(request.method, request.url, request.headers, request.body)
    answer = requests.Response()
    # PagerDuty and Twilio answer otherwise; apprise looks at the status and, for some, at the answer
    answer.status_code = 202 if "pagerduty" in request.url else 201 if "twilio" in request.url else 200
    answer._content = b"ok" if "hooks.slack" in request.url else b'{"ok": true, "requestId": "r"}'
    answer.request, answer.url = request, request.url
    return answer


requests.Session.send = send


class Recorder(httpx.AsyncBaseTransport):
    async def handle_async_request(self, request):
        keep(request.method, request.url, request.headers, await request.aread())
        return httpx.Response(200, text="ok")


class AsyncClient(httpx.AsyncClient):
    def __init__(self, **kwargs):
        kwargs["transport"] = Recorder()
        super().__init__(**kwargs)


httpx.AsyncClient = AsyncClient
sys.modules["prefect.blocks.webhook"].AsyncClient = AsyncClient


class Ntfy(AppriseNotificationBlock):
    _block_type_slug = "ntfy"


class Pushover(AppriseNotificationBlock):
    _block_type_slug = "pushover"


MESSAGES = [
    ("Flow run failed", "The run **brave-ox** failed:\n- see <https://example.com/run?a=1&b=2|the run>\n\n`Über` \"quoted\" \\ 'ü' 😀 #1 @here & more\n"),
    (None, "Only a body, <b>bold</b> & 100%"),
    ("  Trimmed  ", "  body  \r\nsecond\r\n\r\n"),
    ("A & B <c>", "x"),
]
TYPES = ["info", "success", "warning", "failure"]
TEAMS = ("https://prod-12.westeurope.logic.azure.com:443/workflows/0123456789abcdef0123456789abcdef/triggers/manual/paths/invoke"
         "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=abc-DEF_123")
POWER = ("https://default0123.45.environment.api.powerplatform.com:443/powerautomate/automations/direct/workflows/0123abcd/triggers/manual/paths/invoke"
         "?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=abc-DEF_123")
SLACK = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
DISCORD = {"webhook_id": "1234567890", "webhook_token": "abcDEF-123_xyz"}
PAGERDUTY = {"integration_key": "0123456789abcdef0123456789abcdef", "api_key": "Nu9xgzWzzAFyaBqAzfrk"}
TWILIO = {"account_sid": "AC0123456789abcdef0123456789abcdef", "auth_token": "0123456789abcdef0123456789abcdef", "from_phone_number": "+1 800-123-4567"}
OPSGENIE = {"apikey": "8b799edf-6f98-4d3a-9be7-2862fb4e5752"}
MATTERMOST = {"hostname": "chat.example.com", "token": "abcdefghijklmnopqrstuvwxyz"}
SENDGRID = {"api_key": "SG.abc-DEF_123", "sender_email": "from@example.com"}
CUSTOM = {"name": "ours", "url": "https://example.com/hook"}

BLOCKS = [
    (n.SlackWebhook, {"url": SLACK}),
    (n.SlackWebhook, {"url": SLACK + "/"}),
    (n.SlackWebhook, {"url": SLACK.replace("slack.com", "slack-gov.com")}),
    (n.SlackWebhook, {"url": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general"}),
    (n.SlackWebhook, {"url": "slack://bot@T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/%23general/@someone?footer=no"}),
    (n.SlackWebhook, {"url": "slack://xoxb-1234-1234-4ddbc191d40ee098cbaae6f3523ada2d/#general/ops/+C123"}),
    (n.SlackWebhook, {"url": "https://example.com/services/a/b/c"}),
    (n.SlackWebhook, {"url": "https://discord.com/api/webhooks/1234567890/abcDEF-123_xyz"}),
    (n.SlackWebhook, {"url": "discord://1234567890/abcDEF-123_xyz"}),
    (n.SlackWebhook, {"url": TEAMS}),
    (n.SlackWebhook, {"url": "json://127.0.0.1:8080/hook"}),
    (n.SlackWebhook, {"url": "jsons://user:pass@example.com/hook?+X-Token=abc&:extra=1"}),
    (n.SlackWebhook, {"url": "ntfy://alerts"}),
    (n.MicrosoftTeamsWebhook, {"url": TEAMS}),
    (n.MicrosoftTeamsWebhook, {"url": TEAMS, "include_image": False, "wrap": False, "notify_type": "failure"}),
    (n.MicrosoftTeamsWebhook, {"url": POWER}),
    (n.MicrosoftTeamsWebhook, {"url": "https://acme.webhook.office.com/webhookb2/a@b/IncomingWebhook/c/d"}),
    *[(n.PagerDutyWebHook, {**PAGERDUTY, "notify_type": t}) for t in TYPES],
    (n.PagerDutyWebHook, {**PAGERDUTY, "source": "here", "component": "flows", "group": "g", "class_id": "c", "region_name": "eu", "include_image": False,
                          "clickable_url": "https://example.com/a?b=1&c=2", "custom_details": {"disk": "145 GB", "a&b": "c=d"}}),
    (n.PagerDutyWebHook, {**PAGERDUTY, "source": None}),
    (n.TwilioSMS, {**TWILIO, "to_phone_numbers": ["18004242424", "+1 (800) 424-2425"]}),
    (n.TwilioSMS, {**TWILIO, "to_phone_numbers": []}),
    (n.TwilioSMS, {**TWILIO, "from_phone_number": "12345", "to_phone_numbers": ["18004242424"]}),
    (n.TwilioSMS, {**TWILIO, "to_phone_numbers": ["12", "18004242424"]}),
    (n.OpsgenieWebhook, OPSGENIE),
    *[(n.OpsgenieWebhook, {**OPSGENIE, "notify_type": t, "priority": p}) for t, p in zip(TYPES, [1, 2, 4, 5])],
    (n.OpsgenieWebhook, {**OPSGENIE, "target_user": ["ann", "8b799edf-6f98-4d3a-9be7-2862fb4e5752"], "target_team": ["ops"], "target_schedule": ["night"],
                         "target_escalation": ["up"], "region_name": "eu", "tags": ["a", "b c"], "alias": "al", "entity": "en", "details": {"k": "v"}}),
    (n.OpsgenieWebhook, {**OPSGENIE, "target_user": ["ann", "bob"], "target_team": ["ops"], "batch": True}),
    (n.OpsgenieWebhook, {**OPSGENIE, "priority": None}),
    (n.MattermostWebhook, MATTERMOST),
    (n.MattermostWebhook, {**MATTERMOST, "secure": True, "port": 443, "path": "/sub/", "botname": "bot", "channels": ["ops", "#town"], "include_image": True,
                           "notify_type": "warning"}),
    (n.DiscordWebhook, DISCORD),
    (n.DiscordWebhook, {**DISCORD, "botname": "bot", "tts": True, "include_image": True, "avatar": True, "notify_type": "success"}),
    (n.DiscordWebhook, {**DISCORD, "avatar": True, "avatar_url": "https://example.com/a.png"}),
    (n.DiscordWebhook, {**DISCORD, "avatar": False, "avatar_url": "https://example.com/a.png"}),
    (n.SendgridEmail, {**SENDGRID, "to_emails": ["a@example.com", "b@example.com"]}),
    (n.SendgridEmail, {**SENDGRID, "to_emails": []}),
    (n.CustomWebhookNotificationBlock, CUSTOM),
    (n.CustomWebhookNotificationBlock, {**CUSTOM, "json_data": {"text": "{{subject}}\n{{body}}", "title": "{{ name }}", "token": "{{key}}", "n": 1, "l": ["{{body}}", {"{{subject}}": None}]},
                                        "secrets": {"key": "s3cret"}, "headers": {"X-Key": "{{key}}", "Content-Type": "application/x-ours"}}),
    (n.CustomWebhookNotificationBlock, {**CUSTOM, "method": "PUT", "form_data": {"text": "{{subject}} {{body}}", "n": "1"}, "params": {"q": "{{name}} {{subject}}"}, "cookies": {"c": "{{name}}"}}),
    (n.CustomWebhookNotificationBlock, {**CUSTOM, "form_data": "raw {{body}}", "url": "https://example.com/{{name}}?a=1"}),
    (n.CustomWebhookNotificationBlock, {**CUSTOM, "method": "GET", "params": {"b": "{{body}}"}}),
    (n.CustomWebhookNotificationBlock, {**CUSTOM, "url": "https://example.com/a?x=1&y=2", "params": {"x": "3", "z": "{{body}}"}}),
    (n.CustomWebhookNotificationBlock, {**CUSTOM, "json_data": {"n": 12345678901234567890, "f": 1.0, "t": True}, "cookies": {"a": "1", "b": "x y"}}),
    (n.CustomWebhookNotificationBlock, {**CUSTOM, "json_data": {"a": "{{unknown}}"}}),
    (n.CustomWebhookNotificationBlock, {**CUSTOM, "json_data": {"a": "{{ prefect.variables.x }} {{body}}"}}),
    (n.CustomWebhookNotificationBlock, {**CUSTOM, "json_data": {"a": "b"}, "form_data": {"a": "b"}}),
    (Ntfy, {"url": "ntfy://alerts"}),
    (Ntfy, {"url": "ntfys://tk_abcdefghijk@ntfy.example.com/alerts/second?priority=high&tags=a,b&click=https://example.com/x", "notify_type": "failure"}),
    (Ntfy, {"url": "ntfy://user:pass@ntfy.example.com:8080/alerts"}),
    (Ntfy, {"url": "https://ntfy.sh/alerts"}),
    (Ntfy, {"url": "ntfy://localhost/alerts?image=no"}),
    (Pushover, {"url": "pover://uabcdefghijklmnopqrstuvwxyz123@aabcdefghijklmnopqrstuvwxyz123"}),
    (Pushover, {"url": "pover://uabcdefghijklmnopqrstuvwxyz123@aabcdefghijklmnopqrstuvwxyz123/phone/tablet?priority=high&sound=bike&url=https://example.com/x&url_title=x"}),
    (Pushover, {"url": "pover://uabcdefghijklmnopqrstuvwxyz123@aabcdefghijklmnopqrstuvwxyz123?priority=emergency"}),
]


async def one(of, fields, subject, body):
    sent.clear()
    case = {"slug": of.get_block_type_slug(), "data": fields, "subject": subject, "body": body}
    try:
        block = of(**fields)
        if not getattr(block, "_apprise_client", [1]):
            raise ValueError("apprise takes no such url")
        with block.raise_on_failure():
            await block.notify(body=body, subject=subject)
    except Exception as error:
        if not sent:
            return {**case, "refused": type(error).__name__}
        case["failed"] = type(error).__name__
    return {**case, "requests": sorted(sent, key=lambda r: r["body"])}  # apprise keeps targets in sets


async def webhook(fields, payload):
    sent.clear()
    await Webhook(**fields).call(payload)
    return {"slug": "webhook", "data": fields, "payload": payload, "requests": list(sent)}


async def main():
    cases = []
    for of, fields in BLOCKS:
        for i, (subject, body) in enumerate(MESSAGES):
            cases.append(await one(of, dict(fields), subject, body))
    for fields in [{"url": "https://example.com/a?b=1"}, {"url": "https://example.com", "method": "PATCH", "headers": {"X-A": "b", "content-type": "application/json"}},
                   {"url": "https://example.com/a b?c=d e"}]:
        for payload in ["", '{"a": "ü"}']:
            cases.append(await webhook(fields, payload))
    print("[\n" + ",\n".join(json.dumps(c, ensure_ascii=False, default=str) for c in cases) + "\n]")


asyncio.run(main())
