// The gateway's HTTP contract, as far as the player needs it.

/** @typedef {import('./player-store.js').Rendition} Rendition */
/** @typedef {import('./player-store.js').Failure} Failure */

/** Why there is no sound. `code` is the gateway's, or `unreachable` when it gave no answer at all. */
export class PlayerError extends Error {
  /**
   * @param {string} code
   * @param {string} [message]  what the gateway said of it; absent: the code says enough
   * @param {{ retryAfterSeconds?: number | null, words?: string | null, cause?: unknown }} [details]  `words`: what it says of it to a listener, in English
   */
  constructor(code, message = '', details = {}) {
    super(message || code, { cause: details.cause });
    this.name = 'PlayerError';
    this.code = code;
    this.retryAfterSeconds = details.retryAfterSeconds ?? null;
    this.words = details.words ?? null;
  }

  /** @returns {Failure} */
  toFailure() {
    const { code, message, retryAfterSeconds, words } = this;
    return { code, message: message === code ? '' : message, retryAfterSeconds, ...(words && { words }) };
  }
}

/**
 * @typedef {object} SpeechRequest
 * @property {string} text  the reply as the application has it
 * @property {string} format  `webm`, `mp4` or `mp3`
 * @property {string | null} [messageId]
 * @property {string | null} [voice]
 * @property {string | null} [provider]
 * @property {string} [language]  BCP 47; absent: found in the text
 * @property {boolean} [prefetch]  make it ahead, for nobody yet
 * @property {number | null} [startAt]  the byte of the text to go on from
 */

/** @typedef {{ id: string, name: string, provider: string, language: string, gender?: string | null, experimental?: boolean }} Voice */

/**
 * What would be said of a reply, without any sound.
 *
 * @typedef {{ language: string | null, continuesAt?: number | null, utterances: { text: string, source: [number, number], language?: string | null }[] }} Script
 */

/**
 * A JWT or an API key, or what gives the present one; `refused` is the one that the gateway would not take,
 * so that one that was kept is not given again.
 *
 * @typedef {string | ((refused?: string) => string | null | Promise<string | null>) | null} Token
 */

export class Gateway {
  #base;
  #fetch;
  #token;
  /** The token that was given last. @type {string | null} */
  #given = null;

  /**
   * @param {string | URL} base  the gateway's address; its paths are appended
   * @param {typeof globalThis.fetch} [fetch]
   * @param {Token} [token]  sent with what needs to know the caller; signed links do without
   */
  constructor(base, fetch = (input, init) => globalThis.fetch(input, init), token = null) {
    const address = new URL(base);
    if (!address.pathname.endsWith('/')) address.pathname += '/';
    this.#base = address;
    this.#fetch = fetch;
    this.#token = token;
  }

  /**
   * Asks for a reply to be spoken. The answer comes at once, before there is any sound.
   *
   * @param {SpeechRequest} request
   * @param {AbortSignal} signal
   * @returns {Promise<Rendition>}
   */
  async ask(request, signal) {
    const answer = await this.#post('tts', request, signal);
    if (typeof answer.url !== 'string') throw unreadable();
    /** @param {unknown} url */
    const address = (url) => (typeof url === 'string' ? new URL(url, this.#base).href : null);
    return {
      key: String(answer.key),
      url: new URL(answer.url, this.#base).href,
      captionsUrl: address(answer.captions_url),
      liveCaptionsUrl: address(answer.captions_ndjson_url),
      format: String(answer.format),
      provider: String(answer.provider),
      voice: String(answer.voice),
      cached: answer.cached === true,
      complete: answer.complete === true,
      durationSeconds: Number(answer.duration_seconds) || 0,
      continuesAt: byteOf(answer.continues_at),
    };
  }

  /**
   * What would be said of a reply: for a voice that is not the gateway's.
   *
   * @param {{ text: string, messageId?: string | null, language?: string, startAt?: number | null }} request
   * @param {AbortSignal} signal
   * @returns {Promise<Script>}
   */
  async script(request, signal) {
    const { language, utterances, continues_at } = await this.#post('tts/script', request, signal);
    if (!Array.isArray(utterances)) throw unreadable();
    return {
      language: language ?? null,
      continuesAt: byteOf(continues_at),
      utterances,
    };
  }

  /**
   * The voices on offer.
   *
   * @param {AbortSignal} signal
   * @returns {Promise<Voice[]>}
   */
  async voices(signal) {
    const { voices } = await json(await this.#identified('tts/voices', { signal }));
    if (!Array.isArray(voices)) throw unreadable();
    return voices;
  }

  /** A voice introduces itself, in its own language. @param {string} id @param {AbortSignal} signal */
  async sample(id, signal) {
    return (await this.#identified(`tts/voices/${encodeURIComponent(id)}/sample`, { signal })).blob();
  }

  /**
   * The sound or the captions, as they are made. Aborting tells the gateway that this listener has left.
   *
   * @param {string} url
   * @param {AbortSignal} signal
   * @returns {Promise<ReadableStream<Uint8Array<ArrayBuffer>>>}
   */
  async open(url, signal) {
    const response = await this.#request(url, { signal });
    if (response.body === null) throw unreadable();
    return response.body;
  }

  /**
   * A reply's sound as one file.
   *
   * @param {SpeechRequest} request
   * @param {AbortSignal} signal
   */
  async file(request, signal) {
    const { url } = await this.ask(request, signal);
    return new Response(await this.open(url, signal)).blob();
  }

  /**
   * What was made ahead has no use any more. Arrives also from a page that is being left.
   *
   * @param {Rendition} rendition
   */
  async giveUp({ url }) {
    await this.#identified(url, { method: 'DELETE', keepalive: true });
  }

  /**
   * Tells how a reply is listened to, to a gateway that counts it. Arrives also from a page that is being left.
   *
   * @param {import('./figures.js').Figure} figure
   */
  async tell(figure) {
    await this.#identified('tts/listening', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(figure), keepalive: true });
  }

  /**
   * @param {string} path
   * @param {Partial<SpeechRequest>} request
   * @param {AbortSignal} signal
   */
  async #post(path, { text, format, messageId, voice, provider, language, prefetch, startAt }, signal) {
    const response = await this.#identified(path, {
      method: 'POST',
      headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
      body: JSON.stringify({
        text,
        ...(format && { format }),
        ...(messageId && { message_id: messageId }),
        ...(voice && { voice }),
        ...(provider && { provider }),
        ...(language && { language }),
        ...(prefetch && { prefetch }),
        ...(startAt && { start_at: startAt }),
      }),
      signal,
    });
    return json(response);
  }

  /**
   * A connection that takes a reply as it is written; docs/STREAM.md has what is said on it.
   *
   * @param {boolean} [anew]  with a new token: it was refused, perhaps for the one it had
   */
  async socket(anew = false) {
    const address = this.address('tts/stream').replace(/^http/, 'ws');
    const token = await this.#present(anew);
    return new WebSocket(address, token ? ['saywell', `saywell.bearer.${token}`] : ['saywell']);
  }

  /** An address of the gateway, whole. @param {string} path */
  address(path) {
    return new URL(path, this.#base).href;
  }

  /**
   * Says who asks. A token that is refused may have ended: a new one is asked for, once.
   *
   * @param {string} path
   * @param {RequestInit} init
   */
  async #identified(path, init) {
    /** @param {string | null} token */
    const ask = (token) => this.#request(path, { ...init, headers: { ...init.headers, ...(token && { Authorization: `Bearer ${token}` }) } });
    const token = await this.#present();
    try {
      return await ask(token);
    } catch (error) {
      if (!(error instanceof PlayerError) || error.code !== 'unauthorized' || typeof this.#token !== 'function') throw error;
      const next = await this.#present(true);
      if (!next || next === token) throw error;
      return await ask(next);
    }
  }

  /** The token of now. @param {boolean} [anew] @returns {Promise<string | null>} */
  async #present(anew = false) {
    if (typeof this.#token !== 'function') return this.#token;
    try {
      this.#given = anew && this.#given ? await this.#token(this.#given) : await this.#token();
    } catch (cause) {
      throw new PlayerError('no_token', '', { cause });
    }
    return this.#given;
  }

  /**
   * @param {string} path
   * @param {RequestInit} init
   */
  async #request(path, init) {
    /** @type {Response} */
    let response;
    try {
      // A session that the page's own origin keeps in a cookie counts as well.
      response = await this.#fetch(new URL(path, this.#base), { credentials: 'same-origin', ...init });
    } catch (cause) {
      if (init.signal?.aborted) throw cause;
      const code = globalThis.navigator?.onLine === false ? 'offline' : 'unreachable';
      throw new PlayerError(code, '', { cause });
    }
    if (!response.ok) throw await refusal(response);
    return response;
  }
}

/**
 * The gateway's structured error; a proxy's page in between becomes `unreachable`.
 *
 * @param {Response} response
 */
async function refusal(response) {
  const body = await response.json().catch(() => null);
  const error = body?.error;
  const wait = Number(response.headers.get('retry-after')) || null;
  // A proxy in between says as much as it can.
  const code = { 401: 'unauthorized', 429: 'rate_limited', 503: 'overloaded' }[response.status];
  if (typeof error?.code !== 'string' && code) return new PlayerError(code, '', { retryAfterSeconds: wait });
  if (typeof error?.code !== 'string') {
    return new PlayerError('unreachable', `The speech server answered ${response.status}.`);
  }
  const retryAfterSeconds = Number(error.retry_after_seconds) || wait;
  return new PlayerError(error.code, String(error.message ?? ''), { retryAfterSeconds, words: error.details?.words });
}

/**
 * @param {Response} response
 * @returns {Promise<any>}
 */
async function json(response) {
  const answer = await response.json().catch(() => null);
  if (typeof answer !== 'object' || answer === null) throw unreadable();
  return answer;
}

/** A place in the text, if it is one. @param {unknown} value */
const byteOf = (value) => (Number.isInteger(value) ? Number(value) : null);

/** Something is there, but it is not the gateway, or not one of this version. @param {unknown} [cause] */
export function unreadable(cause) {
  return new PlayerError('unreachable', '', { cause });
}
