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
  // A page that does not even begin in time is one that is not interactive in time.
  const begun = await page.goto(`${server.url}${path}`, { waitUntil: "commit", timeout: 60_000 }).then(() => true, () => false);
  const interactive = !begun ? Promise.reject(new Error("it did not begin")) : page.waitForFunction(() => {
    const ready = Math.max(globalThis.shownAt ?? Infinity, globalThis.busyUntil);
    return performance.now() - ready > 1000 ? ready : false;
  }, undefined, { polling: 200, timeout: 60_000 });
  const at = await interactive.then((value) => value.jsonValue(), () => Infinity);
  await page.context().close();
  return { ...seen, interactive: at };
}

/**
 * What opening a page costs whatever the line and the machine: the bytes that are sent, and for how many ms the page's own
 * thread worked until it showed a text and was at rest, at the speed of this processor. Other work of the machine can only make
 * the latter more, so that the least of several is nearest to what it is.
 */
export async function costOf(browser, server, path, text, times = 5) {
  const all = [];
  for (let i = 0; i < times; i++) {
    const page = await openPage(browser, server, { viewport: { width: 1440, height: 900 }, serviceWorkers: "block" });
    await page.unrouteAll();
    const cdp = await page.context().newCDPSession(page);
    await cdp.send("Network.enable");
    await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
    let bytes = 0;
    cdp.on("Network.loadingFinished", ({ encodedDataLength }) => { bytes += encodedDataLength; });
    await cdp.send("Page.navigate", { url: `${server.url}${path}` });
    // Asked in this way, since a locator has a script of its own that the page's thread would work for.
    const isShown = `document.getElementById("main")?.textContent.toLowerCase().includes(${JSON.stringify(text.toLowerCase())}) ?? false`;
    const value = async (expression) => (await cdp.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true })).result.value;
    for (let tries = 0; !(await value(isShown)); tries++) {
      if (tries > 400) throw new Error(`${path} does not show ${text}`);
      await new Promise((go) => { setTimeout(go, 50); });
    }
    await value("new Promise((shown) => { requestAnimationFrame(() => setTimeout(shown)); })"); // once it is painted
    const { metrics } = await cdp.send("Performance.getMetrics");
    all.push({ bytes, work: metrics.find(({ name }) => name === "TaskDuration").value * 1000 });
    await page.context().close();
  }
  return { bytes: all[0].bytes, work: Math.min(...all.map(({ work }) => work)) };
}
