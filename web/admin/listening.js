// How replies are listened to, by voice and by room.

import * as api from './api.js';
import { h, table } from './dom.js';
import * as format from './format.js';

/** @typedef {import('./admin.js').Desk} Desk */

const WINDOWS = [
  { days: 1, name: 'Today' },
  { days: 7, name: '7 days' },
  { days: 30, name: '30 days' },
  { days: 365, name: '1 year' },
];
const DAY_MS = 86_400_000;

let days = 7;

/** @param {Desk} desk @returns {Promise<Node[]>} */
export async function listening(desk) {
  const since = format.utcDay(Date.now() - (days - 1) * DAY_MS);
  const [voices, rooms] = await Promise.all([api.listening('voice', since), api.listening('room', since)]);
  const off = h(
    'p',
    { class: 'note' },
    'Players do not tell how replies are listened to: start the server with TTS_LISTENING=true. What is kept then is sums by day, room and voice: no text, and no names of listeners.',
  );
  const choose = (/** @type {number} */ chosen) => desk.run(async () => ((days = chosen), ''));
  return [
    ...(voices.enabled ? [] : [off]),
    h(
      'div',
      { class: 'windows', role: 'group', 'aria-label': 'Time shown' },
      WINDOWS.map((window) => h('button', { class: 'quiet', 'aria-pressed': String(window.days === days), click: () => choose(window.days) }, window.name)),
    ),
    card('By voice', 'Voice', voices.lines, ({ name, provider }) => `${name || 'not known'}${provider && ` (${provider})`}`),
    card('By room', 'Room', rooms.lines, ({ name }) => name || 'no room'),
    h('p', { class: 'note' }, 'A quarter is heard when nine tenths of it were, whatever was skipped to get there. Half of those who left a reply had left by where it says. Days are those of UTC.'),
  ];
}

/** @param {string} title @param {string} what @param {api.Listened[]} lines @param {(line: api.Listened) => string} nameOf */
function card(title, what, lines, nameOf) {
  const columns = [what, ...['Started', '1st quarter', '2nd', '3rd', '4th', 'Finished', 'Half had left by', 'Broke off', 'Heard'].map((number) => ({ number }))];
  const cells = lines.map((line) => {
    const share = (/** @type {number} */ count) => (line.started > 0 ? format.percent(count / line.started) : '–');
    return [
      nameOf(line),
      format.count(line.started),
      ...line.quarters.map(share),
      share(line.finished),
      line.median_stop === null ? '–' : format.percent(line.median_stop),
      share(line.failed),
      format.length(line.heard_seconds),
    ];
  });
  return h('section', { class: 'card' }, h('h2', {}, title), table(`Listening, ${title.toLowerCase()}`, columns, cells, 'Nothing was told in this time.'));
}
