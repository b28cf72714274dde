const units = ["bytes", "KB", "MB", "GB", "TB"];

/** "12.3 MB". */
export function bytes(size: number): string {
  let unit = 0;
  let amount = size;
  while (amount >= 1000 && unit < units.length - 1) {
    amount /= 1000;
    unit++;
  }
  return `${unit === 0 ? amount : amount.toFixed(1)} ${units[unit] ?? ""}`;
}
