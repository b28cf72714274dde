import { uuid } from "@/lib/browser";
import { whyNot } from "@/lib/read-only";
import { server } from "@/config/server";
import { keepEarly, takeEarly } from "./early";
import { ApiError, errorOf } from "./errors";
import { basic, password, setPassword } from "./password";

/** How long a request may take. A server that was asleep needs some seconds to wake. */
const patience = 30_000;

const clientId = uuid();
let token: { text: string; until: number } | null = null;

/** A token against forged requests, where the server asks for one. */
async function csrf(): Promise<Record<string, string>> {
  if (!server.csrf) return {};
  if (!token || token.until < Date.now() + 10_000) {
    const got = await send<{ token: string; expiration: string }>("GET", `/csrf-token?client=${clientId}`);
    token = { text: got.token, until: Date.parse(got.expiration) };
  }
  return { "Prefect-Csrf-Token": token.text, "Prefect-Csrf-Client": clientId };
}

function request(method: string, path: string, body?: unknown, signal?: AbortSignal, more: Record<string, string> = {}): Promise<Response> {
  const secret = password();
  const headers: Record<string, string> = { ...(secret !== null && { Authorization: basic(secret) }), ...more };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const timeout = AbortSignal.timeout(patience);
  return fetch(`${server.api}${path}`, {
    method,
    headers,
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** Asks by POST for what the page of this URL will ask first; not where who asks has to show something that is not there yet. */
export function early(path: string, body: unknown): void {
  if (!server.csrf && (!server.auth || password() !== null)) keepEarly(path, request("POST", path, body));
}

async function send<T>(method: string, path: string, body?: unknown, signal?: AbortSignal, more: Record<string, string> = {}): Promise<T> {
  let answer: Response;
  try {
    answer = await ((method === "POST" && takeEarly(path)) || request(method, path, body, signal, more));
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, "The server does not answer.");
  }
  const text = await answer.text();
  let value: unknown = null;
  try {
    value = text === "" ? null : JSON.parse(text);
  } catch {
    if (answer.ok) throw new ApiError(502, "The server's answer is not JSON: is something between you and it?");
  }
  if (answer.status === 401 && more.Authorization === undefined) setPassword(null); // which leads to the login
  if (!answer.ok) throw errorOf(answer.status, value);
  return value as T;
}

/** A GET; a secret is tried in place of the kept password. */
export function get<T>(path: string, signal?: AbortSignal, secret?: string): Promise<T> {
  return send<T>("GET", path, undefined, signal, secret === undefined ? {} : { Authorization: basic(secret) });
}

/** A POST that only asks, as the contract's filters do. */
export async function ask<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  return send<T>("POST", path, body, signal, await csrf());
}

/** A request that changes something. */
export async function change<T>(method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<T> {
  if (whyNot !== undefined) throw new ApiError(403, whyNot);
  return send<T>(method, path, body, undefined, await csrf());
}

/** The address of a websocket of the API. */
export function socketAddress(path: string): string {
  const url = new URL(`${server.api}${path}`, document.baseURI);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
