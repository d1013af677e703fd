// The page of the chat: messages as they come, and who listens.

const list = document.querySelector('#messages');
const form = document.querySelector('#say');

/** Shows a message, new or written on. */
function show({ id, role, author, text, done }) {
  let article = list.querySelector(`[data-message-id="${id}"]`);
  if (!article) {
    article = document.createElement('article');
    article.className = role;
    article.dataset.messageId = id;
    const [name, words, place] = ['b', 'p', 'footer'].map((tag) => document.createElement(tag));
    name.textContent = author;
    place.dataset.saywellPlace = '';
    article.append(name, words, place);
    list.append(article);
  }
  article.querySelector('p').textContent = text;
  article.dataset.markdown = text;
  article.ariaBusy = String(!done);
  article.scrollIntoView({ block: 'nearest' });
}

new EventSource(list.dataset.events).onmessage = ({ data }) => show(JSON.parse(data));

form.addEventListener('submit', (event) => {
  event.preventDefault();
  fetch(form.action, { method: 'POST', body: new FormData(form) });
  form.reset();
});
form.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});

// Who listens: a token of this session's, fetched when it is first needed, again before it runs out, and when it is refused.
const player = document.querySelector('saywell-player');
let known = { token: null, until: 0 };
if (player) {
  player.token = async (refused) => {
    if (Date.now() > known.until || refused === known.token) {
      const { token, seconds } = await (await fetch(player.dataset.token, { method: 'POST' })).json();
      known = { token, until: Date.now() + (seconds - 60) * 1000 };
    }
    return known.token;
  };
}
