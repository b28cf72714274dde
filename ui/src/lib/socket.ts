import { socketAddress } from "@/api/client";
import { password } from "@/api/password";

/** What a subscription tells of itself. */
export type Link = "connecting" | "open" | "lost";

export interface SubscribeOptions {
  path: string;
  /** The first message, read anew at each connection. */
  hello: () => unknown;
  onMessage: (message: unknown) => void;
  onLink?: (link: Link) => void;
}

const firstWait = 1000;
const longestWait = 30_000;

/** A subscription of the contract: auth frame, filter, then messages. It connects again until it is closed. */
export function subscribe({ path, hello, onMessage, onLink }: SubscribeOptions): () => void {
  let socket: WebSocket | null = null;
  let timer = 0;
  let wait = firstWait;
  let closed = false;

  const connect = () => {
    onLink?.("connecting");
    const s = new WebSocket(socketAddress(path), ["prefect"]);
    socket = s;
    s.onopen = () => s.send(JSON.stringify({ type: "auth", token: password() }));
    s.onmessage = ({ data }) => {
      const message: unknown = JSON.parse(String(data));
      if ((message as { type?: string }).type === "auth_success") {
        wait = firstWait;
        s.send(JSON.stringify(hello()));
        onLink?.("open");
        return;
      }
      onMessage(message);
    };
    s.onclose = () => {
      if (closed || socket !== s) return;
      onLink?.("lost");
      timer = window.setTimeout(connect, wait);
      wait = Math.min(wait * 2, longestWait);
    };
  };
  connect();
  return () => {
    closed = true;
    window.clearTimeout(timer);
    socket?.close();
  };
}
