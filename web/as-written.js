// Speaks a reply while it is written, over the gateway's WebSocket. Text goes out as soon as it is there;
// sound comes in and is laid end to end. What was sent and has changed since, a connection that broke, a
// writer who paused: each begins the rest anew at the end of the last sentence that holds.

import { afterByte, byteLength, caption, untilByte } from './captions.js';
import { CLOCK } from './clock.js';
import { PlayerError } from './gateway.js';
import { hasSentence } from './sentences.js';
import { common } from './written.js';

/** @typedef {import('./player-store.js').Caption} Caption */
/** @typedef {import('./player-store.js').Captions} Captions */
/** @typedef {import('./player-store.js').PlayerEvent} PlayerEvent */

/** How long a text that was rewritten is waited for to stay as it is. */
const REWRITE_MS = 150;
/** Longest a connection waits for text: the gateway ends it after two minutes. */
const IDLE_MS = 100_000;
/** How long is waited before each attempt to take a broken connection up again. */
const RETRY_MS = [0, 500, 2000, 5000];
/** How much of a sentence's end may be missing and it still be whole, in seconds. */
const HAIR = 0.06;
/** The longest silence that the gateway lays after a paragraph, and before a heading. Seconds. */
const PAUSE = 0.75;
const LONGEST_PAUSE = 1.5;

/** Where sound is laid. */
/** @typedef {Pick<import('./audio-source.js').StreamSource, 'begin' | 'lay' | 'cut' | 'end' | 'laid' | 'format'>} Sound */

/**
 * @typedef {object} Job
 * @property {import('./written.js').Written} written
 * @property {import('./playback.js').Speech} speech
 * @property {Sound} sound
 * @property {Pick<import('./gateway.js').Gateway, 'socket' | 'address'>} gateway
 * @property {AbortSignal} signal
 * @property {() => Captions} captions  what is known of what has been laid
 * @property {(event: PlayerEvent) => void} report
 * @property {(second: number) => void} cut  what lay after this second is not said any more
 * @property {() => void} arrived  called for every piece of sound
 * @property {import('./clock.js').Clock} [clock]
 */

/**
 * What was said of the text by other means, up to a second.
 *
 * @typedef {{ text: string, second: number, origin?: number }} Said
 * `origin`: the byte from which on all of it is given to the gateway, so that the rest is read as it would be; absent: its end
 */

/** There was never a connection: another way has to be found. */
export class NoLine extends Error {}

export class AsWritten {
  #job;
  #clock;
  /** All that was given to be spoken, on this connection and before. */
  #sent = '';
  /** Where the text of the present connection begins. What it tells of is counted from there. */
  #origin = 0;
  #base = { byte: 0, second: 0 };
  /** @type {Line | null} */
  #line = null;
  #begun = false;
  #failures = 0;
  /** Whether the gateway will say no more: the reply is longer than may be. */
  #full = false;
  #wake = () => {};

  /**
   * @param {Job} job
   * @param {Said} [said]
   */
  constructor(job, said = { text: '', second: 0 }) {
    this.#job = job;
    this.#clock = job.clock ?? CLOCK;
    this.#sent = said.text;
    this.#base = { byte: byteLength(said.text), second: said.second };
    this.#origin = said.origin ?? this.#base.byte;
    this.#begun = said.second > 0 && said.origin === undefined;
  }

  /** What has been said, for who goes on later. @returns {Said} */
  get said() {
    return { text: this.#sent, second: this.#base.second };
  }

  /** From where on the text is said on the present connection, and where its sound begins. */
  get base() {
    return this.#base;
  }

  /** Whether nothing can be said before the writer goes on. */
  get awaitsWriter() {
    const { written, captions, sound } = this.#job;
    const last = captions().utterances.at(-1);
    const unsaid = afterByte(written.text, last?.source[1] ?? 0);
    // Beyond what is known to be said and the silence after it, something more is being said.
    const isUnderWay = sound.laid > Math.max(Number(last?.end ?? 0), this.#base.second) + LONGEST_PAUSE;
    if (isUnderWay || written.over) return false;
    return !/[\p{L}\p{N}]/u.test(unsaid) || (!written.mayEnd && !hasSentence(unsaid));
  }

  /** Speaks until the text is over and all of it has been laid. */
  async run() {
    const { written, signal } = this.#job;
    const unwatch = written.watch(() => this.#wake());
    const leave = () => this.#wake();
    signal.addEventListener('abort', leave);
    try {
      while (!this.#full && !(await this.#step()));
    } finally {
      unwatch();
      signal.removeEventListener('abort', leave);
      this.#line?.leave();
    }
  }

  /** @returns {Promise<boolean>} whether all has been said */
  async #step() {
    const { written, signal } = this.#job;
    signal.throwIfAborted();
    const line = this.#line;
    if (line?.over) {
      await this.#close(line);
      return false;
    }
    if (!written.text.startsWith(this.#sent)) {
      await this.#rewritten();
      return false;
    }
    const more = written.text.slice(this.#sent.length);
    if (/\S/.test(more) && !line?.ended) {
      this.#sent = written.text;
      if (line) line.text(more);
      else (await this.#open()).text(afterByte(this.#sent, this.#origin));
      return false;
    }
    if (!line) {
      if (written.over) return true;
      await this.#pause(null);
    } else if (written.mayEnd && !line.ended) {
      line.end();
    } else {
      await this.#pause(line.ended ? null : written.breath || IDLE_MS);
      // What waits at the gateway for its end is sent anew with what comes next.
      if (!line.ended && !line.over && this.#clock.now() - written.at >= IDLE_MS) await this.#goBack(line);
    }
    return false;
  }

  /** @param {number | null} ms  longest */
  async #pause(ms) {
    /** @type {unknown} */
    let timer = null;
    await new Promise((resolve) => {
      this.#wake = () => resolve(null);
      if (ms !== null) timer = this.#clock.after(() => resolve(null), ms);
    });
    this.#clock.cancel(timer);
    this.#wake = () => {};
  }

  async #open() {
    const { gateway, speech, sound, signal } = this.#job;
    const socket = await gateway.socket(this.#failures === 1);
    signal.throwIfAborted();
    const { voice, provider, language, messageId } = speech;
    // What was heard over a connection that broke comes again, so that the rest is read as it was, and is not said again.
    const heard = this.#base.byte - this.#origin;
    const line = new Line(socket, this.#base.second, {
      type: 'begin',
      format: sound.format,
      ...(heard && { start_at: heard }),
      ...(voice && { voice }),
      ...(provider && { provider }),
      ...(language && { language }),
      ...(messageId && { message_id: messageId }),
    });
    line.onNews = (news) => this.#hear(line, news);
    this.#line = line;
    return line;
  }

  /**
   * @param {Line} line
   * @param {ArrayBuffer | any | null} news
   */
  #hear(line, news) {
    const { sound, report, arrived } = this.#job;
    if (line !== this.#line) return;
    if (news instanceof ArrayBuffer) {
      const isFirst = !line.sounded;
      line.sounded = true;
      line.laying = line.laying
        .then(async () => {
          if (line !== this.#line) return;
          if (isFirst) await sound.begin(line.second);
          await sound.lay(new Uint8Array(news));
          arrived();
        })
        .catch((error) => line.fail(error));
    } else if (news?.type === 'begun') {
      this.#begun = true;
      this.#failures = 0;
      report({ type: 'answered', rendition: renditionOf(sound.format), growing: true });
    } else if (news?.type === 'utterance') {
      const { words = [], ...said } = news;
      const { provider, voice } = said;
      const { second } = this.#base;
      const byte = this.#origin;
      const place = (/** @type {any} */ given) => {
        const { start, end, source, ...rest } = caption(given);
        return { ...rest, start: start + second, end: end + second, source: /** @type {[number, number]} */ ([source[0] + byte, source[1] + byte]) };
      };
      report({ type: 'captioned', utterances: [place(said)], words: words.map(place), by: { provider, voice } });
    }
    this.#wake();
  }

  /** A connection has come to its end. @param {Line} line */
  async #close(line) {
    await line.laying;
    if (line !== this.#line) return;
    const { report, gateway, captions, sound } = this.#job;
    const { done, error } = line;
    if (done || (error?.code === 'nothing_to_say' && captions().utterances.length > 0)) {
      this.#line = null;
      line.leave();
      const begun = this.#base;
      const continuesAt = Number.isInteger(done?.continues_at) ? this.#origin + Number(done.continues_at) : null;
      this.#base = { byte: byteLength(this.#sent), second: begun.second + (Number(done?.duration_seconds) || 0) };
      this.#origin = this.#base.byte;
      this.#full = continuesAt !== null;
      const address = (/** @type {unknown} */ url) => (typeof url === 'string' && begun.byte === 0 ? gateway.address(url) : null);
      report({
        type: 'answered',
        rendition: {
          ...renditionOf(sound.format),
          key: String(done?.key ?? ''),
          url: address(done?.url) ?? '',
          captionsUrl: address(done?.captions_url),
          durationSeconds: this.#base.second,
          continuesAt,
        },
        growing: true,
      });
      return;
    }
    if (error) throw error;
    await this.#reconnect(line);
  }

  /** The connection broke. @param {Line} line */
  async #reconnect(line) {
    await this.#goBack(line);
    const wait = RETRY_MS[this.#failures];
    this.#failures += 1;
    if (!this.#begun && this.#failures > 1) throw new NoLine();
    if (wait === undefined) throw new PlayerError('interrupted');
    if (wait > 0) await this.#sleep(wait);
  }

  /**
   * What was not laid whole is to be said anew.
   *
   * @param {Line | null} line
   * @param {number} [most]  bytes of the text that still hold
   */
  async #goBack(line, most = Infinity) {
    this.#line = null;
    line?.leave();
    await line?.laying;
    const { captions, report, sound } = this.#job;
    const { utterances, words } = captions();
    const held = utterances.filter(({ end, source }) => end <= Math.max(sound.laid, this.#base.second) + HAIR && source[1] <= most);
    const last = held.at(-1);
    // What came over an earlier connection, or by other means, holds without captions too.
    const { byte, second } = last ? { byte: last.source[1], second: Math.min(utterances[held.length]?.start ?? last.end + PAUSE, Math.max(last.end, sound.laid)) } : this.#base.byte <= most ? this.#base : { byte: 0, second: 0 };
    this.#base = { byte, second };
    this.#origin = Math.min(this.#origin, byte);
    this.#sent = untilByte(this.#sent, byte);
    if (held.length < utterances.length) report({ type: 'captioned', utterances: held, words: words.filter(({ start }) => start < second - HAIR / 2), anew: true });
  }

  /** What was sent is not what stands there now. */
  async #rewritten() {
    const { written, cut, sound } = this.#job;
    // Renderers take away what they put back at once.
    await this.#sleep(REWRITE_MS);
    if (written.text.startsWith(this.#sent)) return;
    const kept = written.text.slice(0, common(this.#sent, written.text));
    const before = this.#base;
    await this.#goBack(this.#line, byteLength(kept));
    // What stayed may be part of a longer sentence now, which is not to be left out.
    this.#origin = this.#base.byte;
    const { second } = this.#base;
    if (second < sound.laid || second < before.second) {
      await sound.cut(second);
      cut(second);
    }
  }

  /** @param {number} ms */
  async #sleep(ms) {
    const { signal } = this.#job;
    await new Promise((resolve) => {
      const timer = this.#clock.after(() => resolve(null), ms);
      signal.addEventListener('abort', () => (this.#clock.cancel(timer), resolve(null)), { once: true });
    });
    signal.throwIfAborted();
  }
}

/** One reply, or the rest of one, on one connection. */
class Line {
  /** Whether all its text has been sent. */
  ended = false;
  sounded = false;
  /** @type {any} */
  done = null;
  /** @type {PlayerError | null} */
  error = null;
  #closed = false;
  /** What came is laid one after the other. @type {Promise<unknown>} */
  laying = Promise.resolve();
  /** @type {(news: any) => void} */
  onNews = () => {};
  /** @type {string[]} */
  #waiting = [];

  /**
   * @param {WebSocket} socket
   * @param {number} second  where its sound begins
   * @param {object} begin
   */
  constructor(socket, second, begin) {
    this.second = second;
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    this.#closed = socket.readyState > 1;
    this.#say(begin);
    socket.addEventListener('open', () => {
      for (const message of this.#waiting.splice(0)) socket.send(message);
    });
    socket.addEventListener('close', () => {
      this.#closed = true;
      this.onNews(null);
    });
    socket.addEventListener('message', ({ data }) => {
      const news = typeof data === 'string' ? JSON.parse(data) : data;
      if (news.type === 'done') this.done = news;
      if (news.type === 'error') {
        const { code, message, retry_after_seconds: wait } = news.error;
        this.error = new PlayerError(String(code), String(message), { retryAfterSeconds: Number(wait) || null });
      }
      this.onNews(news);
    });
  }

  #socket;

  /** Whether nothing more comes. */
  get over() {
    return this.#closed || this.done !== null || this.error !== null;
  }

  /** @param {string} text */
  text(text) {
    this.#say({ type: 'text', text });
  }

  end() {
    this.ended = true;
    this.#say({ type: 'end' });
  }

  /** @param {unknown} error */
  fail(error) {
    this.error ??= error instanceof PlayerError ? error : new PlayerError('interrupted', String(error), { cause: error });
    this.onNews(null);
  }

  leave() {
    this.#closed = true;
    this.#socket.close();
  }

  /** @param {object} message */
  #say(message) {
    const json = JSON.stringify(message);
    if (this.#socket.readyState === 0) this.#waiting.push(json);
    else if (this.#socket.readyState === 1) this.#socket.send(json);
  }
}

/** What is known of sound that comes over a connection. @param {string} format @returns {import('./player-store.js').Rendition} */
function renditionOf(format) {
  return { key: '', url: '', captionsUrl: null, liveCaptionsUrl: null, format, provider: '', voice: '', cached: false, complete: false, durationSeconds: 0, continuesAt: null };
}
