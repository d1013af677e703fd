// The conductor: one listening at a time, from the click to the last sound. It alone touches the
// <audio> element, and everything that happens ends up as an event in the store.

import { AsWritten, NoLine } from './as-written.js';
import { pickSource } from './audio-source.js';
import { Alarm, CLOCK } from './clock.js';
import { byteLength, captionAt, captionLines, later, untilByte, wholeCaptions } from './captions.js';
import { byteAt, secondAt, stepsBefore, utteranceAt } from './far.js';
import { PlayerError } from './gateway.js';
import { PartsSource } from './parts-source.js';
import { NO_CAPTIONS, clampSpeed } from './player-store.js';
import { START, Session, textOf } from './session.js';
import { standstill } from './standstill.js';
import { whole } from './written.js';

/** @typedef {import('./audio-source.js').AudioSource} AudioSource */
/** @typedef {import('./gateway.js').Gateway} Gateway */
/** @typedef {import('./player-store.js').PlayerStore} PlayerStore */
/** @typedef {import('./session.js').Place} Place */
/** @typedef {import('./session.js').Speech} Speech */

/** How long nothing may happen while sound is wanted, before it is called a failure: until the gateway has answered, and then. */
const ANSWER_PATIENCE_MS = 5000;
const PATIENCE_MS = 20_000;
/** How far sound may go before its place is told again. */
export const TOLD_EVERY_SECONDS = 0.25;
/** How much shorter than its captions sound may be and still be whole. */
const END_TOLERANCE_SECONDS = 0.5;
/** How far sound is sent on that stands still. */
const NUDGE_SECONDS = 0.02;
/** What lies farther than this beyond the sound that has come is asked for from there, and not waited for in order. */
const FAR_SECONDS = 10;

/**
 * @typedef {object} Surroundings
 * @property {HTMLAudioElement} audio
 * @property {PlayerStore} store
 * @property {() => Gateway} gateway
 * @property {(failure: import('./player-store.js').Failure, speech: Speech) => boolean} [stepIn]
 *   asked when nothing was heard yet: whether somebody else speaks instead
 * @property {() => AudioSource} [pickSource]
 * @property {import('./clock.js').Clock} [clock]
 */

export class Playback {
  #audio;
  #store;
  #gateway;
  #stepIn;
  #pickSource;
  #clock;
  #watchdog;
  #watchSound;
  /** @type {Session | null} */
  #session = null;

  /** @param {Surroundings} surroundings */
  constructor({ audio, store, gateway, stepIn = () => false, pickSource: pick = pickSource, clock = CLOCK }) {
    this.#audio = audio;
    this.#store = store;
    this.#gateway = gateway;
    this.#stepIn = stepIn;
    this.#pickSource = pick;
    this.#clock = clock;
    this.#watchdog = new Alarm(clock);
    this.#watchSound = standstill({
      audio,
      place: () => this.#place,
      remedies: [() => (audio.currentTime += NUDGE_SECONDS), () => this.#anew(this.#pickSource()), () => this.#anew(new PartsSource())],
      clock,
    });
    this.#listen();
  }

  /**
   * Starts a message, ending what was heard before. Called inside the listener's click, so that the
   * browser lets the sound start.
   *
   * @param {Speech} speech
   * @param {null} [_instead]  the browser's voice is told here why it speaks
   * @param {number} [position]  where to begin, in seconds
   * @param {Place} [from]  where the sound of it begins, with what comes before left for when it is wanted
   */
  speak(speech, _instead = null, position = 0, from = START) {
    this.#begin(speech, this.#pickSource(), position, this.#clock.now(), from);
  }

  pause() {
    const session = this.#session;
    if (!session) return;
    session.wanted = false;
    this.#audio.pause();
    this.tick(0);
    this.#report({ type: 'paused' });
  }

  /** Goes on after a pause, a refusal, a failure, or from the start after the end. */
  resume() {
    const session = this.#session;
    if (!session) return;
    const { status } = this.#store.state;
    if (status === 'failed') {
      this.#anew(this.#pickSource());
      return;
    }
    this.#report({ type: 'resumed' });
    if (status === 'ended' && this.#jump(session, 0)) return;
    if (status === 'ended') this.#moveTo(session, 0);
    this.#play(session);
  }

  /** Ends the listening; the gateway sees its listener leave. */
  stop() {
    this.leave();
    this.#report({ type: 'stopped' });
  }

  /** Ends the listening without a word about it. */
  leave() {
    const session = this.#session;
    if (!session) return;
    this.tick(0);
    // From here on nothing of the old session is heard or reported.
    this.#session = null;
    this.#watchdog.off();
    session.abort.abort();
    this.#audio.pause();
    session.source.close();
  }

  /** @param {number} position  seconds; what lies outside the sound is brought inside */
  seek(position) {
    if (!this.#session || !Number.isFinite(position)) return;
    const bounded = Math.min(Math.max(0, position), this.#store.state.duration);
    if (this.#jump(this.#session, bounded)) return;
    this.#moveTo(this.#session, bounded);
    this.#report({ type: 'moved', position: bounded });
  }

  /**
   * Goes to a word by its place in the text, though its sound has not come yet.
   *
   * @param {number} byte
   */
  goTo(byte) {
    const session = this.#session;
    if (!session || session.source.load) return;
    const { from, fed, writing } = session;
    if (byte < from.byte) this.#ask(session, byte, secondAt(START, from, byte), true);
    else if (!fed && !writing) {
      const { all, known } = this.#known(session);
      this.#ask(session, byte, secondAt(known, { byte: all, second: this.#store.state.duration }, byte), true);
    }
  }

  /**
   * Goes back to what was jumped over.
   *
   * @param {number} steps  from where the sound begins that there is
   * @param {(captions: import('./player-store.js').Captions) => readonly import('./player-store.js').Caption[]} stepsOf  sentences, or words
   * @returns {boolean}  whether there is anything before that
   */
  goBefore(steps, stepsOf) {
    const session = this.#session;
    if (!session || session.source.load || session.from.byte === 0) return false;
    const byte = this.#store.state.captions.utterances[0]?.source[0] ?? session.from.byte;
    const { signal } = session.abort;
    stepsBefore(this.#script(session, signal), byte, steps, textOf(session), stepsOf).then(
      (byte) => session === this.#session && byte !== null && this.goTo(byte),
      // What is heard goes on.
      () => {},
    );
    return true;
  }

  /** @param {number} speed  brought within the allowed speeds; the pitch stays */
  setSpeed(speed) {
    // A new source resets the rate to the default one, so both are set.
    this.#audio.defaultPlaybackRate = clampSpeed(speed);
    this.#audio.playbackRate = clampSpeed(speed);
    this.#report({ type: 'speed', speed });
  }

  /**
   * Reads the position off the element; told when another word is said, and a few times a second.
   *
   * @param {number} [least]  how far it has to be from what was told last, in seconds
   * @returns {number}  what it is now, in seconds
   */
  tick(least = TOLD_EVERY_SECONDS) {
    const { status, position, captions } = this.#store.state;
    if (!this.#session || status === 'loading') return position;
    const now = this.#place;
    const isTold = Math.abs(now - position) < least && captionAt(captions.words, now) === captionAt(captions.words, position);
    if (!isTold) this.#report({ type: 'moved', position: now });
    return now;
  }

  /** How far the element has got, in seconds of the whole. */
  get #place() {
    return (this.#session?.source.offset ?? 0) + this.#audio.currentTime;
  }

  /**
   * @param {Speech} speech
   * @param {AudioSource} source
   * @param {number} position  where to start, in seconds
   * @param {number} [askedAt]  when the listener asked, by the clock
   * @param {Place} [from]
   * @param {import('./player-store.js').Captions | null} [captions]  of what was heard of it just now and stays known
   */
  #begin(speech, source, position, askedAt = this.#clock.now(), from = START, captions = null) {
    this.leave();
    const session = new Session(speech, source, askedAt, from);
    this.#session = session;
    // Who goes on after a failure goes on where they were.
    session.placed = position > from.second;
    this.#report(captions ? { type: 'jumped', position, captions } : { type: 'asked', message: speech.message, position });
    source.attach(this.#audio);
    if (position > 0) this.#moveTo(session, position);
    this.#play(session);
    this.#load(session).catch((error) => this.#breakOff(session, error));
  }

  /** The same once more, from where it was. @param {AudioSource} source */
  #anew(source) {
    const session = this.#session;
    if (session) this.#begin(session.speech, source, this.#store.state.position, this.#clock.now(), session.from);
  }

  /** How long the text is in bytes, as far as its duration goes, and up to where it is known when it is said. @param {Session} session */
  #known(session) {
    const { captions, rendition } = this.#store.state;
    const { from } = session;
    const last = captions.utterances.at(-1);
    return { all: rendition?.continuesAt ?? byteLength(textOf(session)), known: last ? { byte: last.source[1], second: last.end } : from };
  }

  /**
   * Goes where no sound has come yet, by asking for it from there.
   *
   * @param {Session} session
   * @param {number} position  seconds
   * @returns {boolean}  whether that was to be done
   */
  #jump(session, position) {
    const { buffered, duration, rendition } = this.#store.state;
    const { from, source, speech } = session;
    if (source.load) return false;
    if (position < from.second && position < from.made + FAR_SECONDS) {
      this.#again(session, speech, position, { ...START, made: from.made });
      return true;
    }
    const isAhead = position > Math.max(buffered, from.second) + FAR_SECONDS;
    if (position >= from.second && (!isAhead || session.fed || session.writing || !rendition || rendition.complete)) return false;
    const { all, known } = this.#known(session);
    const byte = position < from.second ? byteAt(START, from, position) : byteAt(known, { byte: all, second: duration }, position);
    // Near the end a guess may lie beyond what is said last.
    this.#ask(session, Math.min(byte, all - 1), position, position > duration - FAR_SECONDS);
    return true;
  }

  /** @param {Session} session @param {number} byte @param {number} second @param {boolean} [exact] */
  #ask(session, byte, second, exact = false) {
    this.#measure();
    const { from } = session;
    const made = from.second > 0 ? from.made : this.#store.state.buffered;
    this.#again(session, session.speech, second, { byte, second, made, exact });
  }

  /** The same, from elsewhere. @param {Session} session @param {Speech} speech @param {number} position @param {Place} from */
  #again({ wanted }, speech, position, from) {
    this.#begin(speech, this.#pickSource(), position, this.#clock.now(), from, NO_CAPTIONS);
    if (!wanted) this.pause();
  }

  /** @param {Session} session */
  async #load(session) {
    const { speech, source, from, placed } = session;
    const { signal } = session.abort;
    const gateway = this.#gateway();
    if (source.load) {
      session.writing = source.awaitsWriter === undefined ? null : /** @type {{ awaitsWriter: boolean }} */ (source);
      const written = speech.written ?? whole(speech.text);
      const loading = source.load({ speech, written, byte: placed ? 0 : from.byte, gateway, signal, report: (event) => this.#reportOf(session, event), arrived: () => this.#onArrival(session) });
      signal.addEventListener('abort', written.watch(() => this.#judge(session)));
      this.#judge(session);
      await loading;
      if (session === this.#session) this.#startLate(session);
      return;
    }
    const { written } = speech;
    if (!written || written.over) {
      const text = textOf(session);
      const isWhole = await this.#feed(session, gateway, text);
      if (!written || !isWhole || session !== this.#session) return;
      await this.#follow(session, gateway, written, { text, second: source.laid ?? 0 });
    } else {
      const byte = from.exact ? await this.#utteranceOf(session, signal) : from.byte;
      await this.#follow(session, gateway, written, { text: untilByte(written.text, byte ?? 0), second: from.second, origin: 0 });
    }
  }

  /** Where the utterance begins that the very word is in which is wanted. @param {Session} session @param {AbortSignal} signal */
  #utteranceOf(session, signal) {
    return utteranceAt(this.#script(session, signal), session.from.byte, this.#known(session).all);
  }

  /**
   * Hands over the sound of a text that is all there.
   *
   * @param {Session} session
   * @param {Gateway} gateway
   * @param {string} text
   * @returns {Promise<boolean>}  whether that was all that is to be said of it
   */
  async #feed(session, gateway, text) {
    const { speech, source } = session;
    const feeding = new AbortController();
    const signal = AbortSignal.any([session.abort.signal, feeding.signal]);
    // What is made of words that stand there no more is for nobody.
    const unwatch = speech.written?.watch(() => {
      if (!speech.written?.text.startsWith(text)) feeding.abort();
    });
    try {
      const { byte, second, exact } = session.from;
      const startAt = byte === 0 ? (speech.startAt ?? null) : exact ? await this.#utteranceOf(session, signal) : byte;
      const answer = await gateway.ask({ ...speech, startAt, text, format: source.format }, signal);
      if (session !== this.#session) return false;
      const rendition = { ...answer, durationSeconds: second + answer.durationSeconds };
      this.#report({ type: 'answered', rendition });
      const live = rendition.liveCaptionsUrl !== null;
      const captioned = live ? this.#caption(session, gateway, rendition) : null;
      await source.feed?.(rendition, {
        open: (url, leave) => gateway.open(url, leave),
        signal,
        arrived: () => this.#gather(session),
        second,
      });
      if (session !== this.#session) return false;
      session.fed = true;
      this.#measure();
      (captioned ?? this.#caption(session, gateway, rendition)).then(() => this.#checkEnd(session));
      this.#startLate(session);
      return rendition.continuesAt == null;
    } catch (error) {
      if (!feeding.signal.aborted) throw error;
      return true;
    } finally {
      unwatch?.();
      this.#release(session);
    }
  }

  /**
   * What is said of the reply.
   *
   * @param {Session} session
   * @param {AbortSignal} signal
   * @returns {import('./far.js').Ask}
   */
  #script(session, signal) {
    const { speech } = session;
    return (startAt) => this.#gateway().script({ ...speech, text: textOf(session), startAt: startAt ?? speech.startAt ?? null }, signal);
  }

  /** Some of the sound has come: it starts, or is held back where it would soon run out. @param {Session} session */
  #gather(session) {
    this.#feedWatchdog();
    const audio = this.#audio;
    if (session !== this.#session || !session.wanted || audio.buffered.length === 0) return;
    const { status, duration, speed } = this.#store.state;
    this.#catchUp(session);
    const ahead = (audio.buffered.end(audio.buffered.length - 1) - audio.currentTime) / speed;
    const waits = status === 'loading' && session.gathering.waits(this.#clock.now() / 1000, { ahead, left: (duration - audio.currentTime) / speed });
    if (waits && !session.held) {
      session.held = true;
      audio.pause();
    } else if (!waits) this.#release(session);
  }

  /** What was held back is heard. @param {Session} session */
  #release(session) {
    if (session !== this.#session || !session.held) return;
    session.held = false;
    if (session.wanted) this.#play(session);
  }

  /**
   * Speaks what is written from now on, for as long as the session lasts.
   *
   * @param {Session} session
   * @param {Gateway} gateway
   * @param {import('./written.js').Written} written
   * @param {import('./as-written.js').Said} said  what was said already
   */
  async #follow(session, gateway, written, said) {
    /** @type {import('./as-written.js').Said} */
    let spoken = said;
    const { speech, source } = session;
    const { signal } = session.abort;
    const sound = /** @type {import('./audio-source.js').StreamSource} */ (source);
    signal.addEventListener('abort', written.watch(() => this.#judge(session)));
    for (;;) {
      if (written.text !== spoken.text || !written.over) {
        session.fed = false;
        const writing = new AsWritten(
          {
            written,
            speech,
            gateway,
            signal,
            sound,
            captions: () => this.#store.state.captions,
            report: (event) => this.#reportOf(session, event),
            cut: (second) => this.#cut(session, second),
            arrived: () => this.#onArrival(session),
            clock: this.#clock,
          },
          spoken,
        );
        session.writing = writing;
        this.#judge(session);
        try {
          await writing.run();
        } catch (error) {
          if (!(error instanceof NoLine) || session !== this.#session) throw error;
          this.#begin(speech, new PartsSource(), this.#store.state.position, session.askedAt, session.from);
          return;
        }
        if (session !== this.#session) return;
        spoken = writing.said;
        if (sound.laid === 0) throw new PlayerError('nothing_to_say');
        sound.end();
        session.fed = true;
        this.#measure();
        this.#startLate(session);
      }
      await written.changed(signal);
    }
  }

  /** Sound has come, perhaps of what was written after all had been heard. @param {Session} session */
  #onArrival(session) {
    if (session !== this.#session) return;
    if (this.#goesOnAfterEnd(session)) return;
    this.#measure();
    this.#catchUp(session);
    this.#feedWatchdog();
  }

  /**
   * An element that has come to its end begins anew when it is played, and WebKit's takes no more sound: what follows
   * is heard from a source of its own.
   *
   * @param {Session} session
   * @returns {boolean}  whether that was so
   */
  #goesOnAfterEnd(session) {
    if (this.#store.state.status !== 'ended') return false;
    const { speech, source, writing, wanted } = session;
    if (!wanted) return true;
    const more = source.next?.();
    if (more) {
      this.#report({ type: 'resumed', here: true });
      this.#goOn(session, more);
    } else if (writing?.base) {
      const { byte, second } = writing.base;
      const { utterances, words } = this.#store.state.captions;
      const isSaid = (/** @type {import('./player-store.js').Caption} */ { source }) => source[1] <= byte;
      const captions = { utterances: utterances.filter(isSaid), words: words.filter(isSaid) };
      this.#begin(speech, this.#pickSource(), second, this.#clock.now(), { byte, second, made: second }, captions);
    }
    return true;
  }

  /** Sound that is asked for from a moment on begins a hair after it. @param {Session} session */
  #catchUp({ from }) {
    const audio = this.#audio;
    if (from.second > 0 && audio.buffered.length > 0 && audio.currentTime < audio.buffered.start(0)) audio.currentTime = audio.buffered.start(0);
  }

  /**
   * What lay after a moment is not said any more.
   *
   * @param {Session} session
   * @param {number} second
   */
  #cut(session, second) {
    if (session !== this.#session) return;
    this.#report({ type: 'arrived', buffered: second });
    this.#report({ type: 'measured', duration: second, exact: false, open: true });
    if (this.#audio.currentTime <= second) return;
    this.#audio.currentTime = second;
    this.#report({ type: 'moved', position: second });
    this.#report({ type: 'starved' });
  }

  /**
   * Whether it is the writer who is waited for, or the gateway.
   *
   * @param {Session} session
   */
  #judge(session) {
    if (session === this.#session && session.writing) this.#report({ type: 'awaited', writer: session.writing.awaitsWriter });
  }

  /**
   * @param {Session} session
   * @param {import('./player-store.js').PlayerEvent} event
   */
  #reportOf(session, event) {
    if (session !== this.#session || (event.type === 'captioned' && event.by && this.#goesOnAfterEnd(session))) return;
    this.#report(event);
    if (event.type !== 'awaited') this.#judge(session);
  }

  /**
   * Some engines take a connection that broke off for one that ended. Captions know how much there is to hear.
   *
   * @param {Session} session
   */
  #checkEnd(session) {
    if (session !== this.#session) return;
    const { buffered, captions } = this.#store.state;
    const end = captions.utterances.at(-1)?.end ?? 0;
    if (buffered === 0 || buffered > end - END_TOLERANCE_SECONDS) return;
    this.#breakOff(session, new PlayerError('interrupted', `The sound ends at ${buffered} of ${end} seconds.`));
  }

  /**
   * A source that had no sound when the listener clicked has dropped that first play().
   *
   * @param {Session} session
   */
  #startLate(session) {
    if (session.wanted && this.#audio.paused && !this.#audio.ended) this.#play(session);
  }

  /**
   * @param {Session} session
   * @param {number} position  seconds
   */
  #moveTo(session, position) {
    const { source } = session;
    const switched = source.seek?.(position);
    if (!source.seek) this.#audio.currentTime = position;
    else if (switched) {
      this.#report({ type: 'starved' });
      this.#goOn(session, switched);
    }
  }

  /**
   * Plays on when another file is on the element.
   *
   * @param {Session} session
   * @param {Promise<unknown>} switched
   */
  #goOn(session, switched) {
    switched.then(
      (sound) => {
        if (session !== this.#session) return;
        if (sound === null) this.#report({ type: 'finished' });
        else if (session.wanted) this.#play(session);
      },
      (error) => this.#breakOff(session, error),
    );
  }

  /**
   * Captions are an extra: when they fail, the sound goes on without them.
   *
   * @param {Session} session
   * @param {Gateway} gateway
   * @param {import('./player-store.js').Rendition} rendition
   */
  async #caption(session, gateway, { liveCaptionsUrl, captionsUrl }) {
    const url = liveCaptionsUrl ?? captionsUrl;
    if (url === null) return;
    try {
      const stream = await gateway.open(url, session.abort.signal);
      for await (const arrival of liveCaptionsUrl ? captionLines(stream) : [wholeCaptions(stream)]) {
        if (session !== this.#session) return;
        const { byte, second, exact } = session.from;
        const words = later(arrival.words, second);
        this.#report({ type: 'captioned', utterances: later(arrival.utterances, second), words });
        const word = exact && !session.placed && words.find(({ source }) => source[1] > byte);
        if (!word) continue;
        session.placed = true;
        this.seek(word.start);
      }
    } catch {
      // Nothing to do, and nothing to tell: the listener still hears.
    }
  }

  /** @param {Session} session */
  #play(session) {
    session.wanted = true;
    session.held = false;
    this.#audio.play().catch((error) => {
      if (session !== this.#session || !session.wanted) return;
      // A pause or a new source overtook this call; whoever did that also says how it goes on.
      if (error.name === 'AbortError') return;
      if (error.name === 'NotAllowedError') {
        session.wanted = false;
        this.#report({ type: 'refused' });
      } else {
        this.#unplayable(session);
      }
    });
  }

  #listen() {
    const audio = this.#audio;
    audio.addEventListener('playing', () => {
      const session = this.#session;
      if (session) this.#report({ type: 'sounding', afterMs: this.#clock.now() - session.askedAt });
    });
    audio.addEventListener('waiting', () => {
      if (this.#store.state.status === 'playing' && !audio.seeking) this.#session?.gathering.starved();
      this.#report({ type: 'starved' });
      if (this.#session) this.#judge(this.#session);
    });
    audio.addEventListener('pause', () => {
      // A media key, a headphone pulled out, a phone call: the browser paused, not the listener.
      if (!this.#session?.wanted || this.#session.held || !audio.paused || audio.ended) return;
      this.#session.wanted = false;
      this.#report({ type: 'paused' });
    });
    audio.addEventListener('play', () => {
      // And a media key can start it again.
      const session = this.#session;
      if (!session || session.wanted || audio.paused) return;
      if (this.#store.state.status === 'failed') {
        audio.pause();
        return;
      }
      session.wanted = true;
      this.#report({ type: 'resumed' });
    });
    audio.addEventListener('ended', () => {
      const session = this.#session;
      const switched = session?.source.next?.();
      if (session?.broken) this.#fail(session.broken);
      else if (session && switched) {
        if (session.writing?.awaitsWriter) {
          this.#report({ type: 'starved' });
          this.#judge(session);
        }
        this.#goOn(session, switched);
      } else if (session) {
        this.#measure();
        this.#report({ type: 'finished' });
      }
    });
    audio.addEventListener('timeupdate', () => this.tick());
    audio.addEventListener('durationchange', () => this.#measure());
    audio.addEventListener('progress', () => this.#measure());
    audio.addEventListener('error', () => {
      if (this.#session && audio.error) this.#unplayable(this.#session);
    });
  }

  #measure() {
    const session = this.#session;
    if (!session) return;
    if (session.source.measure) {
      const { buffered, ...length } = session.source.measure();
      this.#report({ type: 'arrived', buffered });
      if (length.duration > 0) this.#report({ type: 'measured', ...length });
      return;
    }
    const { buffered, duration } = this.#audio;
    if (buffered.length > 0) {
      const end = buffered.end(buffered.length - 1);
      this.#report({ type: 'arrived', buffered: end });
      if (session.writing && !session.fed) this.#report({ type: 'measured', duration: end, exact: false, open: true });
    }
    if (session.writing && !session.fed) return;
    if (Number.isFinite(duration) && duration > 0) {
      const exact = session.fed || this.#store.state.rendition?.complete === true;
      this.#report({ type: 'measured', duration, exact });
    }
  }

  /**
   * No more sound will come. What has come is still played.
   *
   * @param {Session} session
   * @param {unknown} reason
   */
  #breakOff(session, reason) {
    // What ends because it has failed is no failure of its own.
    if (session !== this.#session || session.abort.signal.aborted) return;
    if (reason instanceof PlayerError && reason.code === 'unplayable') {
      this.#unplayable(session);
      return;
    }
    session.broken =
      reason instanceof PlayerError ? reason : new PlayerError('interrupted', String(reason), { cause: reason });
    const { buffered, currentTime } = this.#audio;
    const ahead = buffered.length > 0 && buffered.end(buffered.length - 1) > currentTime;
    if (!ahead) this.#fail(session.broken);
  }

  /**
   * The engine cannot play what it was given. Fed sound gets a second chance as plain files.
   *
   * @param {Session} session
   */
  #unplayable(session) {
    if (session.source.streams) {
      this.#anew(new PartsSource());
    } else {
      this.#fail(new PlayerError('unplayable'));
    }
  }

  /** @param {PlayerError} error */
  #fail(error) {
    const session = this.#session;
    if (!session) return;
    const failure = error.toFailure();
    const unheard = this.#store.state.firstSoundMs === null && this.#store.state.position === 0;
    if (unheard && session.wanted && this.#stepIn(failure, session.speech)) return;
    session.wanted = false;
    session.abort.abort();
    this.#audio.pause();
    this.#report({ type: 'failed', failure });
  }

  /** @param {import('./player-store.js').PlayerEvent} event */
  #report(event) {
    const before = this.#store.state.status;
    this.#store.dispatch(event);
    const { status } = this.#store.state;
    if (status !== before || event.type === 'answered') this.#feedWatchdog();
    if (status !== before) this.#watchSound(status === 'loading' || status === 'playing');
  }

  /** While sound is wanted and none is heard, something has to happen every now and then. */
  #feedWatchdog() {
    if (this.#store.state.status !== 'loading') this.#watchdog.off();
    else this.#watchdog.set(this.#store.state.rendition ? PATIENCE_MS : ANSWER_PATIENCE_MS, () => this.#fail(new PlayerError('silent')));
  }
}
