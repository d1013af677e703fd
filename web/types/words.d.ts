export type Failure = import('./player-store.js').Failure;
/** @typedef {import('./player-store.js').Failure} Failure */
/** What is told once something has been pressed. */
export declare const MORE: {
    /** All that is written has been heard. */
    waiting: string;
    stop: string;
    position: string;
    speed: string;
    back: string;
    forward: string;
    rewind: string;
    skip: string;
    more: string;
    volume: string;
    mute: string;
    voice: string;
    usualVoice: string;
    anyLanguage: string;
    sample: string;
    /** What a voice says of itself. */
    sampleText: string;
    backToText: string;
    words: string;
    bar: string;
    taps: string;
    continuous: string;
    cut: string;
    /** This reply, and then those after it. */
    onward: string;
    sleep: string;
    download: string;
    help: string;
    keys: string;
    close: string;
    browserVoice: string;
    readyAgain: string;
    /** What each shortcut does, where no button says it. */
    shortcuts: {
        toggle: string;
        slower: string;
        faster: string;
        captions: string;
        help: string;
    };
    /** What else can be done, by the name of the key. */
    gestures: Readonly<Record<string, string>>;
    /** @param {string} what  can be done while the keyboard is in the controls */
    inPlayer: (what: string) => string;
    controls: string;
    /** @param {string} position @param {string} duration */
    progress: (position: string, duration: string) => string;
    /** @param {number} seconds */
    waitFor: (seconds: number) => string;
    errors: Readonly<Record<string, string>>;
    somethingWrong: string;
};
export type Strings = Readonly<typeof MORE & Record<'listen' | 'pause' | 'resume' | 'again' | 'goOn' | 'retry' | 'tapToHear', string>>;
/**
 * A failure in plain words, with what can be done next where that is known.
 *
 * @param {Failure} failure
 * @param {Strings} strings
 * @param {number | null} [wait]  seconds that are left of the wait that it asks for
 */
export declare function explain(failure: Failure, strings: Strings, wait?: number | null): string;
/**
 * @param {number} seconds
 * @returns {string}  `0:07`, `12:34`, `1:02:03`
 */
export declare function formatTime(seconds: number): string;
