// What is asked and spent, and how well it goes.

import * as api from './api.js';
import { h, table } from './dom.js';
import * as format from './format.js';
import { bars, spread, stack } from './plot.js';

/** @typedef {import('./admin.js').Desk} Desk */

const WINDOWS = [
  { hours: 1, name: '1 hour' },
  { hours: 24, name: '24 hours' },
  { hours: 7 * 24, name: '7 days' },
  { hours: 31 * 24, name: '31 days' },
];

let hours = 24;

/** @param {Desk} desk @returns {Promise<Node[]>} */
export async function overview(desk) {
  const firstDay = format.utcDay(Date.now() - hours * 3_600_000);
  const [seen, usage] = await Promise.all([api.overview(hours), api.usage(firstDay)]);
  const { series, answers, since, now, step_seconds: step } = seen;
  // Those that the settings no longer have were asked, too, and cost what they cost.
  const names = [...new Set([...seen.providers, ...series.map(({ provider: name }) => ({ name }))].map(({ name }) => name))];
  const sum = (/** @type {(bucket: api.Bucket) => number} */ of) => series.reduce((sum, bucket) => sum + of(bucket), 0);
  const calls = sum((bucket) => bucket.calls);
  const failed = sum((bucket) => bucket.failed);
  const currencies = [...new Set(series.map((bucket) => bucket.currency).filter((currency) => currency !== ''))];
  const costs = currencies.map((currency) => format.money(sum((bucket) => (bucket.currency === currency ? bucket.cost : 0)), currency));
  const requests = Object.values(answers.cache).reduce((sum, count) => sum + count, 0);
  const found = (answers.cache['hit'] ?? 0) + (answers.cache['joined'] ?? 0);

  const over = (/** @type {string} */ title, /** @type {(bucket: api.Bucket) => number} */ of, /** @type {(value: number) => string} */ shown, only = series) =>
    stack({ title, names, since, until: now, step, format: shown, points: only.map((bucket) => ({ at: bucket.at, name: bucket.provider, value: of(bucket) })) });
  const costPlots = currencies.map((currency) =>
    over(`Cost, ${currency}`, (bucket) => bucket.cost, (value) => format.money(value, currency), series.filter((bucket) => bucket.currency === currency)),
  );
  const errors = Object.entries(answers.errors).sort(([, a], [, b]) => b - a);
  if (calls === 0 && requests === 0 && errors.length === 0) {
    return [windows(desk, firstDay), firstSteps(), h('div', { class: 'plots' }, gateways(seen)), h('p', { class: 'note' }, `Saywell ${seen.version}.`)];
  }
  const [wanted, sent] = [usage.lines.reduce((sum, line) => sum + line.characters, 0), usage.lines.reduce((sum, line) => sum + line.sent_characters, 0)];

  const first = spread({
    title: 'Time to first sound, by provider',
    columns: ['Provider', 'Calls'],
    rows: seen.first_sound.map(({ provider, p50_ms: p50, p95_ms: p95, p99_ms: p99, calls }) => ({ name: provider, p50, p95, p99, count: calls })),
    format: format.milliseconds,
    empty: 'No provider has spoken in this time.',
  });
  const waited = spread({
    title: 'Time to first sound, by what the cache had',
    columns: ['Cache', 'Requests'],
    rows: answers.first_sound.map(({ cache, p50_ms: p50, p95_ms: p95, p99_ms: p99, requests }) => ({ name: cache, p50, p95, p99, count: requests })),
    format: format.milliseconds,
    empty: 'Nothing was heard in this time.',
  });

  return [
    windows(desk, firstDay),
    h(
      'dl',
      { class: 'tiles' },
      tile('Characters spoken', format.count(sum((bucket) => bucket.characters)), `${format.count(calls)} calls to providers`),
      tile('Sound made', format.length(sum((bucket) => bucket.seconds)), 'by all providers'),
      tile('Cost', costs.join(' + ') || 'free', 'as far as prices are known'),
      tile('Failed calls', calls > 0 ? format.percent(failed / calls) : '–', `${format.count(failed)} of ${format.count(calls)}`),
      tile('Cached, whole replies', requests > 0 ? format.percent(found / requests) : '–', `${format.count(found)} of ${format.count(requests)} requests`),
      tile('Cached, by sentence', wanted > 0 ? format.percent(Math.max(0, 1 - sent / wanted)) : '–', `of ${format.count(wanted)} characters since ${firstDay}`),
    ),
    h('div', { class: 'plots' }, over('Characters', (bucket) => bucket.characters, format.count), ...costPlots, ...(failed > 0 ? [over('Failed calls', (bucket) => bucket.failed, format.count)] : []), shares(series)),
    h('div', { class: 'plots' }, waited, first),
    h(
      'div',
      { class: 'plots' },
      bars('Requests by cache', ['hit', 'joined', 'miss', 'partial'].flatMap((name) => rowOf(name, answers.cache[name] ?? 0)), 'No request in this time.'),
      bars('Requests without sound, by error', errors.flatMap(([code, count]) => rowOf(code, count)), 'None in this time.'),
    ),
    h('div', { class: 'plots' }, spenders('Top users', 'user', seen.users), spenders('Top rooms', 'room', seen.rooms)),
    h('div', { class: 'plots' }, gateways(seen)),
    h('p', { class: 'note' }, `Saywell ${seen.version}. All of this is of every replica. Calls that were refused before it was known who asks are in the metrics only.`),
  ];
}

/** @param {string} name @param {number} count */
const rowOf = (name, count) => (count > 0 ? [{ name, value: count, label: format.count(count) }] : []);

/** What an operator does first. */
function firstSteps() {
  const server = new URL('.', document.baseURI).href;
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, 'Nothing was asked for in this time'),
    h('p', { class: 'note' }, 'What is asked, heard and spent appears here. If this is a new server:'),
    h(
      'ol',
      { class: 'steps' },
      h('li', {}, h('a', { href: server }, 'Hear it'), ' in the demo chat.'),
      h('li', {}, 'Ask for a sentence: ', h('code', { class: 'secret', tabindex: 0 }, `curl ${server}tts -H 'content-type: application/json' -d '{"text": "Hello there."}' -o hello.mp3`)),
      h('li', {}, 'Give a page a voice: ', h('code', { class: 'secret', tabindex: 0 }, `<script type="module" src="${server}player/define.js"></script> <saywell-player messages=".assistant"></saywell-player>`)),
      h('li', {}, h('a', { href: '#keys' }, 'Mint a key'), ' for what calls from elsewhere, and give ', h('a', { href: '#callers' }, 'plans'), ' to those who listen.'),
    ),
  );
}

/** @param {Desk} desk @param {string} firstDay  what the file begins with */
function windows(desk, firstDay) {
  const save = () =>
    desk.run(async () => {
      const link = h('a', { href: URL.createObjectURL(await api.usageAsCsv(firstDay)), download: `usage-since-${firstDay}.csv` });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      return 'Usage by day is saved as CSV.';
    });
  const choose = (/** @type {number} */ chosen) => desk.run(async () => ((hours = chosen), ''));
  return h(
    'div',
    { class: 'windows', role: 'group', 'aria-label': 'Time shown' },
    WINDOWS.map((window) => h('button', { class: 'quiet', 'aria-pressed': String(window.hours === hours), click: () => choose(window.hours) }, window.name)),
    h('button', { class: 'quiet apart', click: save }, 'Usage as CSV'),
  );
}

/** @param {string} name @param {string} value @param {string} note */
const tile = (name, value, note) => h('div', {}, h('dt', {}, name), h('dd', { class: 'figure' }, value), h('dd', { class: 'note' }, note));

/**
 * What each provider was sent, made and charged.
 *
 * @param {api.Bucket[]} series
 */
function shares(series) {
  /** @type {Map<string, api.Bucket>} */
  const sums = new Map();
  for (const bucket of series) {
    const of = `${bucket.provider} ${bucket.currency}`;
    const sum = sums.get(of);
    if (sum === undefined) sums.set(of, { ...bucket });
    else for (const field of /** @type {const} */ (['calls', 'failed', 'characters', 'seconds', 'cost'])) sum[field] += bucket[field];
  }
  const rows = [...sums.values()].sort((a, b) => b.characters - a.characters);
  const cells = rows.map((row) => [row.provider, format.count(row.calls), format.count(row.failed), format.count(row.characters), format.length(row.seconds), format.money(row.cost, row.currency)]);
  const columns = ['Provider', ...['Calls', 'Failed', 'Characters', 'Sound', 'Cost'].map((number) => ({ number }))];
  return h('section', { class: 'plot' }, h('h2', {}, 'Providers'), table('Providers', columns, cells, 'No provider was asked in this time.'));
}

/** @param {string} title @param {'user' | 'room'} kind @param {api.Spender[]} rows */
function spenders(title, kind, rows) {
  const cells = rows.map((row) => [h('a', { href: `#callers?${kind}=${encodeURIComponent(row.name)}` }, row.name), format.count(row.calls), format.count(row.characters), format.length(row.seconds), row.cost === null ? 'several currencies' : format.money(row.cost, row.currency)]);
  return h('section', { class: 'plot' }, h('h2', {}, title), table(title, ['Name', { number: 'Calls' }, { number: 'Characters' }, { number: 'Sound' }, { number: 'Cost' }], cells, 'Nobody in this time.'));
}

/**
 * Those that share a Redis with the one that answers, which is among them.
 *
 * @param {api.Overview} seen
 */
function gateways({ gateways: all, now }) {
  const cells = all.map((one) => [one.name, one.version, format.length(Math.max(0, now - one.started_at)), `${one.queue_seconds.toFixed(1)} s`, format.count(one.flights)]);
  const columns = ['Gateway', 'Version', { number: 'Up for' }, { number: 'Wait for the voice inside' }, { number: 'Being made now' }];
  return h('section', { class: 'plot' }, h('h2', {}, 'Gateways'), table('Gateways', columns, cells, 'None is known.'));
}
