/**
 * In this order: the attribute `data-markdown`, a child `<template data-markdown>`, the page's text.
 *
 * @param {Element} message
 * @returns {string}
 */
export declare function textOf(message: Element): string;
/**
 * A reply in some words.
 *
 * @param {string} text
 */
export declare function titleOf(text: string): string;
