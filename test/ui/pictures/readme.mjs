// The page that docs/ui shows.

const kilobytes = (bytes) => `${Math.round(bytes / 1000).toLocaleString("en")} KB`;
const seconds = (ms) => (ms === Infinity ? "over 60 s" : `${(ms / 1000).toFixed(1)} s`);

/** The text of docs/ui/README.md, from what was measured of each route. */
export function readme(rows) {
  return `# The interface, beside the reference's

Written by \`make pictures\`, from the month that \`test/month\` makes (600 runs): the pages of Reeve's interface, and the ones of the
prefect package (3.9.1, \`ui-v2\`) for the same things, both served by the same program over the same data.

Each page is opened with an empty cache at "slow 4G" (150 ms there and back, 1.6 Mbit/s) on a processor that is made four times slower.
*Requests* and *sent* are all that the browser asked for and got until the page was at rest; *interactive* is when what the page is for
could be read and the page had time for whoever looks at it. Other work of the machine makes the latter longer in both columns.

| | Reeve: requests | sent | interactive | reference: requests | sent | interactive |
|---|--:|--:|--:|--:|--:|--:|
${rows.map(({ title, ours, reference }) => `| ${title} | ${ours.requests} | ${kilobytes(ours.bytes)} | ${seconds(ours.interactive)} | ${reference.requests} | ${kilobytes(reference.bytes)} | ${seconds(reference.interactive)} |`).join("\n")}

${rows.map(section).join("\n")}`;
}

function section({ name, title }) {
  return `## ${title}

| Reeve | reference |
|---|---|
| ![${title}](${name}-wide-light.webp) | ![${title} in the reference's interface](reference-${name}.webp) |

| dark | 390 px | 390 px, dark |
|---|---|---|
| ![${title}, dark](${name}-wide-dark.webp) | ![${title} at 390 px](${name}-narrow-light.webp) | ![${title} at 390 px, dark](${name}-narrow-dark.webp) |
`;
}
