export type Failure = import('./player-store.js').Failure;
export type Words = {
    listen: string;
    pause: string;
    resume: string;
    again: string;
    /**
     * a reply that was too long for once has a rest
     */
    goOn: string;
    retry: string;
    tapToHear: string;
    /**
     * by code; `lang` is the language, absent where the page has its own
     */
    errors: Readonly<Record<string, string>>;
    /**
     * all that is written has been heard
     */
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
    /**
     * of voices
     */
    kinds: Readonly<Record<'female' | 'male' | 'experimental', string>>;
    backToText: string;
    words: string;
    bar: string;
    taps: string;
    continuous: string;
    cut: string;
    /**
     * this reply, and then those after it
     */
    onward: string;
    sleep: string;
    download: string;
    help: string;
    keys: string;
    close: string;
    browserVoice: string;
    readyAgain: string;
    /**
     * where no button says it
     */
    shortcuts: Readonly<Record<'toggle' | 'slower' | 'faster' | 'captions' | 'help', string>>;
    /**
     * what else can be done, by the name of the key
     */
    gestures: Readonly<Record<string, string>>;
    /**
     * it can be done while the keyboard is in the controls
     */
    inPlayer: (what: string) => string;
    controls: string;
    progress: (position: string, duration: string) => string;
    /**
     * the wait as the language has it, such as “in 5 hours”
     */
    waitFor: (wait: string) => string;
    somethingWrong: string;
    /**
     * the language of these words
     */
    lang?: string;
};
export type Strings = Readonly<Words>;
/** @typedef {import('./player-store.js').Failure} Failure */
/**
 * Whatever the player shows or says. A page can replace any of it.
 *
 * @typedef {object} Words
 * @property {string} listen
 * @property {string} pause
 * @property {string} resume
 * @property {string} again
 * @property {string} goOn  a reply that was too long for once has a rest
 * @property {string} retry
 * @property {string} tapToHear
 * @property {Readonly<Record<string, string>>} errors  by code; `lang` is the language, absent where the page has its own
 * @property {string} waiting  all that is written has been heard
 * @property {string} stop
 * @property {string} position
 * @property {string} speed
 * @property {string} back
 * @property {string} forward
 * @property {string} rewind
 * @property {string} skip
 * @property {string} more
 * @property {string} volume
 * @property {string} mute
 * @property {string} voice
 * @property {string} usualVoice
 * @property {string} anyLanguage
 * @property {string} sample
 * @property {Readonly<Record<'female' | 'male' | 'experimental', string>>} kinds  of voices
 * @property {string} backToText
 * @property {string} words
 * @property {string} bar
 * @property {string} taps
 * @property {string} continuous
 * @property {string} cut
 * @property {string} onward  this reply, and then those after it
 * @property {string} sleep
 * @property {string} download
 * @property {string} help
 * @property {string} keys
 * @property {string} close
 * @property {string} browserVoice
 * @property {string} readyAgain
 * @property {Readonly<Record<'toggle' | 'slower' | 'faster' | 'captions' | 'help', string>>} shortcuts  where no button says it
 * @property {Readonly<Record<string, string>>} gestures  what else can be done, by the name of the key
 * @property {(what: string) => string} inPlayer  it can be done while the keyboard is in the controls
 * @property {string} controls
 * @property {(position: string, duration: string) => string} progress
 * @property {(wait: string) => string} waitFor  the wait as the language has it, such as “in 5 hours”
 * @property {string} somethingWrong
 * @property {string} [lang]  the language of these words
 */
/** @typedef {Readonly<Words>} Strings */
/** What stands in each line of words-….js; a word of a group after its name. */
export declare const ORDER = "errors.tts_disabled,errors.nothing_to_say,errors.text_too_long,errors.rate_limited,errors.quota_exceeded,errors.trial_exhausted,errors.overloaded,errors.providers_exhausted,errors.language_unsupported,errors.unauthorized,errors.forbidden,errors.offline,errors.not_found,errors.interrupted,errors.silent,errors.unplayable,errors.no_browser_voice,errors.no_token,waiting,stop,position,speed,back,forward,rewind,skip,more,volume,mute,voice,usualVoice,anyLanguage,sample,kinds.female,kinds.male,kinds.experimental,backToText,words,bar,taps,continuous,cut,onward,sleep,download,help,keys,close,browserVoice,readyAgain,shortcuts.toggle,shortcuts.slower,shortcuts.faster,shortcuts.captions,shortcuts.help,gestures.Alt + click,gestures.Shift + click,gestures.\u2190 \u2192,inPlayer,controls,progress,waitFor,somethingWrong";
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
