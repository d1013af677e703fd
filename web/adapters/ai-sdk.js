// Speech models for the AI SDK: `generateSpeech`, and `experimental_streamSpeech` over the gateway's
// WebSocket, which speaks while the text is written. For a server (Node 22, or an earlier one with `ws`), an edge function or a page.

import { APICallError } from 'ai';

/** What the gateway calls each format, by what the AI SDK may call it. */
const FORMATS = { mpeg: 'mp3', mp3: 'mp3', opus: 'opus', ogg: 'opus', webm: 'webm', mp4: 'mp4', flac: 'flac', wav: 'wav', pcm: 'pcm' };
/** What cannot be streamed over a WebSocket: it states its length at its start. */
const WHOLE = ['wav', 'flac'];

/**
 * @param {import('./ai-sdk.js').SaywellOptions} [options]
 * @returns {import('./ai-sdk.js').SaywellProvider}
 */
export function createSaywell(options = {}) {
  const speech = (/** @type {string} */ modelId = '') => modelOf(modelId, options);
  return { speech, speechModel: speech };
}

/**
 * A model without private state: the AI SDK hands out proxies of it.
 *
 * @param {string} modelId  one of a provider's models; empty: the gateway's own choice
 * @param {import('./ai-sdk.js').SaywellOptions} options
 * @returns {any}
 */
function modelOf(modelId, { baseURL = globalThis.location?.origin ?? 'http://localhost:8787', token = null, fetch = globalThis.fetch, WebSocket = globalThis.WebSocket }) {
  const base = baseURL.replace(/\/?$/, '/');
  const name = modelId || 'default';
  const present = async () => (typeof token === 'function' ? await token() : token);

  /** The fields of the gateway's request. @param {any} wishes */
  const fields = ({ voice, speed, language, instructions, providerOptions }) =>
    defined({ voice, speed, instructions, language: language === 'auto' ? undefined : language, model: modelId || undefined, ...providerOptions?.saywell });

  /** @param {any} call  the AI SDK's `SpeechModelV3CallOptions` */
  async function doGenerate({ text, outputFormat = 'mp3', abortSignal, headers = {}, ...wishes }) {
    const { format, warnings } = formatOf(outputFormat);
    const body = { text, format, ...fields(wishes) };
    const token = await present();
    const url = `${base}tts`;
    const timestamp = new Date();
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...defined(headers), Accept: 'audio/*', 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
      signal: abortSignal,
    });
    const told = Object.fromEntries(response.headers);
    if (!response.ok) throw await refusal(url, body, response, told);
    const audio = new Uint8Array(await response.arrayBuffer());
    return {
      audio,
      warnings,
      request: { body: JSON.stringify(body) },
      response: { timestamp, modelId: name, headers: told },
      providerMetadata: { saywell: { provider: told['x-tts-provider'] ?? null, voice: told['x-tts-voice'] ?? null, cache: told['x-tts-cache'] ?? null } },
    };
  }

  /**
   * Speaks while the text comes: the first sound is there after its first sentence.
   *
   * @param {any} call  the AI SDK's `SpeechModelV4StreamOptions`
   */
  async function doStream({ text, outputFormat, abortSignal, includeRawChunks = false, ...wishes }) {
    const { format, warnings } = formatOf(outputFormat?.type ?? 'mp3', WHOLE);
    const token = await present();
    abortSignal?.throwIfAborted();
    if (!WebSocket) throw new Error('This runtime has no WebSocket: give one as an option, such as that of `ws`.');
    const url = `${base}tts/stream`.replace(/^http/, 'ws');
    const socket = new WebSocket(url, token ? ['saywell', `saywell.bearer.${token}`] : ['saywell']);
    socket.binaryType = 'arraybuffer';
    /** @param {object} message */
    const say = (message) => socket.readyState === 1 && socket.send(JSON.stringify(message));
    const audioFormat = { type: `audio/${format === 'mp3' ? 'mpeg' : format === 'opus' ? 'ogg' : format}`, ...(format === 'pcm' && { rate: 24_000 }) };
    const reader = text.getReader();
    const stream = new ReadableStream({
      start: (controller) => {
        let over = false;
        /** @param {() => void} end */
        const finish = (end) => {
          if (over) return;
          over = true;
          end();
          reader.cancel().catch(() => {});
          socket.close();
        };
        const fail = (/** @type {unknown} */ error) => finish(() => controller.error(error));
        controller.enqueue({ type: 'stream-start', warnings });
        abortSignal?.addEventListener('abort', () => fail(abortSignal.reason), { once: true });
        socket.addEventListener('open', async () => {
          say({ type: 'begin', format, ...fields(wishes) });
          try {
            for (;;) {
              const { done, value } = await reader.read();
              if (done || over) break;
              say({ type: 'text', text: typeof value === 'string' ? value : value.text });
            }
            say({ type: 'end' });
          } catch (error) {
            fail(error);
          }
        });
        socket.addEventListener('message', (/** @type {{ data: any }} */ { data }) => {
          if (over) return;
          if (typeof data !== 'string') {
            controller.enqueue({ type: 'audio', audio: new Uint8Array(data), audioFormat });
            return;
          }
          const news = JSON.parse(data);
          if (includeRawChunks) controller.enqueue({ type: 'raw', rawValue: news });
          if (news.type === 'error') fail(new APICallError({ url, requestBodyValues: {}, message: news.error.message, data: news.error, isRetryable: false }));
          if (news.type === 'done') {
            finish(() => {
              const { duration_seconds: seconds, characters, continues_at: continuesAt } = news;
              controller.enqueue({ type: 'finish', usage: {}, providerMetadata: { saywell: { seconds, characters, continuesAt: continuesAt ?? null } } });
              controller.close();
            });
          }
        });
        const lost = () => fail(new APICallError({ url, requestBodyValues: {}, message: 'The connection to the speech server broke off.', isRetryable: true }));
        socket.addEventListener('close', lost);
        socket.addEventListener('error', lost);
      },
      cancel: () => {
        say({ type: 'cancel' });
        reader.cancel().catch(() => {});
        socket.close();
      },
    });
    return { stream, response: { timestamp: new Date(), modelId: name } };
  }

  return { specificationVersion: 'v3', provider: 'saywell', modelId: name, doGenerate, doStream };
}

/**
 * @param {string} asked
 * @param {string[]} [without]
 * @returns {{ format: string, warnings: { type: 'unsupported', feature: string, details: string }[] }}
 */
function formatOf(asked, without = []) {
  const name = asked.toLowerCase().replace(/^audio\/(x-)?/, '').replace(/[;_].*$/, '');
  const format = /** @type {Record<string, string>} */ (FORMATS)[name];
  if (format && !without.includes(format)) return { format, warnings: [] };
  return { format: 'mp3', warnings: [{ type: 'unsupported', feature: 'outputFormat', details: `${asked} cannot be had here: it is MP3.` }] };
}

/** @param {Record<string, any>} object  without what is not given */
function defined(object) {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined && value !== null));
}

/**
 * @param {string} url
 * @param {object} requestBodyValues
 * @param {Response} response
 * @param {Record<string, string>} responseHeaders
 */
async function refusal(url, requestBodyValues, response, responseHeaders) {
  const responseBody = await response.text();
  let error;
  try {
    ({ error } = JSON.parse(responseBody));
  } catch {
    // A proxy's page says no more than its status.
  }
  const { status: statusCode } = response;
  return new APICallError({ url, requestBodyValues, statusCode, responseHeaders, responseBody, data: error, message: error?.message ?? `The speech server answered ${statusCode}.` });
}
