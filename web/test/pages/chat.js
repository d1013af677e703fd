// Gives the page the player that the address asks for, as in `?with=captions&with=speed:1.25`, and
// replies as they come in.

const player = document.createElement('saywell-player');
player.setAttribute('messages', '.assistant');
for (const wish of new URLSearchParams(location.search).getAll('with')) {
  const [, name = '', value = ''] = /^([^:]+):?(.*)$/.exec(wish) ?? [];
  player.setAttribute(name, value);
}
if (new URLSearchParams(location.search).has('rtl')) document.documentElement.dir = 'rtl';
document.body.append(player);
// Speech that nobody has clicked for.
if (new URLSearchParams(location.search).has('speak')) {
  customElements.whenDefined('saywell-player').then(() => player.speak(document.querySelector('.assistant')));
}

globalThis.chat = {
  /**
   * @param {string} text
   * @param {string} [id]
   */
  add(text, id = '') {
    const article = document.createElement('article');
    article.className = 'assistant';
    if (id) article.setAttribute('data-message-id', id);
    const paragraph = document.createElement('p');
    paragraph.textContent = text;
    article.append(paragraph);
    document.querySelector('form')?.before(article);
    return article;
  },

  /** Renders a message anew, as a framework does: other nodes, the same words. @param {string} id */
  renderAnew(id) {
    const old = document.querySelector(`[data-message-id="${id}"]`);
    const next = document.createElement('article');
    next.className = 'assistant';
    next.setAttribute('data-message-id', id);
    const paragraph = document.createElement('p');
    paragraph.textContent = old?.querySelector('p')?.textContent ?? '';
    next.append(paragraph);
    old?.replaceWith(next);
  },
};
