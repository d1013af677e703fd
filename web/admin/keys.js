// API keys: minting, and taking back.

import * as api from './api.js';
import { h, table } from './dom.js';
import * as format from './format.js';

/** @typedef {import('./admin.js').Desk} Desk */

/** What all who use a key may use together. @type {{ field: string, name: string, least?: string, step?: string }[]} */
const LIMITS = [
  { field: 'requests_per_minute', name: 'Requests a minute' },
  { field: 'concurrent', name: 'Replies at once' },
  { field: 'characters_per_day', name: 'Characters a day' },
  { field: 'characters_per_month', name: 'Characters a month' },
  { field: 'seconds_per_day', name: 'Seconds a day' },
  { field: 'seconds_per_month', name: 'Seconds a month' },
  { field: 'money_per_day', name: 'Money a day', least: '0.01', step: '0.01' },
];

/** The key that was just minted, shown until another thing is done with keys or the page is left. @type {{ secret: string, name: string } | null} */
let minted = null;

addEventListener('hashchange', () => {
  minted = null;
});

/** @param {Desk} desk @returns {Promise<Node[]>} */
export async function keys(desk) {
  const { keys } = await api.keys();
  return [
    minted &&
      h(
        'section',
        { class: 'card fresh' },
        h('h2', {}, `The key “${minted.name}”`),
        h('p', {}, 'Copy it now: it is kept as a hash only, and cannot be shown again.'),
        h('p', {}, h('code', { class: 'secret', tabindex: 0 }, minted.secret)),
        copy(desk, minted.secret),
      ),
    h(
      'section',
      { class: 'card' },
      h('h2', {}, 'Keys'),
      table(
        'API keys',
        ['Name', 'Id', 'May', 'Limits', 'Minted', 'State', ''],
        keys.map((key) => [key.name, h('code', {}, key.id), key.scopes.join(', '), limits(key), format.moment(key.created_at), state(key), key.revoked_at === null && revoke(desk, key)]),
        'There is no key yet.',
      ),
    ),
    h('section', { class: 'card' }, h('h2', {}, 'New key'), form(desk)),
  ].filter((node) => node !== null);
}

/** Pages may copy only over HTTPS or on this machine. @param {Desk} desk @param {string} secret */
function copy(desk, secret) {
  if (!('clipboard' in navigator)) return null;
  const click = () =>
    navigator.clipboard.writeText(secret).then(
      () => desk.say('The key is copied.'),
      () => desk.say('The browser does not let this page copy: select the key, and copy it.'),
    );
  return h('p', {}, h('button', { class: 'quiet', click }, 'Copy'));
}

/** @param {api.Key} key */
function limits({ limits }) {
  const named = LIMITS.filter(({ field }) => limits[field] !== undefined);
  const lines = named.map(({ field, name }) => h('span', { class: 'allowed' }, `${name}: ${(limits[field] ?? 0).toLocaleString('en')}`));
  return h('span', {}, ...(lines.length > 0 ? lines : ['none of its own']));
}

/** @param {api.Key} key */
function state({ revoked_at: revoked, expires_at: expires }) {
  if (revoked !== null) return h('span', { class: 'state bad' }, `revoked ${format.moment(revoked)}`);
  if (expires === null) return h('span', { class: 'state good' }, 'in force');
  return expires * 1000 < Date.now() ? h('span', { class: 'state' }, 'expired') : h('span', { class: 'state good' }, `until ${format.moment(expires)}`);
}

/** @param {Desk} desk @param {api.Key} key */
function revoke(desk, key) {
  const click = async () => {
    const sure = await desk.confirm({ title: `Revoke “${key.name}”?`, text: 'Whoever uses this key is refused from now on. It cannot be taken back.', yes: 'Revoke' });
    if (!sure) return;
    await desk.run(async () => {
      await api.revoke(key.id);
      minted = null;
      return `“${key.name}” is revoked.`;
    });
  };
  return h('button', { class: 'quiet', 'aria-label': `Revoke ${key.name}`, click }, 'Revoke');
}

/** @param {Desk} desk */
function form(desk) {
  const name = h('input', { id: 'key-name', required: true, maxlength: 100, autocomplete: 'off' });
  const days = h('input', { id: 'key-days', type: 'number', min: 1, max: 3650, placeholder: 'never' });
  const speak = h('input', { type: 'checkbox', id: 'key-speak', checked: true });
  const admin = h('input', { type: 'checkbox', id: 'key-admin' });
  const allowed = LIMITS.map(({ field, name, least = '1', step = '1' }) => ({ field, name, input: h('input', { id: `key-${field}`, type: 'number', min: least, step, placeholder: 'no limit' }) }));
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const filled = /** @type {HTMLFormElement} */ (event.currentTarget);
    void desk.run(async () => {
      const scopes = [...(speak.checked ? ['speak'] : []), ...(admin.checked ? ['admin'] : [])];
      const expires = days.value === '' ? null : Math.floor(Date.now() / 1000) + Number(days.value) * 86_400;
      const limits = Object.fromEntries(allowed.flatMap(({ field, input }) => (input.value === '' ? [] : [[field, input.valueAsNumber]])));
      const { secret, key } = await api.mint({ name: name.value.trim(), scopes, expires_at: expires, limits });
      minted = { secret, name: key.name };
      return `“${key.name}” is minted.`;
    }, filled);
  };
  return h(
    'form',
    { id: 'new-key', class: 'line', submit },
    h('div', { class: 'field' }, h('label', { for: 'key-name' }, 'Name'), name),
    h('div', { class: 'field' }, h('label', { for: 'key-days' }, 'Ends after days'), days),
    h('fieldset', { class: 'field' }, h('legend', {}, 'It may'), h('label', { class: 'check' }, speak, 'speak'), h('label', { class: 'check' }, admin, 'run this server')),
    h(
      'fieldset',
      { class: 'field limits' },
      h('legend', {}, 'All who use it together get at most'),
      allowed.map(({ field, name, input }) => h('div', { class: 'field' }, h('label', { for: `key-${field}` }, name), input)),
    ),
    h('button', {}, 'Mint'),
  );
}
