// The lock screen, the media keys and the headphones' buttons; and the screen that is not to lock.

import { isActive } from './player-store.js';

/** @typedef {import('./player-store.js').PlayerState} PlayerState */

/** @typedef {Pick<import('./saywell-player.js').SaywellPlayer, 'state' | 'resume' | 'pause' | 'stop' | 'skip' | 'seek'>} Player */

const JUMP_SECONDS = 10;

/** Tells the operating system what is heard, and takes its keys while something is. */
export class MediaKeys {
  #player;
  #session;
  #held = false;
  #title = '';
  /** @type {unknown} */
  #message = null;
  /** What was told last, and how far that has come since. */
  #told = { status: '', duration: 0, position: 0, speed: 1 };

  /**
   * @param {Player} player
   * @param {MediaSession | undefined} [session]
   */
  constructor(player, session = globalThis.navigator?.mediaSession) {
    this.#player = player;
    this.#session = session;
  }

  /**
   * @param {Readonly<PlayerState>} state
   * @param {() => string} titleOf  what is heard, in some words
   */
  show(state, titleOf) {
    const session = this.#session;
    if (!session) return;
    const heard = isActive(state) || state.status === 'paused';
    if (heard !== this.#held) this.#hold(heard);
    const stands = isActive(state) ? 'playing' : heard ? 'paused' : 'none';
    if (session.playbackState !== stands) session.playbackState = stands;
    if (!heard) return;
    if (this.#message === state.message && this.#title) {
      this.#place(session, state);
      return;
    }
    this.#message = state.message;
    const title = titleOf();
    if (title !== this.#title) session.metadata = new MediaMetadata({ title, artist: document.title });
    this.#title = title;
    this.#place(session, state);
  }

  /**
   * Tells where the sound is; the operating system counts on by itself.
   *
   * @param {MediaSession} session
   * @param {Readonly<PlayerState>} state
   */
  #place(session, { status, duration, position, speed }) {
    const told = this.#told;
    const known = told.status === status && told.duration === duration && told.speed === speed;
    if (known && Math.abs(position - told.position) < 1) {
      if (position > told.position) this.#told = { ...told, position };
      return;
    }
    this.#told = { status, duration, position, speed };
    // Some engines throw on a length they do not know.
    if (!(duration > 0) || !Number.isFinite(duration)) return;
    session.setPositionState?.({ duration, position: Math.min(position, duration), playbackRate: speed });
  }

  /** @param {boolean} held */
  #hold(held) {
    this.#held = held;
    this.#title = '';
    const player = this.#player;
    const session = /** @type {MediaSession} */ (this.#session);
    /** @type {[MediaSessionAction, (details: MediaSessionActionDetails) => void][]} */
    const actions = [
      ['play', () => player.resume()],
      ['pause', () => player.pause()],
      ['stop', () => player.stop()],
      ['previoustrack', () => player.skip(-1)],
      ['nexttrack', () => player.skip(1)],
      ['seekto', ({ seekTime }) => player.seek(seekTime ?? 0)],
      ['seekbackward', ({ seekOffset }) => this.#jump(-(seekOffset || JUMP_SECONDS))],
      ['seekforward', ({ seekOffset }) => this.#jump(seekOffset || JUMP_SECONDS)],
    ];
    for (const [action, handler] of actions) {
      try {
        session.setActionHandler(action, held ? handler : null);
      } catch {
        // An engine that does not know the key does without it.
      }
    }
    if (!held) session.metadata = null;
  }

  /** @param {number} seconds */
  #jump(seconds) {
    this.#player.seek(this.#player.state.position + seconds);
  }
}

/** Keeps the screen from locking, for as long as that is wanted. */
export class Screen {
  #wanted = false;
  /** @type {WakeLockSentinel | null} */
  #lock = null;

  /** @param {boolean} wanted */
  keep(wanted) {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    // Browsers let go of it while the page is hidden.
    if (wanted) document.addEventListener('visibilitychange', this.#hold);
    else document.removeEventListener('visibilitychange', this.#hold);
    void this.#hold();
  }

  #hold = async () => {
    try {
      if (this.#wanted && document.visibilityState === 'visible') this.#lock = await navigator.wakeLock.request('screen');
      if (!this.#wanted) await this.#lock?.release();
    } catch {
      // Low on power, or an engine that knows nothing of it: the screen locks as ever.
    }
  };
}
