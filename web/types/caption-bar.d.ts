export type PlayerState = import('./player-store.js').PlayerState;
/** @typedef {import('./player-store.js').PlayerState} PlayerState */
export declare class CaptionBar {
    #private;
    /** @param {Element} root */
    constructor(root: Element);
    /**
     * @param {Readonly<PlayerState>} state
     * @param {boolean} wanted
     */
    show({ status, position, captions }: Readonly<PlayerState>, wanted: boolean): void;
}
