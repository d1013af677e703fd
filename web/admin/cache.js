// What is stored, and emptying it.

import * as api from './api.js';
import { h, table } from './dom.js';
import * as format from './format.js';

/** @typedef {import('./admin.js').Desk} Desk */

/** @type {Record<string, { label: string, ask: string | null, what: (value: string) => Record<string, unknown> }>} */
const WAYS = {
  older: { label: 'What is older than', ask: 'Days', what: (value) => ({ older_than_seconds: Math.round(Number(value) * 86_400) }) },
  user: { label: 'What was made for a user', ask: 'User', what: (value) => ({ user: value }) },
  provider: { label: 'What a provider made', ask: 'Provider', what: (value) => ({ provider: value }) },
  voice: { label: 'What is in a voice', ask: 'Voice', what: (value) => ({ voice: value }) },
  key: { label: 'One entry', ask: 'Key', what: (value) => ({ key: value }) },
  all: { label: 'Everything', ask: null, what: () => ({ all: true }) },
};

/** @param {Desk} desk @returns {Promise<Node[]>} */
export async function cache(desk) {
  const { cache } = await api.overview(24);
  const full = cache.max_bytes > 0 ? cache.bytes / cache.max_bytes : 0;
  return [
    h(
      'section',
      { class: 'card' },
      h('h2', { id: 'stored' }, 'Stored'),
      h('p', { class: 'sum' }, `${format.bytes(cache.bytes)} of ${format.bytes(cache.max_bytes)}`),
      h('meter', { min: 0, max: 1, value: full, 'aria-labelledby': 'stored' }, format.percent(full)),
      h('p', { class: 'note' }, `${format.count(cache.renditions)} renditions (whole replies) and ${format.count(cache.clips)} clips (sentences).`),
      table(
        'What takes most',
        ['Provider', 'Voice', 'Kind', { number: 'Entries' }, { number: 'Size' }, { number: 'Listened to' }],
        cache.content.map((row) => [row.provider, row.voice, row.kind, format.count(row.entries), format.bytes(row.bytes), format.count(row.accesses)]),
        'Nothing is stored.',
      ),
    ),
    h('section', { class: 'card' }, h('h2', {}, 'Purge'), h('p', { class: 'note' }, 'What goes is made anew, and paid for anew, when it is asked for again.'), form(desk)),
  ];
}

/** @param {Desk} desk */
function form(desk) {
  const way = h('select', { id: 'purge-way', change: () => adapt() }, Object.entries(WAYS).map(([value, { label }]) => h('option', { value }, label)));
  const label = h('label', { for: 'purge-value' });
  const value = h('input', { id: 'purge-value', autocomplete: 'off' });
  const field = h('div', { class: 'field' }, label, value);
  const adapt = () => {
    const { ask } = /** @type {(typeof WAYS)[string]} */ (WAYS[way.value]);
    field.hidden = ask === null;
    value.required = ask !== null;
    value.type = way.value === 'older' ? 'number' : 'text';
    value.min = way.value === 'older' ? '0' : '';
    value.value = '';
    label.textContent = ask ?? '';
  };
  adapt();
  const submit = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const filled = /** @type {HTMLFormElement} */ (event.currentTarget);
    const chosen = /** @type {(typeof WAYS)[string]} */ (WAYS[way.value]);
    const what = chosen.what(value.value.trim());
    const named = chosen.ask === null ? chosen.label : `${chosen.label}: ${value.value.trim()}`;
    const sure = await desk.confirm({ title: 'Purge the cache?', text: `${named}. This cannot be undone.`, yes: 'Purge' });
    if (!sure) return;
    await desk.run(async () => {
      const { removed } = await api.purge(what);
      return removed === 1 ? '1 entry is gone.' : `${format.count(removed)} entries are gone.`;
    }, filled);
  };
  // The fields are as they were at first only after the event.
  const reset = () => queueMicrotask(adapt);
  return h('form', { id: 'purge', class: 'line', submit, reset }, h('div', { class: 'field' }, h('label', { for: 'purge-way' }, 'What'), way), field, h('button', { class: 'danger' }, 'Purge'));
}
