/**
 * The reply as the model wrote it, where the page gives it: the attribute `data-markdown`, or a child
 * `<template data-markdown>`.
 *
 * @param {Element} message
 * @returns {string | null}
 */
export declare function givenText(message: Element): string | null;
/**
 * The reply as the page shows it.
 *
 * @param {Element} message
 * @returns {string}
 */
export declare function drawnText(message: Element): string;
/** Blocks with one blank line between them. @param {string} markdown */
export declare function tidy(markdown: string): string;
export type Reader = {
    /**
     * the Markdown of all that is in an element
     */
    inner: (element: Element) => string;
    /**
     * what is read now may change without any change of the message's own nodes
     */
    varies: () => void;
};
/**
 * How what stands in an element is come by.
 *
 * @typedef {object} Reader
 * @property {(element: Element) => string} inner  the Markdown of all that is in an element
 * @property {() => void} varies  what is read now may change without any change of the message's own nodes
 */
/** Reads all of it. @type {Reader} */
export declare const EVERYTHING: Reader;
/**
 * Just enough Markdown to keep blocks apart, and code, tables and formulas known as what they are. Only what
 * is seen is read.
 *
 * @param {Node} node
 * @param {Reader} reader
 * @returns {string}
 */
export declare function markdownOf(node: Node, reader: Reader): string;
/**
 * A reply in some words.
 *
 * @param {string} text
 */
export declare function titleOf(text: string): string;
