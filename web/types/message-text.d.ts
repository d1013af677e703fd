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
/**
 * A reply in some words.
 *
 * @param {string} text
 */
export declare function titleOf(text: string): string;
