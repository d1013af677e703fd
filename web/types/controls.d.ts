export type Failure = import('./player-store.js').Failure;
export type PlayerState = import('./player-store.js').PlayerState;
export type Choices = import('./preferences.js').Choices;
export type SaywellSpeaker = import('./saywell-speaker.js').SaywellSpeaker;
export type Strings = import('./strings.js').Strings;
export declare class Controls {
    #private;
    /**
     * @param {SaywellSpeaker} speaker
     * @param {HTMLElement} bar  what the controls stand in
     */
    constructor(speaker: SaywellSpeaker, bar: HTMLElement);
    /**
     * @param {Readonly<PlayerState> | null} state
     * @param {boolean} active
     * @param {Readonly<Choices> | null} choices
     */
    show(state: Readonly<PlayerState> | null, active: boolean, choices: Readonly<Choices> | null): void;
}
export declare class Told {
    #private;
    /**
     * @param {Element} bar  what it stands beside
     * @param {(held: boolean) => void} hold  whether a press would be in vain
     */
    constructor(bar: Element, hold: (held: boolean) => void);
    /**
     * @param {Readonly<PlayerState> | null} state
     * @param {boolean} active
     * @param {Strings} strings
     */
    note(state: Readonly<PlayerState> | null, active: boolean, strings: Strings): void;
    /**
     * Says what went wrong. A wait is counted down, which only the eye gets second by second.
     *
     * @param {Failure | null} failure
     * @param {Strings} strings
     */
    tell(failure: Failure | null, strings: Strings): void;
    /** The speaker has left the page. */
    leave(): void;
}
