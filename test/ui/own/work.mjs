// What a page does for each frame that it draws. A clock on the wall measures the machine, which others share;
// what is compared with the time of a frame is the time that the page's own thread worked.

/** Runs step(i) before so many frames; gives the work per frame in ms, frames longer than 50 ms of work, and elements. */
export async function workPerFrame(page, frames, step) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  const metrics = async () => Object.fromEntries((await cdp.send("Performance.getMetrics")).metrics.map(({ name, value }) => [name, value * 1000]));
  const before = await metrics();
  const seen = await page.evaluate(async ([frames, source]) => {
    const step = new Function(`return (${source})`)();
    const deltas = [];
    let most = 0;
    let last = performance.now();
    for (let i = 0; i < frames; i++) {
      step(i);
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      deltas.push(now - last);
      last = now;
      if (i % 10 === 0) most = Math.max(most, document.getElementsByTagName("*").length);
    }
    return { deltas: deltas.sort((a, b) => a - b), most };
  }, [frames, String(step)]);
  const after = await metrics();
  await cdp.detach();
  const per = (name) => (after[name] - before[name]) / frames;
  return {
    work: per("TaskDuration"), script: per("ScriptDuration"), layout: per("LayoutDuration") + per("RecalcStyleDuration"),
    elements: seen.most, median: seen.deltas[Math.floor(frames / 2)], p95: seen.deltas[Math.floor(frames * 0.95)],
  };
}
