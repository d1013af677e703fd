export type Place = {
    position: number;
    text: string;
};
/** @typedef {{ position: number, text: string }} Place */
export declare class Places {
    #private;
    constructor();
    /** @param {unknown} name @param {number} position  seconds @param {string} text */
    keep(name: unknown, position: number, text: string): void;
    /** Where a message was left, once, if it says the same; else its start. @param {unknown} name @param {string} text */
    take(name: unknown, text: string): number;
}
