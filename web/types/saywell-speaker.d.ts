export type PlayerState = import('./player-store.js').PlayerState;
export type Strings = import('./strings.js').Strings;
export type Choices = import('./preferences.js').Choices;
export type Player = import('./saywell-player.js').SaywellPlayer;
/** @typedef {import('./player-store.js').PlayerState} PlayerState */
/** @typedef {import('./strings.js').Strings} Strings */
/** @typedef {import('./preferences.js').Choices} Choices */
/**
 * Who does what the listener asks for.
 *
 * @typedef {import('./saywell-player.js').SaywellPlayer} Player
 */
/** On a server there are no elements. */
declare const Base: {
    new (): HTMLElement;
    prototype: HTMLElement;
};
/** What is no part of what the message says, whether it is seen or not. */
export declare const UNSPOKEN = "script,style,noscript,template,button,input,select,textarea,svg,canvas,audio,video,iframe,time,saywell-speaker,[hidden],[aria-hidden=\"true\"],[inert],[data-saywell-skip],[role=button],[role=toolbar],[role=tooltip],details:not([open]),[rel=author],[itemprop=author],.author,.sr-only,.visually-hidden,.screen-reader-text";
/** Trying the same again cannot mend these: it is what the reply says. */
export declare const HOPELESS: string[];
export declare class SaywellSpeaker extends Base {
    #private;
    /** What the controls are made by, once it has been loaded. @type {typeof import('./controls.js').Controls | null} */
    static Controls: typeof import('./controls.js').Controls | null;
    /** And what tells of problems. @type {typeof import('./controls.js').Told | null} */
    static Told: typeof import('./controls.js').Told | null;
    /** @type {Player | null} */
    player: Player | null;
    /** The message that this one belongs to. @type {Element | null} */
    message: Element | null;
    /** @type {Strings} */
    strings: Strings;
    constructor();
    /** The page took it away, and the keyboard with it; now it is back. */
    takeBackFocus(): void;
    connectedCallback(): void;
    /** It stands in another document now, such as a frame's, which has sheets of its own. */
    adoptedCallback(): void;
    /** Looks as these say as well. @param {...import('./styles.js').Look} looks */
    wear(...looks: import('./styles.js').Look[]): void;
    /**
     * The message says something else now.
     *
     * @param {boolean} anew  whether its beginning may be another; else there may be more of it
     */
    rename(anew: boolean): void;
    disconnectedCallback(): void;
    /**
     * @param {Readonly<PlayerState> | null} state  null while another message, or none, is heard
     * @param {Readonly<Choices> | null} [choices]
     */
    show(state: Readonly<PlayerState> | null, choices?: Readonly<Choices> | null): void;
    /**
     * Says what went wrong.
     *
     * @param {import('./player-store.js').Failure | null} failure
     */
    tell(failure: import('./player-store.js').Failure | null): void;
    /**
     * Puts the keyboard on the speaker button.
     *
     * @override
     * @param {FocusOptions} [options]
     */
    focus(options?: FocusOptions): void;
}
export {};
