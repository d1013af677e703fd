// Plots: stacked bars over time, and bars that compare. Plain SVG; every plot has its numbers in a table below it.

import { h, s, table } from './dom.js';
import { count, tick } from './format.js';

/** @typedef {{ at: number, name: string, value: number }} Point */

const WIDTH = 640;
const HEIGHT = 200;
const LEFT = 72;
const BOTTOM = 22;
const TOP = 8;
/** Colours there are; further names share the last. */
const COLOURS = 6;

/**
 * Stacked bars over time.
 *
 * @param {object} plot
 * @param {string} plot.title
 * @param {Point[]} plot.points In any order; several of one time and name are added up.
 * @param {string[]} plot.names From the bottom of a stack to its top; a name's place gives its colour.
 * @param {number} plot.since Seconds since 1970, a whole step.
 * @param {number} plot.until
 * @param {number} plot.step Seconds.
 * @param {(value: number) => string} plot.format
 */
export function stack({ title, points, names, since, until, step, format }) {
  const steps = Math.max(1, Math.floor((until - since) / step) + 1);
  /** @type {Map<string, number>[]} */
  const columns = Array.from({ length: steps }, () => new Map());
  for (const { at, name, value } of points) {
    const column = columns[Math.floor((at - since) / step)];
    if (column) column.set(name, (column.get(name) ?? 0) + value);
  }
  const totals = columns.map((column) => [...column.values()].reduce((sum, value) => sum + value, 0));
  const sum = totals.reduce((sum, value) => sum + value, 0);
  const shown = names.filter((name) => columns.some((column) => (column.get(name) ?? 0) > 0));
  const heading = h('h2', {}, title);
  if (sum === 0) return h('figure', { class: 'plot' }, heading, h('p', { class: 'empty' }, 'Nothing in this time.'));

  const { top, lines } = axis(Math.max(...totals));
  const y = (/** @type {number} */ value) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top);
  const pitch = (WIDTH - LEFT) / steps;
  const width = Math.max(1, pitch - Math.min(2, pitch * 0.2));
  const bars = columns.flatMap((column, at) => {
    let below = 0;
    const begins = since + at * step;
    return shown.map((name) => {
      const value = column.get(name) ?? 0;
      if (value === 0) return null;
      const [from, to] = [below, (below += value)];
      const label = `${tick(begins, step)} · ${name}: ${format(value)}`;
      return s(
        'rect',
        { class: colour(names, name), x: LEFT + at * pitch, y: y(to), width, height: Math.max(0.5, y(from) - y(to)) },
        s('title', {}, label),
      );
    });
  });
  const every = Math.ceil(steps / 6);
  const times = columns
    .map((_, at) => at)
    .filter((at) => at % every === 0 && at + every / 2 < steps)
    .map((at) => s('text', { x: LEFT + at * pitch, y: HEIGHT - 6 }, tick(since + at * step, step)));
  const values = lines.flatMap((value) => [
    s('line', { class: 'grid', x1: LEFT, x2: WIDTH, y1: y(value), y2: y(value) }),
    s('text', { class: 'value', x: LEFT - 8, y: y(value) + 4 }, format(value)),
  ]);
  const drawn = s(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': `${title}: ${format(sum)} in all. The table below has the numbers.` },
    values,
    times,
    bars,
  );
  const rows = columns.flatMap((column, at) =>
    (totals[at] ?? 0) === 0 ? [] : [[tick(since + at * step, step), ...shown.map((name) => format(column.get(name) ?? 0))]],
  );
  return h(
    'figure',
    { class: 'plot' },
    heading,
    h('p', { class: 'sum' }, format(sum)),
    drawn,
    shown.length > 0 && legend(names, shown),
    h('details', {}, h('summary', {}, 'As a table'), table(title, ['From', ...shown.map((name) => ({ number: name }))], rows)),
  );
}

/**
 * Bars that compare, the first value of each row drawn and all of them written.
 *
 * @param {string} title
 * @param {{ name: string, value: number, label: string }[]} rows
 * @param {string} empty
 */
export function bars(title, rows, empty) {
  const most = Math.max(...rows.map((row) => row.value), 0);
  const list = rows.map(({ name, value, label }) =>
    h(
      'li',
      {},
      h('span', { class: 'name' }, name),
      h('span', { class: 'label' }, label),
      s(
        'svg',
        { viewBox: '0 0 100 4', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
        s('rect', { class: 'track', width: 100, height: 4 }),
        s('rect', { class: 'c0', width: most > 0 ? (100 * value) / most : 0, height: 4 }),
      ),
    ),
  );
  return h('section', { class: 'plot' }, h('h2', {}, title), list.length > 0 ? h('ul', { class: 'bars' }, list) : h('p', { class: 'empty' }, empty));
}

/**
 * For each name three marks on one line: where half, 95 and 99 of a hundred lie.
 *
 * @param {object} plot
 * @param {string} plot.title
 * @param {[string, string]} plot.columns What has the names, and what is counted.
 * @param {{ name: string, p50: number, p95: number, p99: number, count: number }[]} plot.rows
 * @param {(value: number) => string} plot.format
 * @param {string} plot.empty
 */
export function spread({ title, columns: [named, counted], rows, format, empty }) {
  const { top } = axis(Math.max(...rows.map((row) => row.p99), 1));
  const x = (/** @type {number} */ value) => (100 * value) / top;
  const cells = rows.map(({ name, p50, p95, p99, count: counted }) => [
    name,
    s(
      'svg',
      { class: 'spread', viewBox: '0 0 100 10', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
      s('rect', { class: 'track', y: 4, width: 100, height: 2 }),
      s('rect', { class: 'c0 soft', x: x(p50), y: 2, width: Math.max(0.5, x(p99) - x(p50)), height: 6 }),
      s('rect', { class: 'c0', x: x(p50), y: 1, width: 0.8, height: 8 }),
      s('rect', { class: 'c0', x: x(p95), y: 1, width: 0.8, height: 8 }),
    ),
    format(p50),
    format(p95),
    format(p99),
    count(counted),
  ]);
  const columns = [named, 'p50 to p99', { number: 'p50' }, { number: 'p95' }, { number: 'p99' }, { number: counted }];
  return h('section', { class: 'plot' }, h('h2', {}, title), table(title, columns, cells, empty));
}

/** @param {string[]} names @param {string} name */
function colour(names, name) {
  return `c${Math.min(Math.max(0, names.indexOf(name)), COLOURS - 1)}`;
}

/** @param {string[]} names @param {string[]} shown */
function legend(names, shown) {
  const swatch = (/** @type {string} */ name) =>
    s('svg', { viewBox: '0 0 10 10', width: 10, height: 10, 'aria-hidden': 'true' }, s('rect', { class: colour(names, name), width: 10, height: 10, rx: 2 }));
  return h('ul', { class: 'legend' }, shown.map((name) => h('li', {}, swatch(name), name)));
}

/**
 * Round numbers for the lines of an axis from 0 to at least `most`.
 *
 * @param {number} most
 */
export function axis(most) {
  const rough = most / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const unit = [1, 2, 2.5, 5, 10].map((of) => of * power).find((unit) => unit >= rough) ?? rough;
  const lines = Array.from({ length: Math.ceil(most / unit - 1e-9) + 1 }, (_, at) => at * unit);
  return { top: lines.at(-1) ?? most, lines };
}
