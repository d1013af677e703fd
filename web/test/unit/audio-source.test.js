import assert from 'node:assert/strict';
import { test } from 'node:test';

import { StreamSource, pickSource } from '../../audio-source.js';
import { FakeAudio, RENDITION, settle, streamOf } from '../support/fakes.js';

/** @param {string[]} types  what the engine says it can take */
function engineOf(...types) {
  class FakeSourceBuffer extends EventTarget {
    /** @type {number[]} */
    bytes = [];

    get buffered() {
      return { length: Math.min(1, this.bytes.length), start: () => 0, end: () => this.bytes.length };
    }

    abort() {}

    /** @param {Uint8Array} bytes */
    appendBuffer(bytes) {
      if (bytes[0] === 255) throw new DOMException('no', 'QuotaExceededError');
      this.bytes.push(...bytes);
      queueMicrotask(() => this.dispatchEvent(new Event('updateend')));
    }
  }
  class FakeMediaSource extends EventTarget {
    static isTypeSupported = (/** @type {string} */ type) => types.includes(type);
    /** @type {FakeMediaSource | null} */
    static last = null;
    readyState = 'closed';
    duration = NaN;
    /** @type {FakeSourceBuffer[]} */
    buffers = [];

    constructor() {
      super();
      FakeMediaSource.last = this;
    }

    open() {
      this.readyState = 'open';
      this.dispatchEvent(new Event('sourceopen'));
    }

    addSourceBuffer() {
      const buffer = new FakeSourceBuffer();
      this.buffers.push(buffer);
      return buffer;
    }

    endOfStream() {
      this.readyState = 'ended';
    }
  }
  return FakeMediaSource;
}

const WEBM = 'audio/webm;codecs=opus';
const MP4 = 'audio/mp4;codecs=opus';
const SAFARI_MP4 = 'audio/mp4;codecs=Opus';

/** @param {Record<string, unknown>} engine */
const picked = (engine) => {
  const source = pickSource(/** @type {import('../../audio-source.js').Engine} */ (engine));
  return [source.streams, source.format];
};

test('each engine gets the best it can play', () => {
  assert.deepEqual(picked({ MediaSource: engineOf(WEBM, MP4) }), [true, 'webm']);
  assert.deepEqual(picked({ MediaSource: engineOf(MP4) }), [true, 'mp4']);
  assert.deepEqual(picked({ ManagedMediaSource: engineOf(SAFARI_MP4) }), [true, 'mp4']);
  assert.deepEqual(picked({ MediaSource: engineOf('audio/mpeg') }), [false, 'mp3']);
  assert.deepEqual(picked({}), [false, 'mp3']);
});

test('where both exist, the managed one is used', () => {
  assert.deepEqual(picked({ ManagedMediaSource: engineOf(MP4), MediaSource: engineOf(WEBM) }), [true, 'mp4']);
});

/** @param {(Uint8Array<ArrayBuffer> | Error)[]} pieces */
function streaming(...pieces) {
  const Media = engineOf(WEBM);
  const audio = new FakeAudio();
  const source = new StreamSource(/** @type {any} */ (Media), { format: 'webm', type: WEBM });
  // The node runtime makes object URLs of its own kind only.
  const { createObjectURL } = URL;
  URL.createObjectURL = () => 'blob:fake';
  source.attach(audio.asElement());
  URL.createObjectURL = createObjectURL;
  const leaving = new AbortController();
  let arrivals = 0;
  const feeding = source.feed(RENDITION, {
    open: async () => streamOf(...pieces),
    signal: leaving.signal,
    arrived: () => (arrivals += 1),
  });
  const media = /** @type {InstanceType<typeof Media>} */ (Media.last);
  return { audio, source, media, feeding, arrivals: () => arrivals };
}

test('sound is handed on piece by piece, in order, and then ended', async () => {
  const { audio, source, media, feeding, arrivals } = streaming(new Uint8Array([1, 2]), new Uint8Array([3]));
  assert.equal(audio.src, 'blob:fake');
  assert.equal(audio.disableRemotePlayback, true);
  await settle();
  assert.equal(media.buffers.length, 0, 'nothing is fed before the element has opened the source');
  media.open();
  await feeding;
  assert.deepEqual(media.buffers[0]?.bytes, [1, 2, 3]);
  assert.equal(arrivals(), 2);
  assert.equal(media.duration, 12);
  assert.equal(media.readyState, 'ended');
  source.close();
  assert.equal(audio.src, '');
});

test('a broken transfer is an interruption, not a good end', async () => {
  const { media, feeding } = streaming(new Uint8Array([1]), new TypeError('network error'));
  media.open();
  await assert.rejects(feeding, { name: 'PlayerError', code: 'interrupted' });
  assert.deepEqual(media.buffers[0]?.bytes, [1]);
  assert.equal(media.readyState, 'ended', 'the element may play what it has to its end');
});

test('a transfer that breaks before any sound leaves nothing to play', async () => {
  const { media, feeding } = streaming(new TypeError('network error'));
  media.open();
  await assert.rejects(feeding, { code: 'interrupted' });
  assert.equal(media.readyState, 'open');
});

test('what the engine cannot take is called unplayable', async () => {
  const { media, feeding } = streaming(new Uint8Array([255]));
  media.open();
  await assert.rejects(feeding, { name: 'PlayerError', code: 'unplayable' });
});
