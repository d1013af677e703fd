export type PlayerState = import('./player-store.js').PlayerState;
export type Choices = import('./preferences.js').Choices;
export type SaywellSpeaker = import('./saywell-speaker.js').SaywellSpeaker;
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
