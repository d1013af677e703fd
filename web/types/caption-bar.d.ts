export type PlayerState = import('./player-store.js').PlayerState;
/** @typedef {import('./player-store.js').PlayerState} PlayerState */
export declare class CaptionBar {
    #private;
    /** @param {ShadowRoot} root */
    constructor(root: ShadowRoot);
    /**
     * @param {Readonly<PlayerState>} state
     * @param {boolean} wanted
     */
    show({ status, position, captions: { utterances, words } }: Readonly<PlayerState>, wanted: boolean): void;
}
