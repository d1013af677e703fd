// Users and rooms: their plans, what they are granted beyond, and whether they may speak at all.

import * as api from './api.js';
import { h, table } from './dom.js';
import * as format from './format.js';

/** @typedef {import('./admin.js').Desk} Desk */

/** How far back it is looked why somebody was refused. */
const WEEK_HOURS = 7 * 24;

/** @param {Desk} desk @returns {Promise<Node[]>} */
export async function callers(desk) {
  const chosen = subjectOf(location.hash);
  const refusals = chosen && (await api.refusals(chosen, WEEK_HOURS));
  const { state, plans: there } = await api.controls();
  const plans = [
    ...Object.entries(state.user_plans).map(([id, plan]) => ({ subject: /** @type {api.Subject} */ ({ kind: 'user', id }), plan })),
    ...Object.entries(state.room_plans).map(([id, plan]) => ({ subject: /** @type {api.Subject} */ ({ kind: 'room', id }), plan })),
  ];
  const blocked = [
    ...state.blocked_users.map((id) => /** @type {api.Subject} */ ({ kind: 'user', id })),
    ...state.blocked_rooms.map((id) => /** @type {api.Subject} */ ({ kind: 'room', id })),
  ];
  return [
    look(),
    ...(chosen && refusals ? [about(chosen, refusals, state)] : []),
    h(
      'section',
      { class: 'card' },
      h('h2', {}, 'Grants'),
      h('p', { class: 'note' }, 'What a user or a room may use beyond the plan, until it ends.'),
      table(
        'Grants',
        ['Who', { number: 'How much' }, 'Until', ''],
        state.grants.map((grant) => [
          who(grant.subject),
          amount(grant),
          format.moment(grant.expires_at),
          h('button', { class: 'quiet', 'aria-label': `Take back the grant of ${who(grant.subject)}`, click: () => desk.change({ action: 'remove_grant', id: grant.id }, 'The grant is taken back.') }, 'Take back'),
        ]),
        'Nobody has a grant.',
      ),
      form(desk, 'grant', 'Grant', [number(), select('grant-unit', 'Of', ['characters', 'seconds', 'money']), days()], (subject, field) => {
        const expires = Math.floor(Date.now() / 1000) + Number(field('grant-days')) * 86_400;
        return [
          { action: 'add_grant', subject, unit: field('grant-unit'), amount: Number(field('grant-amount')), expires_at: expires },
          `${who(subject)} has the grant.`,
        ];
      }),
    ),
    h(
      'section',
      { class: 'card' },
      h('h2', {}, 'Plans'),
      h('p', { class: 'note' }, 'A plan given here comes before the one that a token or a key names; a user’s before the room’s.'),
      table(
        'Plans',
        ['Who', 'Plan', ''],
        plans.map(({ subject, plan }) => [
          who(subject),
          plan,
          h('button', { class: 'quiet', 'aria-label': `Take back the plan of ${who(subject)}`, click: () => desk.change({ action: 'set_plan', subject, plan: null }, `${who(subject)} has no plan of its own any more.`) }, 'Take back'),
        ]),
        'Nobody has a plan from here.',
      ),
      form(desk, 'plan', 'Give the plan', [select('plan-plan', 'Plan', there, 'Choose one')], (subject, field) => {
        const plan = field('plan-plan');
        return [{ action: 'set_plan', subject, plan }, `${who(subject)} has the plan ${plan}.`];
      }),
    ),
    h(
      'section',
      { class: 'card' },
      h('h2', {}, 'Blocked'),
      table(
        'Blocked users and rooms',
        ['Who', ''],
        blocked.map((subject) => [
          who(subject),
          h('button', { class: 'quiet', 'aria-label': `Unblock ${who(subject)}`, click: () => desk.change({ action: 'set_blocked', subject, blocked: false }, `${who(subject)} may speak again.`) }, 'Unblock'),
        ]),
        'Nobody is blocked.',
      ),
      form(desk, 'block', 'Block', [], (subject) => [{ action: 'set_blocked', subject, blocked: true }, `${who(subject)} is blocked.`]),
    ),
  ];
}

/** Whom an address is about, like `#callers?user=ann`. @param {string} hash @returns {api.Subject | null} */
function subjectOf(hash) {
  const asked = new URLSearchParams(hash.split('?')[1] ?? '');
  for (const kind of /** @type {const} */ (['user', 'room'])) {
    const id = asked.get(kind);
    if (id) return { kind, id };
  }
  return null;
}

/** A form that leads to one user or room. */
function look() {
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const given = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
    location.hash = `callers?${given.get('look-kind')}=${encodeURIComponent(String(given.get('look-id')).trim())}`;
  };
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, 'Look somebody up'),
    h('form', { id: 'look', class: 'line', submit }, select('look-kind', 'Who', ['user', 'room']), text('look-id', 'Name'), h('button', { class: 'quiet' }, 'Show')),
  );
}

/** What is known of one user or room. @param {api.Subject} subject @param {api.Refusals} refusals @param {api.State} state */
function about(subject, { lines }, state) {
  const { kind, id } = subject;
  const plan = (kind === 'user' ? state.user_plans : state.room_plans)[id];
  const isBlocked = (kind === 'user' ? state.blocked_users : state.blocked_rooms).includes(id);
  const grants = state.grants.filter((grant) => who(grant.subject) === who(subject));
  const known = [isBlocked && 'blocked here', plan && `on the plan ${plan} by what is set here`, ...grants.map((grant) => `granted ${amount(grant)} until ${format.moment(grant.expires_at)}`)].filter(Boolean);
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, `About ${who(subject)}`),
    h('p', { class: 'note' }, known.length > 0 ? `${known.join('; ')}.` : 'Nothing is set here: the plan is that of the token or the key.'),
    table(
      'Requests without sound in the last seven days',
      ['Without sound, 7 days', { number: 'Requests' }, 'The last one'],
      lines.map(({ error, requests, last_at: last }) => [h('span', {}, h('code', {}, error), MEANT[error] ? ` ${MEANT[error]}` : ''), format.count(requests), format.moment(last)]),
      'No request of theirs ended without sound in the last seven days.',
    ),
  );
}

/** What errors mean to whoever can mend them. @type {Record<string, string>} */
const MEANT = {
  forbidden: 'blocked, or the plan does not allow what was asked, or there is no such plan',
  quota_exceeded: 'what the plan allows for the day or the month is used up: a grant or another plan helps',
  trial_exhausted: 'the free trial is used up: a plan helps',
  rate_limited: 'too many requests at a time',
  overloaded: 'the server had too much to do',
  providers_exhausted: 'no provider could speak: see Providers',
  unknown_voice: 'a voice that there is not',
  language_unsupported: 'no voice speaks that language',
  text_too_long: 'longer than the plan or the server allows',
  tts_disabled: 'speech was switched off',
};

/** @param {api.Subject} subject */
const who = ({ kind, id }) => `${kind} ${id}`;

/** @param {api.Grant} grant */
function amount({ unit, amount }) {
  if (unit === 'seconds') return format.length(amount);
  return unit === 'money' ? `${amount} of money` : `${format.count(amount)} characters`;
}

/**
 * A form about one user or room.
 *
 * @param {Desk} desk
 * @param {string} name
 * @param {string} button
 * @param {Node[]} fields
 * @param {(subject: api.Subject, field: (id: string) => string) => [Record<string, unknown>, string]} read
 *   the change, and what is told of it
 */
function form(desk, name, button, fields, read) {
  const submit = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const filled = /** @type {HTMLFormElement} */ (event.currentTarget);
    const given = new FormData(filled);
    const field = (/** @type {string} */ id) => String(given.get(id) ?? '').trim();
    const subject = { kind: /** @type {'user' | 'room'} */ (field(`${name}-kind`)), id: field(`${name}-id`) };
    await desk.change(...read(subject, field), filled);
  };
  return h('form', { id: name, class: 'line', submit }, select(`${name}-kind`, 'Who', ['user', 'room']), text(`${name}-id`, 'Name'), fields, h('button', {}, button));
}

/** @param {string} id @param {string} label */
const text = (id, label) => h('div', { class: 'field' }, h('label', { for: id }, label), h('input', { id, name: id, required: true, maxlength: 256, autocomplete: 'off' }));

const number = () => h('div', { class: 'field' }, h('label', { for: 'grant-amount' }, 'How much'), h('input', { id: 'grant-amount', name: 'grant-amount', type: 'number', min: 0.01, step: 'any', required: true }));

const days = () => h('div', { class: 'field' }, h('label', { for: 'grant-days' }, 'For days'), h('input', { id: 'grant-days', name: 'grant-days', type: 'number', min: 1, max: 3650, value: 30, required: true }));

/** @param {string} id @param {string} label @param {string[]} options @param {string} [none]  what stands there until one is chosen */
const select = (id, label, options, none) =>
  h(
    'div',
    { class: 'field' },
    h('label', { for: id }, label),
    h('select', { id, name: id, required: none !== undefined }, none !== undefined && h('option', { value: '' }, none), options.map((option) => h('option', {}, option))),
  );
