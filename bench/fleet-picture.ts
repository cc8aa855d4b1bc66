/** What one number of environments costs. */
export interface Point {
  readonly environments: number;
  readonly calls: number;
  readonly seconds: number;
  readonly tokens: number;
  readonly megabytes: number;
}

/** The first answer and the same question again. */
export interface Growth {
  readonly first: readonly Point[];
  readonly again: readonly Point[];
}

const PANELS = [
  ['calls', 'calls'],
  ['seconds', 'seconds'],
  ['tokens', 'tokens of the answer'],
  ['megabytes', 'memory of the process, MB'],
] as const;
const WIDTH = 340;
const HEIGHT = 220;
const LEFT = 56;
const RIGHT = 20;
const TOP = 34;
const BOTTOM = 34;
const LINES = [
  ['first', '#2f6fb3', ''],
  ['again', '#c2672e', '5 3'],
] as const;

/** Four panels over the number of environments, all scales logarithmic. */
export function growthPicture(growth: Growth): string {
  const panels = PANELS.map(([member, title], at) => {
    const place = `translate(${(at % 2) * WIDTH} ${Math.floor(at / 2) * HEIGHT})`;
    return `<g transform="${place}">${panel(growth, member, title)}</g>`;
  });
  const legend = LINES.map(([name, color, dash], at) => {
    const [x, y] = [LEFT + at * 150, 2 * HEIGHT + 12];
    const words = name === 'first' ? 'first answer' : 'the same again';
    return `<path d="M${x} ${y}h24" stroke="${color}" stroke-width="2" stroke-dasharray="${dash}"/>${text(x + 30, y + 4, words)}`;
  });
  const size = `width="${2 * WIDTH}" height="${2 * HEIGHT + 28}" viewBox="0 0 ${2 * WIDTH} ${2 * HEIGHT + 28}"`;
  const title = '<title>Cost of find_kx_problems as the number of environments grows</title>';
  const background = '<rect width="100%" height="100%" fill="#ffffff"/>';
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" font-family="sans-serif" font-size="11">${title}${background}${panels.join('')}${legend.join('')}</svg>\n`;
}

function panel(growth: Growth, member: Exclude<keyof Point, 'environments'>, title: string): string {
  const all = [...growth.first, ...growth.again];
  const low = Math.floor(Math.log10(Math.min(...all.map((point) => point[member]))));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...all.map((point) => point[member])))));
  const most = Math.log10(Math.max(...all.map(({ environments }) => environments), 10));
  const x = (environments: number) => LEFT + (Math.log10(environments) / most) * (WIDTH - LEFT - RIGHT);
  const y = (value: number) => HEIGHT - BOTTOM - ((Math.log10(value) - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const rules = Array.from({ length: high - low + 1 }, (_, at) => 10 ** (low + at)).map(
    (value) =>
      `<path d="M${LEFT} ${y(value).toFixed(1)}H${WIDTH - RIGHT}" stroke="#dddddd"/>${text(LEFT - 6, y(value) + 4, short(value), 'end')}`,
  );
  const places = [...new Set(growth.first.map(({ environments }) => environments))].map((environments) =>
    text(x(environments), HEIGHT - BOTTOM + 16, environments.toLocaleString('en'), 'middle'),
  );
  const lines = LINES.map(([name, color, dash]) => {
    const points = growth[name].map((point) => [x(point.environments), y(point[member]), point[member]] as const);
    const path = points.map(([px, py], at) => `${at === 0 ? 'M' : 'L'}${px.toFixed(1)} ${py.toFixed(1)}`).join('');
    const marks = points.map(
      ([px, py]) => `<circle cx="${px.toFixed(1)}" cy="${py.toFixed(1)}" r="2.5" fill="${color}"/>`,
    );
    return `<path d="${path}" fill="none" stroke="${color}" stroke-width="2" stroke-dasharray="${dash}"/>${marks.join('')}`;
  });
  return [text(LEFT, 18, title, 'start', 'bold'), ...rules, ...places, ...lines].join('');
}

const text = (x: number, y: number, words: string, anchor = 'start', weight = 'normal') =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" font-weight="${weight}" fill="#222222">${words}</text>`;

const short = (value: number) => (value >= 1 ? value.toLocaleString('en') : String(Number(value.toPrecision(2))));
