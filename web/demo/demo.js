// The demo chat: a conversation to listen to, and a box for a reply of one's own.

import { CONVERSATION } from './conversation.js';
import { render } from './markdown.js';

/** @typedef {import('../saywell-player.js').SaywellPlayer} SaywellPlayer */
/** @typedef {import('../player-store.js').PlayerState} PlayerState */

const chat = find('.chat', HTMLElement);
const form = find('.composer', HTMLFormElement);
const own = find('#own', HTMLTextAreaElement);
const report = find('.report', HTMLElement);

for (const { from, text } of CONVERSATION) chat.append(turn(from, text));

await customElements.whenDefined('saywell-player');
const player = /** @type {SaywellPlayer} */ (find('saywell-player', HTMLElement));

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const text = own.value.trim();
  if (text === '') return;
  const reply = turn('assistant', text);
  chat.append(reply);
  own.value = '';
  player.speak(reply);
  // Its speaker is there a frame later, and belongs in view as well.
  requestAnimationFrame(() =>
    requestAnimationFrame(() => scrollTo({ top: document.body.scrollHeight, behavior: reducedMotion() ? 'instant' : 'smooth' })),
  );
});

own.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
  }
});

player.addEventListener('statechange', () => {
  const line = describe(player.state);
  report.hidden = line === '';
  if (report.textContent !== line) report.textContent = line;
});

/**
 * Who speaks, from where, and how soon it was heard.
 *
 * @param {Readonly<PlayerState>} state
 */
function describe({ rendition, firstSoundMs }) {
  if (!rendition) return '';
  const parts = [rendition.provider, rendition.voice, rendition.cached ? 'from the cache' : 'made just now'];
  if (firstSoundMs !== null) parts.push(`first sound after ${Math.round(firstSoundMs)} ms`);
  return parts.join(' · ');
}

/**
 * @param {'user' | 'assistant'} from
 * @param {string} text
 */
function turn(from, text) {
  const article = document.createElement('article');
  article.className = from;
  article.setAttribute('aria-label', from === 'user' ? 'You' : 'Assistant');
  if (from === 'user') {
    article.textContent = text;
  } else {
    article.setAttribute('data-markdown', text);
    article.append(render(text));
  }
  return article;
}

function reducedMotion() {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
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
