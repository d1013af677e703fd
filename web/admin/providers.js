// The chain: who is asked, in which order, and how they are.

import * as api from './api.js';
import { h, table } from './dom.js';
import * as format from './format.js';

/** @typedef {import('./admin.js').Desk} Desk */

/** @param {Desk} desk @returns {Promise<Node[]>} */
export async function providers(desk) {
  const [seen, controls] = await Promise.all([api.overview(24), api.controls()]);
  const asked = seen.providers.filter((provider) => provider.enabled).map((provider) => provider.name);
  const calls = (/** @type {string} */ name, /** @type {'calls' | 'failed'} */ field) =>
    seen.series.filter((bucket) => bucket.provider === name).reduce((sum, bucket) => sum + bucket[field], 0);
  const rows = seen.providers.map((provider) => {
    const { name, enabled, paid } = provider;
    const [made, failed] = [calls(name, 'calls'), calls(name, 'failed')];
    return [
      h('span', {}, name, paid && h('span', { class: 'tag' }, 'paid')),
      health(provider),
      format.count(made),
      made > 0 ? format.percent(failed / made) : '–',
      h('div', { class: 'row-actions' }, enabled && moves(desk, name, asked), toggle(desk, name, enabled, asked.length)),
    ];
  });
  return [
    h('p', { class: 'lead' }, 'Asked from the top down: when one cannot say a sentence, the next one does.'),
    table('The chain', ['Provider', 'Health', { number: 'Calls, 24 h' }, { number: 'Failed' }, ''], rows),
    ...seen.providers.flatMap(({ name, too_slow: slow }) => (slow ? [h('p', { class: 'note' }, `${name} ${slow}.`)] : [])),
    ...seen.providers.flatMap(({ name, ends }) =>
      ends.map(({ of, day, instead }) => h('p', { class: 'note' }, `${name}: ${of}: no more from ${day} on. Choose ${instead}.`)),
    ),
    controls.state.provider_order === null
      ? h('p', { class: 'note' }, 'The order is that of the settings.')
      : h('p', {}, h('button', { class: 'quiet', click: () => desk.change({ action: 'set_provider_order', order: null }, 'The order is that of the settings again.') }, 'Back to the order of the settings')),
  ];
}

/** @param {api.Provider} provider */
function health({ enabled, breaker, failures, retry_at: retryAt }) {
  if (!enabled) return h('span', { class: 'state' }, 'switched off');
  if (breaker === 'open') {
    return h('span', { class: 'state bad' }, retryAt === null ? 'resting' : `resting, tried again at ${format.moment(retryAt)}`);
  }
  if (breaker === 'probing') return h('span', { class: 'state' }, 'being tried again');
  if (failures > 0) return h('span', { class: 'state' }, failures === 1 ? 'failed once' : `failed ${failures} times in a row`);
  return h('span', { class: 'state good' }, 'well');
}

/** @param {Desk} desk @param {string} name @param {string[]} asked */
function moves(desk, name, asked) {
  const at = asked.indexOf(name);
  const move = (/** @type {number} */ by) => {
    const order = asked.filter((other) => other !== name);
    order.splice(at + by, 0, name);
    return desk.change({ action: 'set_provider_order', order }, `The chain is ${order.join(', ')} now.`);
  };
  return [
    h('button', { class: 'quiet', disabled: at === 0, 'aria-label': `Ask ${name} earlier`, click: () => move(-1) }, '↑'),
    h('button', { class: 'quiet', disabled: at === asked.length - 1, 'aria-label': `Ask ${name} later`, click: () => move(1) }, '↓'),
  ];
}

/** @param {Desk} desk @param {string} name @param {boolean} enabled @param {number} asked */
function toggle(desk, name, enabled, asked) {
  const click = async () => {
    const sure =
      !enabled ||
      asked > 1 ||
      (await desk.confirm({ title: `Switch ${name} off?`, text: 'It is the last provider that is asked. Without it nothing can be spoken.', yes: 'Switch off' }));
    if (sure) await desk.change({ action: 'set_provider', provider: name, enabled: !enabled }, `${name} is ${enabled ? 'switched off' : 'asked again'}.`);
  };
  return h('button', { class: 'quiet', 'aria-label': `Switch ${enabled ? 'off' : 'on'} ${name}`, click }, enabled ? 'Switch off' : 'Switch on');
}
