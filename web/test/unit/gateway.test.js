import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Gateway, PlayerError } from '../../gateway.js';
import { wordsIn } from '../../languages.js';
import { explain, formatTime } from '../../words.js';

const signal = new AbortController().signal;

/**
 * A gateway that gives one answer, and what it was asked.
 *
 * @param {Response | Error} answer
 * @param {string} [base]
 */
function answering(answer, base = 'http://gateway.test') {
  /** @type {{ url: string, init: RequestInit }[]} */
  const calls = [];
  const gateway = new Gateway(base, async (url, init = {}) => {
    calls.push({ url: String(url), init });
    if (answer instanceof Error) throw answer;
    return answer;
  });
  return { gateway, calls };
}

const ANSWER = {
  key: 'abc',
  url: '/tts/audio/abc.webm?exp=1&sig=s',
  captions_url: '/tts/captions/abc.json?exp=1&sig=s',
  format: 'webm',
  content_type: 'audio/webm; codecs=opus',
  provider: 'local',
  voice: 'heart',
  cached: false,
  complete: false,
  characters: 12,
  duration_seconds: 1.4,
  expires_at: '2030-01-01T00:00:00Z',
};

test('a reply is asked for as JSON, with only what was given', async () => {
  const { gateway, calls } = answering(Response.json(ANSWER));
  const rendition = await gateway.ask({ text: 'Hello there.', format: 'webm', messageId: 'm1', voice: null }, signal);
  assert.equal(calls[0]?.url, 'http://gateway.test/tts');
  assert.equal(calls[0]?.init.method, 'POST');
  assert.deepEqual(JSON.parse(String(calls[0]?.init.body)), { text: 'Hello there.', format: 'webm', message_id: 'm1' });
  assert.equal(new Headers(calls[0]?.init.headers).get('accept'), 'application/json');
  assert.equal(rendition.url, 'http://gateway.test/tts/audio/abc.webm?exp=1&sig=s');
  assert.equal(rendition.durationSeconds, 1.4);
  assert.equal(rendition.captionsUrl, 'http://gateway.test/tts/captions/abc.json?exp=1&sig=s');
  assert.equal(rendition.liveCaptionsUrl, null);
});

test('who the user is goes with every call, as it is known then, and not with links', async () => {
  /** @type {(string | null)[]} */
  const sent = [];
  const tokens = ['first', 'second', null];
  const gateway = new Gateway(
    'http://gateway.test',
    async (_url, init = {}) => {
      sent.push(new Headers(init.headers).get('authorization'));
      return Response.json(ANSWER);
    },
    async () => tokens.shift() ?? null,
  );
  await gateway.sample('heart', signal);
  await gateway.ask({ text: 'Hello there.', format: 'webm' }, signal);
  await gateway.sample('a/b', signal);
  await gateway.open('/tts/audio/abc.webm?exp=1&sig=s', signal);
  assert.deepEqual(sent, ['Bearer first', 'Bearer second', null, null]);
});

test('a gateway below a path is asked below that path', async () => {
  const { gateway, calls } = answering(Response.json({ voices: [] }), 'http://host.test/speech');
  await gateway.voices(signal);
  assert.equal(calls[0]?.url, 'http://host.test/speech/tts/voices');
});

test('live captions are followed where the gateway names them', async () => {
  const { gateway } = answering(Response.json({ ...ANSWER, captions_ndjson_url: '/tts/captions/abc.ndjson?sig=t' }));
  const rendition = await gateway.ask({ text: 'Hello.', format: 'webm' }, signal);
  assert.equal(rendition.liveCaptionsUrl, 'http://gateway.test/tts/captions/abc.ndjson?sig=t');
});

test('a structured error keeps its code, its words and its wait', async () => {
  const error = { code: 'quota_exceeded', message: 'Used up.', type: 'rate_limit', param: null, request_id: 'r', retry_after_seconds: 30 };
  const { gateway } = answering(Response.json({ error }, { status: 429 }));
  await assert.rejects(gateway.ask({ text: 'Hello.', format: 'webm' }, signal), {
    name: 'PlayerError',
    code: 'quota_exceeded',
    message: 'Used up.',
    retryAfterSeconds: 30,
  });
});

test('no answer, a proxy page and nonsense all mean the server cannot be reached', async () => {
  for (const answer of [
    new TypeError('Failed to fetch'),
    new Response('<h1>502</h1>', { status: 502 }),
    new Response('hm', { status: 200 }),
    Response.json({ key: 'no url' }),
  ]) {
    const { gateway } = answering(answer);
    await assert.rejects(gateway.ask({ text: 'Hello.', format: 'webm' }, signal), { code: 'unreachable' });
  }
});

test('leaving is no error of the gateway', async () => {
  const leaving = new AbortController();
  leaving.abort();
  const { gateway } = answering(new DOMException('left', 'AbortError'));
  await assert.rejects(gateway.open('http://gateway.test/x', leaving.signal), { name: 'AbortError' });
});

test('a token goes to what asks who is listening, and never along a signed link', async () => {
  /** @type {{ url: string, headers: Headers }[]} */
  const calls = [];
  let token = 'one';
  const gateway = new Gateway(
    'http://gateway.test',
    async (url, init) => {
      calls.push({ url: String(url), headers: new Headers(init?.headers) });
      return Response.json(ANSWER);
    },
    async () => token,
  );
  await gateway.ask({ text: 'Hello.', format: 'mp3' }, signal);
  token = 'two';
  await gateway.ask({ text: 'Hello.', format: 'mp3' }, signal);
  await gateway.open('/tts/audio/abc.webm?exp=1&sig=s', signal);
  assert.deepEqual(calls.map(({ headers }) => headers.get('authorization')), ['Bearer one', 'Bearer two', null]);
});

test('failures are told in plain words, with the wait', async () => {
  const ENGLISH = await wordsIn('en');
  const told = (/** @type {PlayerError} */ error) => explain(error.toFailure(), ENGLISH);
  assert.equal(
    told(new PlayerError('overloaded', 'queue full', { retryAfterSeconds: 4.2 })),
    'Many people are listening right now. Try again in 5 seconds.',
  );
  const busy = new PlayerError('overloaded', 'queue full', { retryAfterSeconds: 4.2 }).toFailure();
  assert.equal(explain(busy, ENGLISH, 0), 'Many people are listening right now. You can try again now.');
  assert.equal(told(new PlayerError('unknown_voice', 'There is no voice named “x”.')), 'There is no voice named “x”.');
  assert.equal(told(new PlayerError('new_code', '')), 'This reply cannot be read aloud.');
  const after = (/** @type {number} */ seconds) => told(new PlayerError('rate_limited', '', { retryAfterSeconds: seconds })).replace('That was a lot at once. ', '');
  assert.deepEqual([1, 60, 100, 3600, 18_658].map(after), ['Try again in 1 second.', 'Try again in 60 seconds.', 'Try again in 2 minutes.', 'Try again in 60 minutes.', 'Try again in 6 hours.']);
});

test('of what is used up the gateway says whose, and when there is more; in other languages what is true of all', async () => {
  const WORDS = 'This room has used up what can be read aloud today. It begins again on 1 December, 00:00 UTC.';
  const failure = async (/** @type {object} */ more) => {
    const error = { code: 'quota_exceeded', message: 'room r of plan p has used up 100 characters', ...more };
    const { gateway } = answering(Response.json({ error }, { status: 429 }));
    return gateway.ask({ text: 'Hello.', format: 'mp3' }, signal).then(assert.fail, (cause) => cause.toFailure());
  };
  const [english, german] = [await wordsIn('en'), await wordsIn('de')];
  const used = await failure({ retry_after_seconds: 7200, details: { words: WORDS } });
  assert.equal(explain(used, english), 'This room has used up what can be read aloud today. Try again in 2 hours.');
  assert.equal(explain(used, german), 'Ihre Hörzeit ist vorerst verbraucht. Erneut versuchen in 2 Stunden.');
  const long = await failure({ details: { words: 'This reply is longer than what is allowed in all.' } });
  assert.equal(explain(long, english), 'This reply is longer than what is allowed in all.');
  assert.equal(explain(long, german), 'Diese Antwort ist zu lang zum Vorlesen.');
  assert.equal(explain(await failure({}), english), 'Your listening time is used up for now.', 'an older gateway');
  // A page's own words win.
  assert.equal(explain(used, { ...english, errors: { quota_exceeded: 'No more.' } }, null), 'No more.');
});

test('times are written as people read them', () => {
  assert.deepEqual([0, 7.9, 61, 754, 3723, NaN, Infinity].map(formatTime), [
    '0:00', '0:07', '1:01', '12:34', '1:02:03', '0:00', '0:00',
  ]);
});

test('a reply that is too long for once goes on at the next press', async () => {
  const first = await answering(Response.json({ ...ANSWER, continues_at: 4120 })).gateway.ask({ text: 'Long.', format: 'webm' }, signal);
  assert.equal(first.continuesAt, 4120);
  const { gateway, calls } = answering(Response.json(ANSWER));
  const rest = await gateway.ask({ text: 'Long.', format: 'webm', startAt: first.continuesAt }, signal);
  assert.equal(JSON.parse(String(calls[0]?.init.body)).start_at, 4120);
  assert.equal(rest.continuesAt, null);
});

test('what is told of a listening leaves with the page, and says who tells it', async () => {
  /** @type {{ url: string, init: RequestInit }[]} */
  const calls = [];
  const gateway = new Gateway(
    'http://gateway.test',
    async (url, init = {}) => {
      calls.push({ url: String(url), init });
      return new Response(null, { status: 204 });
    },
    'a token',
  );
  await gateway.tell({ what: 'quarter', listening: 1, quarter: 2, position: 4, duration: 8, heard: 4, speed: 1, by: 'gateway', provider: 'local', voice: 'heart', room: null, failure: null });
  const { url, init } = /** @type {{ url: string, init: RequestInit }} */ (calls[0]);
  assert.deepEqual([url, init.method, init.keepalive, JSON.parse(String(init.body)).quarter], ['http://gateway.test/tts/listening', 'POST', true, 2]);
  assert.equal(new Headers(init.headers).get('authorization'), 'Bearer a token');
});
