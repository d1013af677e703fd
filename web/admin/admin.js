// The operator's page: one view at a time, named by the address after `#`.

import * as api from './api.js';
import { audit } from './audit.js';
import { cache } from './cache.js';
import { callers } from './callers.js';
import { find, h } from './dom.js';
import { keys } from './keys.js';
import { listening } from './listening.js';
import { overview } from './overview.js';
import { providers } from './providers.js';

/**
 * What a view can do with the page around it.
 *
 * @typedef {object} Desk
 * @property {(text: string) => void} say Tells what was done.
 * @property {(question: { title: string, text: string, yes: string }) => Promise<boolean>} confirm
 * @property {(change: Record<string, unknown>, done: string, form?: HTMLFormElement) => Promise<void>} change Changes a control, says so, and draws anew.
 * @property {(work: () => Promise<string>, form?: HTMLFormElement) => Promise<void>} run Does something, says what it came to, and draws anew. The form that asked for it is emptied once it is done.
 */

/**
 * @typedef {object} View
 * @property {string} name
 * @property {string} title
 * @property {(desk: Desk) => Promise<Node[]>} draw
 * @property {number} [everyMs] How often it is drawn anew while it is looked at.
 */

/** @type {View[]} */
const VIEWS = [
  { name: 'overview', title: 'Overview', draw: overview, everyMs: 10_000 },
  { name: 'providers', title: 'Providers', draw: providers },
  { name: 'listening', title: 'Listening', draw: listening },
  { name: 'callers', title: 'Callers', draw: callers },
  { name: 'cache', title: 'Cache', draw: cache },
  { name: 'keys', title: 'Keys', draw: keys },
  { name: 'audit', title: 'Audit log', draw: audit },
];

/** How long what was done is said: long enough to be read twice. */
const SAID_MS = 10_000;

const main = find('main', HTMLElement);
const nav = find('nav.views', HTMLElement);
const flag = find('.flag', HTMLElement);
const toast = find('.toast', HTMLElement);
const dialog = find('dialog.confirm', HTMLDialogElement);

/** The drawing that counts; an earlier one that comes late is dropped. */
let drawing = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let later;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let unsaid;
/** Whether a button of the mouse, or a finger, is down. */
let pressed = false;

/** @type {Desk} */
const desk = {
  say,
  confirm,
  change: (change, done, form) =>
    desk.run(async () => {
      await api.change(change);
      return done;
    }, form),
  async run(work, form) {
    try {
      const done = await work();
      form?.reset();
      // What is said is then there to be seen, and what is pressed next stays where it is.
      await draw();
      say(done);
    } catch (error) {
      say(error instanceof Error ? error.message : String(error), true);
    }
  },
};

addEventListener('pointerdown', () => (pressed = true), true);
for (const end of ['pointerup', 'pointercancel']) addEventListener(end, () => (pressed = false), true);
addEventListener('hashchange', async () => {
  await draw();
  main.focus();
});
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void draw();
});
await draw();

function current() {
  const [name] = location.hash.slice(1).split('?');
  return /** @type {View} */ (VIEWS.find((view) => view.name === name) ?? VIEWS[0]);
}

async function draw() {
  clearTimeout(later);
  const mine = (drawing += 1);
  const view = current();
  try {
    const [controls, content] = await Promise.all([api.controls(), view.draw(desk)]);
    await released();
    if (mine !== drawing) return;
    document.title = `${view.title} · Saywell`;
    const refocus = keepFocus();
    drawFrame(view, controls);
    drawContent(h('h1', {}, view.title), ...content);
    refocus();
  } catch (error) {
    if (mine !== drawing) return;
    if (error instanceof api.Refused && (error.status === 401 || error.status === 403)) drawSignIn(error);
    else main.replaceChildren(h('h1', {}, view.title), h('p', { class: 'empty', role: 'alert' }, `This cannot be shown: ${error instanceof Error ? error.message : error}`));
  }
  if (view.everyMs !== undefined) {
    later = setTimeout(() => {
      // Who reads a table or fills a form in keeps it.
      const busy = document.hidden || dialog.open || main.querySelector('details[open]') !== null;
      if (busy) later = setTimeout(() => void draw(), view.everyMs);
      else void draw();
    }, view.everyMs);
  }
}

/** Waits until nothing is held down: what is replaced between its press and its release is never clicked. */
async function released() {
  while (pressed) {
    await new Promise((resolve) => {
      for (const end of ['pointerup', 'pointercancel']) addEventListener(end, resolve, { once: true });
    });
    // The click comes after the release.
    await new Promise((resolve) => setTimeout(resolve));
  }
}

/**
 * Puts a view in the place of what is seen. A form that was there stays as it is, with what is
 * being written in it, and what was opened stays open.
 *
 * @param {...Node} content
 */
function drawContent(...content) {
  const opened = [...main.querySelectorAll('details[open]')].map(place);
  const forms = [...main.querySelectorAll('form')];
  const fresh = document.createDocumentFragment();
  fresh.append(...content);
  for (const form of fresh.querySelectorAll('form')) {
    const filled = forms.find(({ id }) => id === form.id);
    if (filled) form.replaceWith(filled);
  }
  main.replaceChildren(fresh);
  for (const details of main.querySelectorAll('details')) details.open = opened.includes(place(details));
}

/**
 * Puts the keyboard back where it was once the page has been drawn anew: on the same control, else on what
 * stands in its place, else on the view, never at the page's start.
 */
function keepFocus() {
  const focused = document.activeElement;
  if (!(focused instanceof HTMLElement) || focused === document.body) return () => {};
  const sign = signOf(focused);
  return () => {
    if (document.activeElement !== document.body && document.activeElement !== null) return;
    const twin = focused.isConnected ? focused : [...document.querySelectorAll(focused.localName)].find((other) => signOf(other) === sign);
    /** @type {HTMLElement} */ (twin ?? main).focus({ preventScroll: true });
  };
}

/** What a control is known by from one drawing to the next. @param {Element} element */
function signOf(element) {
  return [element.closest('section')?.querySelector('h2')?.textContent, element.id, element.getAttribute('aria-label') ?? element.textContent].join('\n');
}

/** @param {Element} details */
function place(details) {
  return details.parentElement?.querySelector('h2')?.textContent ?? '';
}

/** @param {View} view @param {api.Controls} controls */
function drawFrame(view, controls) {
  nav.hidden = flag.hidden = false;
  nav.replaceChildren(
    ...VIEWS.map(({ name, title }) => h('a', { href: `#${name}`, 'aria-current': name === view.name ? 'page' : null }, title)),
  );
  const button = h(
    'button',
    { class: 'switch', role: 'switch', 'aria-checked': String(controls.enabled), 'aria-labelledby': 'flag-label', click: () => flip(!controls.enabled) },
    h('span', { class: 'knob', 'aria-hidden': 'true' }),
  );
  flag.replaceChildren(
    h('span', { id: 'flag-label' }, 'Speech'),
    button,
    h('span', { class: controls.enabled ? 'state good' : 'state bad', 'aria-hidden': 'true' }, controls.enabled ? 'on' : 'off'),
    ...(api.isSignedIn() ? [h('button', { class: 'quiet', click: leave }, 'Sign out')] : []),
  );
}

/** @param {boolean} enabled */
async function flip(enabled) {
  const sure =
    enabled ||
    (await confirm({
      title: 'Switch speech off?',
      text: 'From now on every request for speech is refused, on every replica. What is being heard is heard to its end.',
      yes: 'Switch off',
    }));
  if (sure) await desk.change({ action: 'set_enabled', enabled }, enabled ? 'Speech is on.' : 'Speech is off.');
}

function leave() {
  api.signOut();
  void draw();
}

/** @param {api.Refused} refused */
function drawSignIn(refused) {
  nav.hidden = flag.hidden = true;
  document.title = 'Sign in · Saywell';
  const field = h('input', { id: 'key', type: 'password', autocomplete: 'off', required: true });
  drawContent(
    h('h1', {}, 'Sign in'),
    ...(api.isSignedIn() ? [h('p', { class: 'fault', role: 'alert' }, refused.message)] : []),
    h(
      'form',
      {
        id: 'sign-in',
        class: 'card narrow',
        submit: (/** @type {SubmitEvent} */ event) => {
          event.preventDefault();
          api.signIn(field.value.trim());
          void draw();
        },
      },
      h('p', {}, 'This page is for those who run this server. It takes an API key with the scope “admin”, which ', h('code', {}, 'saywell key'), ' mints, or a token on the plan “admin”.'),
      h('label', { for: 'key' }, 'API key or token'),
      field,
      h('button', {}, 'Sign in'),
    ),
  );
}

/** Says what was done for a while, and what went wrong until something else is done. @param {string} text @param {boolean} [isFault] */
function say(text, isFault = false) {
  clearTimeout(unsaid);
  toast.classList.toggle('fault', isFault);
  toast.textContent = text;
  if (!isFault) unsaid = setTimeout(() => (toast.textContent = ''), SAID_MS);
}

/** @param {{ title: string, text: string, yes: string }} question @returns {Promise<boolean>} */
function confirm({ title, text, yes }) {
  find('#confirm-title', HTMLElement).textContent = title;
  find('#confirm-text', HTMLElement).textContent = text;
  find('dialog.confirm .danger', HTMLElement).textContent = yes;
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true }));
}
