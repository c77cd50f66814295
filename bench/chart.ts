import type { Round } from './paired';
import { median } from './statistics';

/** A line: how many messages a second of processor time brings through so many nodes, ours with one node being 1. */
interface Line {
  label: string;
  colour: string;
  points: { nodes: number; share: number }[];
}

const WIDTH = 720;
const HEIGHT = 340;
const LEFT = 52;
const RIGHT = 176;
const TOP = 24;
const BOTTOM = 48;
const HIGHEST = 1.2;
const NODES = [1, 100, 1_000, 10_000];
const BASE = 'ours, 1 node';

type Rounds = Readonly<Record<string, readonly Round[]>>;

const each = (scenario: string, nodes: number, name: string) => ({ scenario, nodes, name });
const LINES = [
  {
    label: 'ezt-in',
    colour: '#0a8f6c',
    from: [
      each('in-one', 1, BASE),
      each('in-each', 100, 'ours, 100 nodes'),
      each('in-each', 1_000, 'ours, 1000 nodes'),
      each('in-many', 10_000, 'ours, 10000 nodes'),
    ],
  },
  {
    label: 'mqtt in, MQTT 5',
    colour: '#3b82d6',
    from: [
      each('in-one', 1, 'core 5, 1 node'),
      each('in-each', 100, 'core 5, 100 nodes'),
      each('in-each', 1_000, 'core 5, 1000 nodes'),
    ],
  },
  {
    label: 'mqtt in, MQTT 3.1.1',
    colour: '#8b6fd0',
    from: [
      each('in-one', 1, 'core 3.1.1, 1 node'),
      each('in-each', 100, 'core 3.1.1, 100 nodes'),
      each('in-each', 1_000, 'core 3.1.1, 1000 nodes'),
    ],
  },
  { label: 'mqtt in + switch', colour: '#d0802f', from: [each('in-each', 1_000, 'core + switch, 1000')] },
];

/** Ours and core by number of nodes, as SVG that is readable on light and on dark. */
export function chart(rounds: Rounds): string {
  const lines: Line[] = LINES.map(({ label, colour, from }) => ({
    label,
    colour,
    points: from.flatMap(({ scenario, nodes, name }) => {
      const share = shareOf(rounds[scenario] ?? [], name);
      return Number.isNaN(share) ? [] : [{ nodes, share }];
    }),
  }));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="13" role="img">`,
    `<title>${lines.map(({ label }) => label).join(' · ')}</title>`,
    '<style>text{fill:#57606a}.grid{stroke:#57606a;stroke-opacity:.25}',
    '@media (prefers-color-scheme:dark){text{fill:#a9b4c0}.grid{stroke:#a9b4c0}}</style>',
    ...axes(),
    ...lines.filter(({ points }) => points.length > 0).flatMap(draw),
    '</svg>',
    '',
  ].join('\n');
}

/** Median over the rounds of what `name` does with the processor time, beside ours with one node. */
const shareOf = (rounds: readonly Round[], name: string): number =>
  median(rounds.map((round) => (round[BASE]?.cpu ?? Number.NaN) / (round[name]?.cpu ?? Number.NaN)));

const x = (nodes: number) =>
  LEFT + 20 + (NODES.indexOf(nodes) * (WIDTH - LEFT - RIGHT - 40)) / (NODES.length - 1);
const y = (share: number) => HEIGHT - BOTTOM - (share * (HEIGHT - TOP - BOTTOM)) / HIGHEST;

function axes(): string[] {
  const levels = [0, 0.25, 0.5, 0.75, 1];
  return [
    ...levels.flatMap((level) => [
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(level)}" y2="${y(level)}"/>`,
      `<text x="${LEFT - 8}" y="${y(level) + 4}" text-anchor="end">${level * 100} %</text>`,
    ]),
    ...NODES.map(
      (nodes) =>
        `<text x="${x(nodes)}" y="${HEIGHT - BOTTOM + 20}" text-anchor="middle">${nodes.toLocaleString('en-US')}</text>`,
    ),
    // The glyphs of a node and of messages per processor time need no language.
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">n (Node-RED)</text>`,
    `<text x="${LEFT}" y="${TOP - 8}">msg ÷ CPU s</text>`,
  ];
}

function draw({ label, colour, points }: Line, i: number): string[] {
  const path = points.map(({ nodes, share }) => `${x(nodes)},${y(share).toFixed(1)}`).join(' ');
  const legend = TOP + 20 + i * 24;
  const left = WIDTH - RIGHT + 16;
  return [
    `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2.5"/>`,
    ...points.map(
      ({ nodes, share }) => `<circle cx="${x(nodes)}" cy="${y(share).toFixed(1)}" r="4.5" fill="${colour}"/>`,
    ),
    `<circle cx="${left}" cy="${legend - 4}" r="5" fill="${colour}"/>`,
    `<text x="${left + 12}" y="${legend}">${label}</text>`,
  ];
}
