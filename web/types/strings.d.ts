export type Failure = import('./player-store.js').Failure;
/** @typedef {import('./player-store.js').Failure} Failure */
export declare const ENGLISH: Readonly<{
    listen: "Listen";
    pause: "Pause";
    resume: "Resume";
    again: "Listen again";
    /** A reply that was too long for once has a rest. */
    goOn: "Hear the rest";
    retry: "Try again";
    tapToHear: "Tap to hear";
    /** All that is written has been heard. */
    waiting: "Waiting for the rest of the reply.";
    stop: "Stop";
    position: "Position";
    speed: "Speed";
    back: "Previous sentence";
    forward: "Next sentence";
    more: "More";
    words: "Mark the words";
    bar: "Caption bar";
    continuous: "Read new replies";
    download: "Download";
    help: "Keyboard shortcuts";
    keys: "Use these keys";
    close: "Close";
    browserVoice: "Read by the browser’s own voice.";
    readyAgain: "You can try again now.";
    /** What each shortcut does, where no button says it. */
    shortcuts: Readonly<{
        toggle: "Listen or pause";
        slower: "Slower";
        faster: "Faster";
        captions: "Caption bar on or off";
        help: "This help";
    }>;
    controls: "Listening controls";
    /** @param {string} position @param {string} duration */
    progress: (position: string, duration: string) => string;
    /** @param {number} seconds */
    waitFor: (seconds: number) => string;
    errors: Readonly<Record<string, string>>;
    somethingWrong: "This reply cannot be read aloud.";
}>;
export type Strings = typeof ENGLISH;
/** @typedef {typeof ENGLISH} Strings */
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
