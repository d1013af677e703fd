export type Caption = import('./player-store.js').Caption;
export type Captions = import('./player-store.js').Captions;
/**
 * @param {Captions} captions
 * @returns {readonly Caption[]}  in order of `start`
 */
export declare function sentencesOf(captions: Captions): readonly Caption[];
