import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Gateway, PlayerError } from '../../gateway.js';
import { ENGLISH } from '../../strings.js';
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
  await gateway.config(signal);
  await gateway.ask({ text: 'Hello there.', format: 'webm' }, signal);
  await gateway.config(signal);
  await gateway.open('/tts/audio/abc.webm?exp=1&sig=s', signal);
  assert.deepEqual(sent, ['Bearer first', 'Bearer second', null, null]);
});

test('a gateway below a path is asked below that path', async () => {
  const { gateway, calls } = answering(Response.json({ enabled: true }), 'http://host.test/speech');
  await gateway.config(signal);
  assert.equal(calls[0]?.url, 'http://host.test/speech/tts/config');
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

test('failures are told in plain words, with the wait', () => {
  const told = (/** @type {PlayerError} */ error) => explain(error.toFailure(), ENGLISH);
  assert.equal(
    told(new PlayerError('overloaded', 'queue full', { retryAfterSeconds: 4.2 })),
    'Many people are listening right now. Try again in 5 seconds.',
  );
  const busy = new PlayerError('overloaded', 'queue full', { retryAfterSeconds: 4.2 }).toFailure();
  assert.equal(explain(busy, ENGLISH, 0), 'Many people are listening right now. You can try again now.');
  assert.equal(told(new PlayerError('unknown_voice', 'There is no voice named “x”.')), 'There is no voice named “x”.');
  assert.equal(told(new PlayerError('new_code', '')), 'This reply cannot be read aloud.');
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
      return String(url).endsWith('config') ? Response.json({ enabled: true, listening: true }) : new Response(null, { status: 204 });
    },
    'a token',
  );
  assert.equal((await gateway.config(signal)).listening, true);
  await gateway.tell({ what: 'quarter', listening: 1, quarter: 2, position: 4, duration: 8, heard: 4, speed: 1, by: 'gateway', provider: 'local', voice: 'heart', room: null, failure: null });
  const { url, init } = /** @type {{ url: string, init: RequestInit }} */ (calls[1]);
  assert.deepEqual([url, init.method, init.keepalive, JSON.parse(String(init.body)).quarter], ['http://gateway.test/tts/listening', 'POST', true, 2]);
  assert.equal(new Headers(init.headers).get('authorization'), 'Bearer a token');
  assert.equal((await answering(Response.json({ enabled: true })).gateway.config(signal)).listening, false, 'an older gateway does not ask for it');
});
