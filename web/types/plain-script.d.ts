export type Script = import('./gateway.js').Script;
/**
 * @param {string} reply
 * @param {string} [language]  BCP 47, helps to find where sentences end
 * @returns {Script}
 */
export declare function plainScript(reply: string, language?: string): Script;
