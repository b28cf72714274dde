/** A request that was not answered as hoped. `status` is 0 when no answer came. */
export class ApiError extends Error {
  readonly status: number;
  /** What was wrong with single fields, by their path. */
  readonly fields: Map<string, string>;

  constructor(status: number, message: string, fields = new Map<string, string>()) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.fields = fields;
  }
}

/** The status that stands for an error; a part of the interface that did not arrive is like an answer that did not. */
export function statusOf(error: Error): number {
  if (error instanceof ApiError) return error.status;
  return /module script|dynamically imported/i.test(error.message) ? 0 : 500; // of WebKit; of Chromium and Firefox
}

interface FieldIssue {
  loc?: (string | number)[];
  msg?: string;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Reads the bodies that the contract has for errors. */
export function errorOf(status: number, body: unknown): ApiError {
  const fields = new Map<string, string>();
  if (!isRecord(body)) return new ApiError(status, standing(status));
  for (const issue of [body.exception_detail, body.detail].find(Array.isArray) ?? []) {
    const { loc, msg } = issue as FieldIssue;
    if (msg) fields.set((loc ?? []).filter((part) => part !== "body").join("."), msg);
  }
  // What the check of a template finds has a shape of its own.
  if (isRecord(body.error) && typeof body.error.message === "string") return new ApiError(status, `Line ${String(body.error.line)}: ${body.error.message}`);
  const text = [body.detail, body.exception_message, body.message].find((part) => typeof part === "string");
  const sentences = [...fields].map(([field, message]) => (field ? `${field}: ${message}` : message));
  return new ApiError(status, sentences.length > 0 ? sentences.join("; ") : (text ?? standing(status)), fields);
}

function standing(status: number): string {
  return explain(status).title;
}

/** What an error means to a person, and what to do next. */
export function explain(status: number): { title: string; next: string } {
  switch (status) {
    case 0:
      return { title: "The server does not answer", next: "Is it running, and is this machine online?" };
    case 401:
      return { title: "The server asks for a password", next: "Reload the page, and log in with the string that PREFECT_API_AUTH_STRING has." };
    case 403:
      return { title: "This is not allowed", next: "The server refused the request. Reload the page; if it stays, look at the server's log." };
    case 404:
      return { title: "There is nothing here", next: "It may have been deleted, or the link is of another server." };
    case 409:
      return { title: "It was changed by somebody else", next: "Reload to see what it is now, then try again." };
    case 422:
      return { title: "The server does not take these values", next: "Mend the fields that it names." };
    case 502:
    case 503:
    case 504:
      return { title: "The server is waking up or going down", next: "This takes a few seconds." };
    case 507:
      return { title: "The server's disk is full", next: "Free some room, or delete old runs: reading and deleting go on." };
    default:
      return { title: "The server failed", next: "Its log says why." };
  }
}
