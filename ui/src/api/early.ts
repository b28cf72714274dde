/** The first request of a page, which is on its way before the page's own code has come. */
interface Early {
  path: string;
  href: string;
  at: number;
  answer: Promise<Response>;
}

/** An answer that nobody took by then, in ms, is too old to be shown. */
const tooOld = 10_000;

let early: Early | null = null;

export function keepEarly(path: string, answer: Promise<Response>): void {
  answer.catch(() => undefined); // whoever takes it is told
  early = { path, href: location.href, at: Date.now(), answer };
}

/** The answer to what the page of this URL asks first, to whoever asks it: once, and while the URL is the same. */
export function takeEarly(path: string): Promise<Response> | null {
  if (early?.path !== path) return null;
  const { href, at, answer } = early;
  early = null;
  return href === location.href && Date.now() - at < tooOld ? answer : null;
}
