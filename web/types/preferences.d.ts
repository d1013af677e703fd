/**
 * @param {string} name
 * @returns {string | null}
 */
export declare function remembered(name: string): string | null;
/**
 * @param {string} name
 * @param {string | number | boolean} value
 */
export declare function remember(name: string, value: string | number | boolean): void;
