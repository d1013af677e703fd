// Stand-ins for what the browser brings, each only as clever as the player's code needs.

/** An <audio> whose every move is made by the test. */
export class FakeAudio extends EventTarget {
  src = '';
  currentTime = 0;
  duration = NaN;
  playbackRate = 1;
  defaultPlaybackRate = 1;
  paused = true;
  ended = false;
  readyState = 4;
  disableRemotePlayback = false;
  /** @type {{ code: number } | null} */
  error = null;
  /** @type {[number, number][]} */
  ranges = [];
  /** What play() answers with. @type {() => Promise<void>} */
  onPlay = () => Promise.resolve();

  get buffered() {
    return {
      length: this.ranges.length,
      start: (/** @type {number} */ index) => /** @type {[number, number]} */ (this.ranges[index])[0],
      end: (/** @type {number} */ index) => /** @type {[number, number]} */ (this.ranges[index])[1],
    };
  }

  play() {
    this.paused = false;
    return this.onPlay().catch((error) => {
      this.paused = true;
      throw error;
    });
  }

  pause() {
    if (this.paused) return;
    this.paused = true;
    this.emit('pause');
  }

  load() {
    this.paused = true;
    this.currentTime = 0;
    this.error = null;
  }

  /** @param {string} name */
  removeAttribute(name) {
    if (name === 'src') this.src = '';
  }

  /** @param {string} type */
  emit(type) {
    this.dispatchEvent(new Event(type));
  }

  /** @returns {HTMLAudioElement} */
  asElement() {
    return /** @type {HTMLAudioElement} */ (/** @type {unknown} */ (this));
  }
}

/** Timers that run when the test says so. */
export class FakeTimers {
  time = 0;
  /** @type {{ task: () => void, due: number }[]} */
  waiting = [];

  now = () => this.time;

  after = (/** @type {() => void} */ task, /** @type {number} */ ms) => {
    const timer = { task, due: this.time + ms };
    this.waiting.push(timer);
    return timer;
  };

  cancel = (/** @type {unknown} */ timer) => {
    this.waiting = this.waiting.filter((other) => other !== timer);
  };

  /** @param {number} ms */
  advance(ms) {
    this.time += ms;
    const due = this.waiting.filter((timer) => timer.due <= this.time);
    this.waiting = this.waiting.filter((timer) => timer.due > this.time);
    for (const { task } of due) task();
  }
}

/** A promise that the test settles. @template T */
export class Later {
  constructor() {
    /** @type {Promise<T>} */
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    /** @type {(value: T) => void} */
    this.resolve;
    /** @type {(reason: unknown) => void} */
    this.reject;
  }
}

/** Lets every promise that is already settled run on. */
export function settle() {
  return new Promise((resolve) => setImmediate(resolve));
}

/** @type {import('../../player-store.js').Rendition} */
export const RENDITION = Object.freeze({
  key: 'k',
  url: 'http://gateway.test/tts/audio/k.webm?exp=1&sig=s',
  captionsUrl: null,
  liveCaptionsUrl: null,
  format: 'webm',
  provider: 'local',
  voice: 'heart',
  cached: false,
  complete: false,
  durationSeconds: 12,
});

/**
 * A stream of the given pieces, which then ends, or breaks when the last piece is an Error.
 *
 * @param {(Uint8Array<ArrayBuffer> | Error)[]} pieces
 * @returns {ReadableStream<Uint8Array<ArrayBuffer>>}
 */
export function streamOf(...pieces) {
  const rest = [...pieces];
  return new ReadableStream({
    pull(controller) {
      const next = rest.shift();
      if (next === undefined) controller.close();
      else if (next instanceof Error) controller.error(next);
      else controller.enqueue(next);
    },
  });
}
