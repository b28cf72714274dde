/** Heights of bars in percent, by the root of how long each took, so that short ones are seen beside long ones. Pure. */
export function barHeights(seconds: readonly number[]): number[] {
  const most = Math.max(...seconds, 0);
  return seconds.map((each) => (most === 0 ? 30 : Math.max(16, Math.sqrt(Math.max(0, each) / most) * 100)));
}

/** "98 %", "100 %" only when all did; "–" without any. */
export function percent(part: number | null): string {
  if (part === null) return "–";
  const whole = Math.round(part * 100);
  return `${part < 1 ? Math.min(whole, 99) : 100} %`;
}
