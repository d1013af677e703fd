// The demo: a chat with rooms and an assistant that writes as one watches, and is heard meanwhile. Its only ties to
// the player are the class `assistant` and `aria-busy`.

import { replyTo, written } from './assistant.js';
import { render } from './markdown.js';
import { ROOMS } from './rooms.js';
import { applySettings } from './settings.js';
import { TROUBLED, makeTrouble } from './trouble.js';

/** @typedef {import('../saywell-player.js').SaywellPlayer} SaywellPlayer */
/** @typedef {import('../player-store.js').PlayerState} PlayerState */
/** @typedef {import('./rooms.js').Room} Room */
/** @typedef {import('./rooms.js').Turn} Turn */

const chat = find('.chat', HTMLElement);
const log = find('.log', HTMLElement);
const form = find('.composer', HTMLFormElement);
const own = find('#own', HTMLTextAreaElement);
const chips = find('.chips', HTMLElement);
/** What invites to the first question. */
const lead = Object.assign(document.createElement('p'), { className: 'lead', textContent: 'Ask, and hear the answer while it is written:' });
/** Who speaks, for those who ask. */
const report = Object.assign(document.createElement('p'), { className: 'report' });
const facts = Object.assign(document.createElement('details'), { className: 'facts', hidden: true });
const player = /** @type {SaywellPlayer} */ (find('saywell-player', HTMLElement));

/** What is no farther from the end than that is at the end: about the height of a message's speaker. */
const NEAR_PIXELS = 80;

/** What has been said, by room. */
const said = new Map(ROOMS.map(({ id, turns }) => [id, [...turns]]));
let room = roomAt(location.hash);
/** Ends the writing of the present reply. */
let leave = new AbortController();

chips.before(lead);
facts.append(Object.assign(document.createElement('summary'), { textContent: 'About this voice' }), report);
find('.composer .foot', HTMLElement).append(facts);
// What one has come for; whoever has switched it off finds it off.
player.setAttribute('continuous', 'cut');
applySettings(player);
makeTrouble();
find('.rooms', HTMLElement).append(...ROOMS.map(doorTo));
enter(room);
addEventListener('hashchange', () => {
  const next = roomAt(location.hash);
  if (next !== room) enter(next);
});

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const text = own.value.trim();
  if (text === '') return;
  own.value = '';
  void converse(room, text);
});

own.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});

player.addEventListener('statechange', () => {
  const line = describe(player.state);
  facts.hidden = line === '';
  if (report.textContent !== line) report.textContent = line;
});

/** @param {string} hash  of the address; one that names no room leads to the first */
function roomAt(hash) {
  return /** @type {Room} */ (ROOMS.find(({ id }) => `#${id}` === hash) ?? ROOMS[0]);
}

/** @param {Room} next */
function enter(next) {
  leave.abort();
  leave = new AbortController();
  room = next;
  document.title = `${room.name} · Saywell`;
  find('h1', HTMLElement).textContent = room.name;
  find('.about', HTMLElement).textContent = room.about;
  own.placeholder = room.placeholder;
  for (const door of document.querySelectorAll('.rooms a')) {
    if (door.getAttribute('href') !== `#${room.id}`) {
      door.removeAttribute('aria-current');
      continue;
    }
    door.setAttribute('aria-current', 'page');
    // On a phone they are a strip that is longer than the screen.
    door.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }
  chips.replaceChildren(...room.chips.map(chip));
  chips.hidden = room.chips.length === 0;
  lead.hidden ||= chips.hidden;
  chips.classList.toggle('first', !lead.hidden);
  // What is read belongs to the conversation that is left.
  player.stop?.();
  chat.replaceChildren(...(said.get(room.id) ?? []).map((turn, index) => bubble(turn, nameOf(room, index, turn))));
  scroller().scrollTo({ top: 0 });
  void tellWhatIsMissing(room);
}

/** Which of a room's languages no voice here speaks, in words above its conversation. @param {Room} here */
async function tellWhatIsMissing(here) {
  document.querySelector('.missing')?.remove();
  const wanted = [...new Set(here.turns.flatMap(({ languages = [] }) => languages))];
  if (wanted.length === 0) return;
  await customElements.whenDefined('saywell-player');
  const voices = await player.voices().catch(() => []);
  const speaks = (/** @type {string} */ wanted) => voices.some(({ language }) => language === '' || language.split('-')[0] === wanted);
  const missing = wanted.filter((language) => !speaks(language));
  if (here !== room || voices.length === 0 || missing.length === 0) return;
  const names = new Intl.DisplayNames(['en'], { type: 'language' });
  const list = new Intl.ListFormat('en', { type: 'disjunction' }).format(missing.map((language) => names.of(language) ?? language));
  const note = document.createElement('p');
  note.className = 'missing';
  note.setAttribute('role', 'note');
  note.append(`No voice on this server speaks ${list}. `, code('saywell voices add kokoro'), ' fetches those that do.');
  chat.before(note);
}

/** @param {string} text */
function code(text) {
  const element = document.createElement('code');
  element.textContent = text;
  return element;
}

/**
 * A message and the assistant's reply to it.
 *
 * @param {Room} here
 * @param {string} text
 */
async function converse(here, text) {
  leave.abort();
  leave = new AbortController();
  const { signal } = leave;
  lead.hidden = true;
  chips.classList.remove('first');
  const turns = said.get(here.id) ?? [];
  if (!here.echo) {
    const question = /** @type {Turn} */ ({ from: 'user', text });
    turns.push(question);
    chat.append(bubble(question, null));
  }

  const reply = replyTo(here, text);
  // Before the first letter, so that leaving the room while it is written loses nothing.
  const turn = /** @type {Turn} */ ({ from: 'assistant', text: reply });
  const name = nameOf(here, turns.push(turn) - 1, turn);
  // A message like any other, which can be listened to while it is written.
  const draft = bubble({ ...turn, text: '' }, name);
  draft.classList.add('writing');
  draft.setAttribute('aria-busy', 'true');
  chat.append(draft);
  const words = document.createElement('div');
  draft.prepend(words);
  toTheEnd();
  // In the press itself: not every browser lets sound begin later.
  if (player.choices?.continuous) player.speak(draft);
  for await (const part of written(reply, signal)) {
    const follows = isAtTheEnd();
    draft.setAttribute('data-markdown', part);
    words.replaceChildren(render(part));
    if (follows) toTheEnd();
  }
  if (here !== room) return;
  draft.replaceChildren(render(reply), ...draft.querySelectorAll(':scope > saywell-speaker'));
  draft.setAttribute('data-markdown', reply);
  draft.classList.remove('writing');
  draft.removeAttribute('aria-busy');
  // The reply's speaker is there a frame later, and belongs in view as well.
  requestAnimationFrame(() => requestAnimationFrame(() => isAtTheEnd() && toTheEnd()));
}

/** Whether the end is in view, or nearly: who has scrolled away from it reads something else. */
function isAtTheEnd() {
  const { scrollTop, scrollHeight, clientHeight } = scroller();
  return scrollHeight - clientHeight - scrollTop < NEAR_PIXELS;
}

function toTheEnd() {
  scroller().scrollTo({ top: scroller().scrollHeight, behavior: 'instant' });
}

/** What the conversation scrolls in: itself, or the page where there is little height. */
function scroller() {
  return getComputedStyle(log).overflowY === 'visible' ? document.documentElement : log;
}

/**
 * What tells a message apart, in a room and after it was rendered anew.
 *
 * @param {Room} room
 * @param {number} index
 * @param {Turn} turn
 */
function nameOf(room, index, turn) {
  return turn.trouble ? `${TROUBLED}${turn.trouble}#${index}` : `${room.id}:${index}`;
}

/**
 * @param {Turn} turn
 * @param {string | null} name
 */
function bubble({ from, text, languages = [] }, name) {
  const article = document.createElement('article');
  article.className = from === 'user' ? 'user' : 'reply assistant';
  article.setAttribute('aria-label', from === 'user' ? 'You' : 'Assistant');
  if (from === 'user') {
    article.textContent = text;
  } else {
    article.setAttribute('data-markdown', text);
    if (name) article.setAttribute('data-message-id', name);
    article.append(render(text));
    for (const [index, paragraph] of article.querySelectorAll(':scope > p').entries()) {
      const language = languages[index];
      if (language) paragraph.setAttribute('lang', language);
    }
  }
  return article;
}

/** @param {Room} room */
function doorTo({ id, name, about }) {
  const link = document.createElement('a');
  link.href = `#${id}`;
  const title = document.createElement('span');
  title.className = 'name';
  title.textContent = name;
  const line = document.createElement('span');
  line.className = 'line';
  line.textContent = about;
  link.append(title, ' ', line);
  const item = document.createElement('li');
  item.append(link);
  return item;
}

/** @param {string} text */
function chip(text) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = text;
  button.addEventListener('click', () => void converse(room, text));
  return button;
}

/**
 * Who speaks, from where, and how soon it was heard.
 *
 * @param {Readonly<PlayerState>} state
 */
function describe({ rendition, firstSoundMs, captions, position }) {
  if (!rendition) return '';
  // Another language has another voice.
  const spoken = captions.utterances.findLast(({ start }) => start <= position);
  const { provider, voice } = spoken?.voice ? spoken : rendition;
  const parts = [provider || rendition.provider, voice, rendition.cached ? 'from the cache' : 'made just now'];
  if (firstSoundMs !== null) parts.push(`first sound after ${Math.round(firstSoundMs)} ms`);
  return parts.filter(Boolean).join(' · ');
}

/**
 * @template {HTMLElement} Kind
 * @param {string} selector
 * @param {new () => Kind} Type
 * @returns {Kind}
 */
function find(selector, Type) {
  const element = document.querySelector(selector);
  if (!(element instanceof Type)) throw new Error(`the page has no ${selector}`);
  return element;
}
