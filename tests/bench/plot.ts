/** A line of a plot. */
export interface PlotSeries {
  readonly title: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** What a plot shows. */
export interface Plot {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly series: readonly PlotSeries[];
}

const WIDTH = 720;
const HEIGHT = 400;
const LEFT = 80;
const RIGHT = 24;
const TOP = 76;
const BOTTOM = 56;
/** Told apart by colour-blind readers too (Okabe and Ito); dashes help in print. */
const STROKES = [
  { colour: "#0072b2", dash: "none" },
  { colour: "#d55e00", dash: "8 4" },
  { colour: "#009e73", dash: "2 4" },
  { colour: "#cc79a7", dash: "12 4 2 4" },
];

/** Draws lines over a logarithmic x and a linear y that starts at zero, as SVG. */
export function drawPlot({ title, xTitle, yTitle, series }: Plot): string {
  const points = series.flatMap((line) => line.points);
  const xs = [...new Set(points.map(([x]) => x))].sort((a, b) => a - b);
  const [first = 1] = xs;
  const ratio = Math.log((xs.at(-1) ?? first) / first) || 1;
  const top = niceCeiling(Math.max(...points.map(([, y]) => y), 1e-9));
  const toX = (x: number) => LEFT + (WIDTH - LEFT - RIGHT) * Math.log(x / first) / ratio;
  const toY = (y: number) => HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * y / top;

  const grid = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const y = toY(top * part).toFixed(1);
    return `<path d="M${LEFT} ${y}H${WIDTH - RIGHT}" stroke="#ddd"/>` +
      text(LEFT - 8, Number(y) + 4, shortNumber(top * part), "end");
  });
  const ticks = xs.map((x) => text(toX(x), HEIGHT - BOTTOM + 20, shortNumber(x), "middle"));
  const lines = series.map((line, i) => {
    const { colour, dash } = STROKES[i % STROKES.length] ?? { colour: "#000", dash: "none" };
    const path = line.points.map(([x, y], at) =>
      `${at === 0 ? "M" : "L"}${toX(x).toFixed(1)} ${toY(y).toFixed(1)}`
    ).join("");
    const dots = line.points.map(([x, y]) =>
      `<circle cx="${toX(x).toFixed(1)}" cy="${toY(y).toFixed(1)}" r="3" fill="${colour}"/>`
    ).join("");
    const legendX = LEFT + (i % 2) * 320;
    const legendY = 44 + Math.floor(i / 2) * 18;
    const stroke = `fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"`;
    return `<path d="${path}" ${stroke}/>${dots}` +
      `<path d="M${legendX} ${legendY - 4}h28" ${stroke}/>` +
      text(legendX + 36, legendY, line.title, "start");
  });

  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" ` +
    `font-family="system-ui, sans-serif" font-size="13" role="img" aria-label="${escape(title)}">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="22" font-size="16" font-weight="600">${escape(title)}</text>`,
    ...grid,
    ...ticks,
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, xTitle, "middle"),
    `<text transform="translate(18 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" ` +
    `text-anchor="middle">${escape(yTitle)}</text>`,
    ...lines,
    "</svg>",
    "",
  ].join("\n");
}

function text(x: number, y: number, content: string, anchor: "start" | "middle" | "end"): string {
  const place = `x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}"`;
  return `<text ${place} fill="#333">${escape(content)}</text>`;
}

function escape(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

/** The next number above that divides well into four. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 4, 6, 8].find((factor) => factor * power >= value) ?? 10);
}

function shortNumber(value: number): string {
  return value.toLocaleString("en", { notation: "compact", maximumSignificantDigits: 3 });
}
