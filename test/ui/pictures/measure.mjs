// What opening a page costs a browser with an empty cache on a slow line.
import { openPage } from "../browser.mjs";

/** Slow 4G as Lighthouse has it: 150 ms there and back, 1.6 Mbit/s; with it goes a processor that is four times slower. */
export const slow4G = { offline: false, latency: 150, downloadThroughput: (1.6 * 1024 * 1024) / 8, uploadThroughput: (0.75 * 1024 * 1024) / 8 };

/**
 * Opens a page until a text is on it and the page's thread has been free for a second. `interactive` is when both were
 * so first, in ms; Infinity for a page that does not come to rest within a minute.
 */
export async function measure(browser, server, path, text) {
  const page = await openPage(browser, server, { viewport: { width: 1440, height: 900 }, serviceWorkers: "block" });
  await page.unrouteAll(); // passing requests through the test would take time of its own
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Network.enable");
  const seen = { bytes: 0, requests: 0 };
  cdp.on("Network.requestWillBeSent", ({ request }) => { if (!request.url.startsWith("data:")) seen.requests++; });
  cdp.on("Network.loadingFinished", ({ encodedDataLength }) => { seen.bytes += encodedDataLength; });
  await cdp.send("Network.emulateNetworkConditions", slow4G);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  await page.addInitScript((wanted) => {
    globalThis.busyUntil = 0;
    new PerformanceObserver((list) => { for (const { startTime, duration } of list.getEntries()) globalThis.busyUntil = startTime + duration; }).observe({ type: "longtask", buffered: true });
    const timer = setInterval(() => {
      if (!document.getElementById("root")?.textContent.toLowerCase().includes(wanted.toLowerCase())) return;
      globalThis.shownAt = performance.now();
      clearInterval(timer);
    }, 20);
  }, text);
  await page.goto(`${server.url}${path}`, { waitUntil: "commit" });
  const interactive = page.waitForFunction(() => {
    const ready = Math.max(globalThis.shownAt ?? Infinity, globalThis.busyUntil);
    return performance.now() - ready > 1000 ? ready : false;
  }, undefined, { polling: 200, timeout: 60_000 });
  const at = await interactive.then((value) => value.jsonValue(), () => Infinity);
  await page.context().close();
  return { ...seen, interactive: at };
}
