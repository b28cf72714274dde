/** Strokes on a 16 by 16 grid. */
const strokes = {
  check: "M3.5 8.5 6.5 11.5 12.5 5",
  cross: "M4.5 4.5 11.5 11.5M11.5 4.5 4.5 11.5",
  bolt: "M9 1.75 3.75 9H8l-1 5.25L12.25 7H8z",
  play: "M5.25 3.5v9L12.25 8z",
  dots: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  clock: "M8 1.75a6.25 6.25 0 1 0 0 12.5 6.25 6.25 0 0 0 0-12.5M8 4.5V8l2.5 1.5",
  "clock-alert": "M8 1.75a6.25 6.25 0 1 0 6.25 6.25M8 4.5V8l2 1.25M13 1.75v3M13 6.6h.01",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  slash: "M8 1.75a6.25 6.25 0 1 0 0 12.5 6.25 6.25 0 0 0 0-12.5M3.6 12.4l8.8-8.8",
  retry: "M13 8a5 5 0 1 1-1.6-3.7M13.25 1.75v3h-3",
  home: "M2.5 7.5 8 2.75l5.5 4.75M4 6.5v6.75h8V6.5",
  runs: "M2.5 4h7M5 8h8.5M3.5 12h6",
  search: "M7 2.25a4.75 4.75 0 1 0 0 9.5 4.75 4.75 0 0 0 0-9.5M10.5 10.5 14 14",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M8 1.25v1.5M8 13.25v1.5M1.25 8h1.5M13.25 8h1.5M3.2 3.2l1.1 1.1M11.7 11.7l1.1 1.1M12.8 3.2l-1.1 1.1M4.3 11.7l-1.1 1.1",
  moon: "M13.5 9.5A5.75 5.75 0 0 1 6.5 2.5a5.75 5.75 0 1 0 7 7",
  screen: "M2 3h12v8H2zM6 13.5h4",
  more: "M8 3.5h.01M8 8h.01M8 12.5h.01",
  down: "M4 6.5 8 10.5 12 6.5",
  right: "M6.5 4 10.5 8 6.5 12",
  "arrow-down": "M8 3v10M4.5 9.5 8 13l3.5-3.5",
  "arrow-up": "M8 13V3M4.5 6.5 8 3l3.5 3.5",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  trash: "M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.75 9h6.5l.75-9M6.75 7v4M9.25 7v4",
  link: "M6.5 9.5 9.5 6.5M7.5 4.5l1.25-1.25a2.83 2.83 0 0 1 4 4L11.5 8.5M8.5 11.5l-1.25 1.25a2.83 2.83 0 0 1-4-4L4.5 7.5",
  download: "M8 2.5v8M4.5 7.5 8 11l3.5-3.5M2.5 13.5h11",
  eye: "M1.75 8S4 3.75 8 3.75 14.25 8 14.25 8 12 12.25 8 12.25 1.75 8 1.75 8M8 6.25a1.75 1.75 0 1 0 0 3.5 1.75 1.75 0 0 0 0-3.5",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  filter: "M2 3.5h12M4.5 8h7M6.75 12.5h2.5",
  out: "M6.5 2.5h-4v11h4M10 5l3 3-3 3M13 8H6",
  sleep: "M9 2.5h4.5L9 7h4.5M2.5 7.5H8L2.5 13.5H8",
  alert: "M8 2.25 14.25 13H1.75zM8 6.5v3M8 11.4h.01",
  flow: "M2.5 4h4v3h-4zM9.5 9h4v3h-4zM6.5 5.5H8.5v5h1",
  rocket: "M9.5 2.5 13.5 2.5 13.5 6.5 8.5 11.5 4.5 7.5zM4.5 7.5H2L4 5h3M8.5 11.5V14L11 12V9M2.5 13.5 5 11",
  edit: "M10.5 2.75 13.25 5.5 5.5 13.25 2.5 13.5 2.75 10.5z",
  calendar: "M2.5 3.5h11v10h-11zM2.5 6.75h11M5.5 2v2.5M10.5 2v2.5",
  bars: "M2.5 13.5v-4M6.2 13.5v-8M9.8 13.5v-5M13.5 13.5v-11",
  save: "M3 2.5h10v11L8 10.5l-5 3z",
  pool: "M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5h.01M5 11h.01",
  gauge: "M2.75 12a6 6 0 1 1 10.5 0M8 9.5 10.75 6",
  braces: "M6 2.5C4.5 2.5 4.5 3.75 4.5 5S4 8 2.5 8C4 8 4.5 9.75 4.5 11s0 2.5 1.5 2.5M10 2.5c1.5 0 1.5 1.25 1.5 2.5s.5 3 2 3c-1.5 0-2 1.75-2 3s0 2.5-1.5 2.5",
  events: "M2 8h2.5l2-5 3 10 2-5H14",
  inbox: "M2.5 9.5 4.5 3h7l2 6.5v4h-11zM2.5 9.5h3.25l1 2h2.5l1-2h3.25",
  block: "M8 1.75 13.5 5v6L8 14.25 2.5 11V5zM2.5 5 8 8l5.5-3M8 8v6.25",
  hand: "M5 8V4.25a1 1 0 0 1 2 0V7.5M7 7V3a1 1 0 0 1 2 0v4M9 7.25V4a1 1 0 0 1 2 0v4.5M11 6.5a1 1 0 0 1 2 0V10a4.25 4.25 0 0 1-7.5 2.75L3 9.5a1 1 0 0 1 1.5-1.25L5 8.75",
  gear: "M8 5.75a2.25 2.25 0 1 0 0 4.5 2.25 2.25 0 0 0 0-4.5M8 1.75v2M8 12.25v2M1.75 8h2M12.25 8h2M3.6 3.6l1.4 1.4M11 11l1.4 1.4M12.4 3.6 11 5M5 11l-1.4 1.4",
  page: "M4 2h5.5L12.5 5v9H4zM9.25 2v3.25h3.25M6.25 8.5h4M6.25 11h3",
} as const;

export type IconName = keyof typeof strokes;

interface Props {
  name: IconName;
  size?: number;
  className?: string;
}

/** An icon in the colour of the text. It says nothing by itself: a word or a label is beside it. */
export function Icon({ name, size = 16, className }: Props) {
  const dotted = name === "dots" || name === "more";
  return (
    <svg className={className} width={size} height={size} viewBox="0 0 16 16" fill="none" stroke="currentColor" aria-hidden="true"
      strokeWidth={dotted ? 2.25 : 1.5} strokeLinecap="round" strokeLinejoin="round" style={{ flex: "none", display: "block" }}>
      <path d={strokes[name]} />
    </svg>
  );
}
