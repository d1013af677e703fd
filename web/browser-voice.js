// The browser's own voice (Web Speech): a mode of its own, and what steps in when the gateway cannot
// speak. It has the same verbs as Playback and reports to the same store. Engines differ much here;
// each workaround says what for.

import { CHARS_PER_SECOND, layOut, plainScript } from './browser-script.js';
import { Alarm, CLOCK, within } from './clock.js';
import { PlayerError } from './gateway.js';
import { afterByte, byteLength, captionAt } from './captions.js';
import { clampSpeed, isActive } from './player-store.js';
import { settled } from './sentences.js';
import { START } from './session.js';
import { common, whole } from './written.js';

/** @typedef {import('./gateway.js').Script} Script */
/** @typedef {import('./playback.js').Speech} Speech */
/** @typedef {import('./browser-script.js').Piece} Piece */
/** @typedef {import('./browser-script.js').Word} Word */
/** @typedef {import('./player-store.js').Failure} Failure */
/** @typedef {import('./player-store.js').PlayerStore} PlayerStore */

/** Lists of voices arrive late, and in some engines never. */
const VOICES_PATIENCE_MS = 2000;
const SCRIPT_PATIENCE_MS = 4000;
/** How long a piece may take to begin; and how much longer than expected it may take to end. */
const START_PATIENCE_MS = 3000;
const SLOWNESS = 2;

/** One listening. */
class Session {
  abort = new AbortController();
  wanted = true;
  /** @type {Piece[]} */
  pieces = [];
  /** @type {Word[]} */
  words = [];
  /** What is said now: the piece, and the place in it that a pause goes on from. */
  piece = 0;
  char = 0;
  /** A moment that is known, to count on from. */
  anchor = { position: 0, at: 0 };
  /** Held, or Chromium collects it and its events never come. @type {SpeechSynthesisUtterance | null} */
  utterance = null;
  /** @type {SpeechSynthesisVoice[]} */
  voices = [];
  retried = false;
  /** The text as it is being written, what of it is laid out, and whether that is all. */
  written;
  known = '';
  whole = false;

  /** @param {Speech} speech @param {number} askedAt */
  constructor(speech, askedAt) {
    this.speech = speech;
    this.askedAt = askedAt;
    this.written = speech.written ?? whole(speech.text);
  }
}

/**
 * @typedef {object} VoiceSurroundings
 * @property {PlayerStore} store
 * @property {(speech: Speech, signal: AbortSignal) => Promise<Script>} script  asks the gateway
 * @property {() => string} [language]  the page's
 * @property {SpeechSynthesis | undefined} [synthesis]
 * @property {import('./clock.js').Clock} [clock]
 */

export class BrowserVoice {
  #store;
  #script;
  #language;
  #synthesis;
  #clock;
  /** Synthesisers fail without a word: no event for long means silence. */
  #watchdog;
  /** @type {Session | null} */
  #session = null;

  /** @param {VoiceSurroundings} surroundings */
  constructor({ store, script, language = () => '', synthesis = globalThis.speechSynthesis, clock = CLOCK }) {
    this.#store = store;
    this.#script = script;
    this.#language = language;
    this.#synthesis = synthesis;
    this.#clock = clock;
    this.#watchdog = new Alarm(clock);
    // The first question makes engines fetch their voices.
    this.#synthesis?.getVoices();
  }

  /** Whether there is a voice. */
  get ready() {
    return (this.#synthesis?.getVoices().length ?? 0) > 0;
  }

  /** Whether there is a voice, or may yet be: lists of voices arrive late. */
  get hopeful() {
    return this.ready || (this.#synthesis !== undefined && !this.#inVain);
  }

  /** Whether voices were waited for, and did not come. */
  #inVain = false;

  /**
   * @param {Speech} speech
   * @param {Failure | null} [instead]  why it is not the gateway
   * @param {number} [_position]
   * @param {import('./session.js').Place} [from]  begins with the sentence that is there
   */
  speak(speech, instead = null, _position = 0, from = START) {
    this.leave();
    const session = new Session(speech, this.#clock.now());
    this.#session = session;
    this.#store.dispatch({ type: 'asked', message: speech.message, position: 0, by: 'browser', instead });
    this.#load(session, instead, from.byte).catch((error) => {
      if (session === this.#session) this.#fail('silent', String(error));
    });
  }

  pause() {
    const session = this.#session;
    if (!session) return;
    // Pausing the synthesiser itself ends speech on Android and hangs it elsewhere.
    session.wanted = false;
    this.#silence(session);
    this.#store.dispatch({ type: 'paused' });
  }

  resume() {
    const session = this.#session;
    if (!session) return;
    const { status } = this.#store.state;
    if (status === 'failed') {
      this.speak(session.speech, this.#store.state.instead);
      return;
    }
    if (status === 'ended') [session.piece, session.char] = [0, 0];
    session.wanted = true;
    this.#store.dispatch({ type: 'resumed' });
    if (session.pieces.length > 0) this.#say(session);
  }

  stop() {
    this.leave();
    this.#store.dispatch({ type: 'stopped' });
  }

  /** Ends the listening without a word about it. */
  leave() {
    const session = this.#session;
    if (!session) return;
    this.#session = null;
    session.abort.abort();
    this.#silence(session);
  }

  /** @param {number} position  seconds; goes to the word that is said then */
  seek(position) {
    const session = this.#session;
    if (!session || !Number.isFinite(position)) return;
    const word = session.words[Math.max(0, captionAt(session.words, position))];
    if (!word) return;
    [session.piece, session.char] = [word.piece, word.char];
    this.#store.dispatch({ type: 'moved', position: word.start });
    if (this.#store.state.status === 'ended') this.#store.dispatch({ type: 'resumed' });
    else if (!session.wanted) return;
    session.wanted = true;
    this.#say(session);
  }

  /** @param {number} speed */
  setSpeed(speed) {
    const before = this.#store.state.speed;
    this.#store.dispatch({ type: 'speed', speed });
    // What is being said keeps its speed: it is said anew from the present word.
    if (this.#session?.utterance && clampSpeed(speed) !== before) this.#say(this.#session);
  }

  /** Brings the position up to now, between the words that the engine tells of, if it does. */
  tick() {
    const session = this.#session;
    const piece = session?.pieces[session.piece];
    if (!session?.utterance || !piece || this.#store.state.status !== 'playing') return this.#store.state.position;
    const passed = ((this.#clock.now() - session.anchor.at) / 1000) * this.#store.state.speed;
    this.#store.dispatch({ type: 'moved', position: Math.min(piece.end, session.anchor.position + passed) });
    return this.#store.state.position;
  }

  /**
   * Says what is written, for as long as the session lasts.
   *
   * @param {Session} session
   * @param {Failure | null} instead
   * @param {number} byte  where to begin
   */
  async #load(session, instead, byte) {
    if (!this.#synthesis) {
      this.#fail('no_browser_voice', '');
      return;
    }
    const { written, abort } = session;
    const coming = this.#voices();
    for (let isFirst = true; ; isFirst = false) {
      const { version } = written;
      const [voices] = await Promise.all([coming, this.#learn(session, instead)]);
      if (session !== this.#session) return;
      if (isFirst) {
        session.voices = voices;
        session.piece = Math.max(0, session.pieces.findIndex(({ source }) => source[1] > byte));
        this.#inVain = voices.length === 0;
        if (this.#inVain && instead) {
          this.#fail('no_browser_voice', '');
          return;
        }
      }
      session.whole = written.over && version === written.version;
      this.#sayMore(session);
      await written.changed(abort.signal, version);
    }
  }

  /** Goes on where what was written had been said. @param {Session} session */
  #sayMore(session) {
    const { status } = this.#store.state;
    const hasEnded = status === 'ended';
    const isMore = session.pieces.length > session.piece;
    if (session.utterance || (hasEnded ? !isMore : !session.wanted || !isActive({ status }))) return;
    session.wanted = true;
    if (hasEnded) this.#store.dispatch({ type: 'resumed', here: true });
    this.#say(session);
  }

  /**
   * Lays out what has been written since.
   *
   * @param {Session} session
   * @param {Failure | null} instead
   */
  async #learn(session, instead) {
    const { written, speech } = session;
    const { over, mayEnd } = written;
    const text = mayEnd ? written.text : settled(written.text);
    this.#keep(session, text);
    const from = session.pieces.at(-1)?.source[1] ?? speech.startAt ?? 0;
    const fresh = afterByte(text, from);
    if (/[\p{L}\p{N}]/u.test(fresh)) {
      const { language, utterances } = await this.#scriptOf(session, fresh, instead);
      // It was written otherwise meanwhile.
      if (session !== this.#session || session.known !== text) return;
      const said = utterances.map(({ source: [start, end], ...rest }) => ({ ...rest, source: /** @type {[number, number]} */ ([from + start, from + end]) }));
      const { pieces, captions, words } = layOut({ language, utterances: said }, text, session.pieces);
      session.pieces.push(...pieces);
      session.words.push(...words);
      this.#store.dispatch({ type: 'captioned', utterances: captions, words });
    }
    this.#store.dispatch({ type: 'measured', duration: session.pieces.at(-1)?.end ?? 0, exact: false, open: !over });
  }

  /** Forgets what does not stand there any more. @param {Session} session @param {string} text */
  #keep(session, text) {
    const kept = byteLength(text.slice(0, common(session.known, text)));
    const isSame = text.startsWith(session.known);
    session.known = text;
    if (isSame) return;
    session.pieces = session.pieces.filter(({ source }) => source[1] <= kept);
    const { length } = session.pieces;
    session.words = session.words.filter(({ piece }) => piece < length);
    const utterances = this.#store.state.captions.utterances.filter(({ source }) => source[1] <= kept);
    this.#store.dispatch({ type: 'captioned', utterances, words: session.words, anew: true });
    if (session.piece < length) return;
    // What is heard is no longer said: the rest follows at once.
    this.#silence(session);
    [session.piece, session.char] = [length, 0];
  }

  /**
   * @param {Session} session
   * @param {string} text  what is to be said of it
   * @param {Failure | null} instead
   */
  async #scriptOf({ speech, abort }, text, instead) {
    const asked = instead?.code === 'unreachable' ? null : within(this.#script({ ...speech, text, startAt: null }, abort.signal), SCRIPT_PATIENCE_MS, this.#clock);
    return (await asked) ?? plainScript(text, speech.language || this.#language() || undefined);
  }

  async #voices() {
    const synthesis = /** @type {SpeechSynthesis} */ (this.#synthesis);
    if (!this.ready) {
      const changed = new Promise((resolve) => synthesis.addEventListener?.('voiceschanged', resolve, { once: true }));
      await within(changed, VOICES_PATIENCE_MS, this.#clock);
    }
    return synthesis.getVoices();
  }

  /**
   * Says the present piece from the present place on, and then the next ones.
   *
   * @param {Session} session
   */
  #say(session) {
    this.#silence(session);
    const synthesis = /** @type {SpeechSynthesis} */ (this.#synthesis);
    const piece = session.pieces[session.piece];
    session.wanted = piece !== undefined || !session.whole;
    if (!session.wanted) this.#store.dispatch({ type: 'finished' });
    else if (!piece) this.#store.dispatch({ type: 'starved' });
    // Whether it is the writer who is waited for.
    this.#store.dispatch({ type: 'awaited', writer: !piece });
    if (!piece) return;
    const { char } = session;
    const { speed } = this.#store.state;
    const language = piece.language ?? session.speech.language ?? (this.#language() || navigator.language);
    const utterance = new SpeechSynthesisUtterance(piece.text.slice(char));
    utterance.lang = language;
    utterance.rate = speed;
    utterance.voice = pickVoice(session.voices, language, session.speech.voice ?? null);
    session.utterance = utterance;
    const present = () => session === this.#session && session.utterance === utterance;
    /** @param {number} place */
    const reach = (place) => {
      session.char = place;
      session.anchor = { position: piece.start + place / CHARS_PER_SECOND, at: this.#clock.now() };
      this.#store.dispatch({ type: 'moved', position: session.anchor.position });
    };
    const expected = ((piece.text.length - char) / CHARS_PER_SECOND / speed) * 1000;
    const begun = () => {
      // What was heard is not said twice.
      session.retried = true;
      this.#watch(session, START_PATIENCE_MS + expected * SLOWNESS);
      this.#store.dispatch({ type: 'sounding', afterMs: this.#clock.now() - session.askedAt });
    };
    utterance.onstart = () => {
      if (!present()) return;
      reach(char);
      begun();
    };
    utterance.onboundary = (event) => {
      if (!present() || event.name === 'sentence') return;
      begun();
      reach(char + event.charIndex);
    };
    utterance.onend = () => {
      if (!present()) return;
      session.utterance = null;
      session.retried = false;
      [session.piece, session.char] = [session.piece + 1, 0];
      // WebKitGTK never ends what it is given before it is done with the last.
      this.#clock.after(() => session === this.#session && session.wanted && !session.utterance && this.#say(session), 0);
    };
    utterance.onerror = ({ error }) => {
      if (!present()) return;
      session.utterance = null;
      if (error !== 'not-allowed') {
        this.#fail('silent', error);
        return;
      }
      session.wanted = false;
      this.#watchdog.off();
      this.#store.dispatch({ type: 'refused' });
    };
    // One that another page left paused would swallow everything.
    synthesis.resume();
    this.#watch(session, START_PATIENCE_MS);
    synthesis.speak(utterance);
  }

  /**
   * Ends what is being said. Its events mean nothing from here on.
   *
   * @param {Session} session
   */
  #silence(session) {
    this.#watchdog.off();
    session.utterance = null;
    // Without anything to cancel, some engines drop what is spoken next.
    if (this.#synthesis?.speaking || this.#synthesis?.pending) this.#synthesis.cancel();
  }

  /**
   * A hung synthesiser recovers when what hangs is cancelled, so it gets one more try.
   *
   * @param {Session} session
   * @param {number} ms
   */
  #watch(session, ms) {
    this.#watchdog.set(ms, () => {
      if (session !== this.#session) return;
      if (session.retried) {
        this.#fail('silent', '');
        return;
      }
      session.retried = true;
      this.#say(session);
    });
  }

  /**
   * @param {string} code
   * @param {string} message
   */
  #fail(code, message) {
    const session = this.#session;
    if (!session) return;
    session.wanted = false;
    this.#silence(session);
    // Where the gateway was asked first, its reason is the one to know.
    const failure = this.#store.state.instead ?? new PlayerError(code, message).toFailure();
    this.#store.dispatch({ type: 'failed', failure });
  }
}

/** What good voices are called by those who make them (Microsoft, Apple, Google), as the lists of Readium Speech have it. */
const GOOD = /\(?natural|neural|premium|enhanced|online/i;
const FAIR = /^google|network|siri/i;
/** Jokes, and voices of long ago. */
const BAD =
  /espeak|pico|^(albert|bad news|bahh|bells|boing|bubbles|cellos|fred|good news|jester|junior|kathy|organ|ralph|superstar|trinoids|whisper|wobble|zarvox|eddy|flo|grandma|grandpa|reed|rocko|sandy|shelley)\b/i;

/**
 * The one that was asked for by name; else the best of this language: of this very country, by what it is
 * called, and then one that needs no network.
 *
 * @param {SpeechSynthesisVoice[]} voices
 * @param {string} language
 * @param {string | null} name
 */
export function pickVoice(voices, language, name) {
  const wanted = language.toLowerCase().replace('_', '-');
  /** @param {SpeechSynthesisVoice} voice */
  const fitness = (voice) => {
    const spoken = voice.lang.toLowerCase().replace('_', '-');
    if (spoken.split('-')[0] !== wanted.split('-')[0]) return 0;
    const { name } = voice;
    const quality = BAD.test(name) ? -8 : GOOD.test(name) ? 8 : FAIR.test(name) ? 4 : 0;
    return 20 + quality + (spoken === wanted ? 3 : 0) + (voice.localService ? 2 : 0) + (voice.default ? 1 : 0);
  };
  const named = voices.find((voice) => voice.name === name);
  if (named) return named;
  const [best] = [...voices].sort((a, b) => fitness(b) - fitness(a));
  return best && fitness(best) > 0 ? best : null;
}
