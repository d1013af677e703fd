// What of a message is to be spoken: the application's own Markdown where it gives it, since a
// rendered page no longer tells code from prose as well as its source does.

import { isElement, isText } from './parts.js';
import { UNSPOKEN } from './saywell-speaker.js';

/** Elements that stand on lines of their own. */
const BLOCKS = 'address,article,blockquote,dd,div,dl,dt,figure,footer,header,hr,main,ol,p,section,table,ul,details,summary';
/** Mathematics, however it was drawn: the whole of one formula. */
const FORMULA = '.katex,mjx-container,math,.MathJax';

/**
 * The reply as the model wrote it, where the page gives it: the attribute `data-markdown`, or a child
 * `<template data-markdown>`.
 *
 * @param {Element} message
 * @returns {string | null}
 */
export function givenText(message) {
  const attribute = message.getAttribute('data-markdown');
  if (attribute) return attribute;
  const template = message.querySelector('template[data-markdown]');
  return template ? (/** @type {HTMLTemplateElement} */ (template).content.textContent ?? '') : null;
}

/**
 * The reply as the page shows it.
 *
 * @param {Element} message
 * @returns {string}
 */
export function drawnText(message) {
  return tidy(markdownOf(message, EVERYTHING));
}

/** Blocks with one blank line between them. @param {string} markdown */
export function tidy(markdown) {
  return markdown.replace(/\n{3,}/g, '\n\n').trim();
}

/**
 * How what stands in an element is come by.
 *
 * @typedef {object} Reader
 * @property {(element: Element) => string} inner  the Markdown of all that is in an element
 * @property {() => void} varies  what is read now may change without any change of the message's own nodes
 */

/** Reads all of it. @type {Reader} */
export const EVERYTHING = {
  inner(element) {
    const slotted = element.localName === 'slot' ? /** @type {HTMLSlotElement} */ (element).assignedNodes() : [];
    return [...element.childNodes, ...slotted, ...(element.shadowRoot?.childNodes ?? [])].map((child) => markdownOf(child, EVERYTHING)).join('');
  },
  varies() {},
};

/**
 * Just enough Markdown to keep blocks apart, and code, tables and formulas known as what they are. Only what
 * is seen is read.
 *
 * @param {Node} node
 * @param {Reader} reader
 * @returns {string}
 */
export function markdownOf(node, reader) {
  if (isText(node)) return node.data.replace(/\s+/g, ' ');
  if (!isElement(node)) return '';
  if (node.matches(FORMULA)) return formulaOf(node);
  if (node.matches(UNSPOKEN)) return '';
  if (!isSeen(node)) {
    reader.varies();
    return '';
  }
  if (node.matches('img')) return node.getAttribute('alt') ?? '';
  if (node.matches('pre')) return `\n\n\`\`\`\n${(node.textContent ?? '').trimEnd()}\n\`\`\`\n\n`;
  if (node.matches('br')) return '\n';
  const inner = reader.inner(node);
  if (node.matches('h1,h2,h3,h4,h5,h6')) return `\n\n${'#'.repeat(Number(node.localName[1]))} ${inner.trim()}\n\n`;
  if (node.matches('li')) return `\n${node.parentElement?.matches('ol') ? '1.' : '-'} ${inner.trim()}\n`;
  if (node.matches('td,th')) return ` ${inner.replace(/\s+/g, ' ').replaceAll('|', '\\|').trim()} |`;
  if (node.matches('tr')) return `\n|${inner}${isHead(node) ? `\n|${' --- |'.repeat(node.children.length)}` : ''}`;
  if (node.matches('code')) return `\`${inner}\``;
  if (node.matches(BLOCKS)) return `\n\n${inner.trim()}\n\n`;
  return inner;
}

/** Whether an element shows anything. @param {Element} element */
function isSeen(element) {
  if (element.isConnected && !element.checkVisibility({ visibilityProperty: true })) return getComputedStyle(element).display === 'contents';
  // What is there for assistive technology alone is cut to a pixel. The page is laid out only where it may be.
  const { offsetWidth, offsetHeight } = /** @type {HTMLElement} */ (element);
  return !(getComputedStyle(element).position === 'absolute' && offsetWidth <= 1 && offsetHeight <= 1);
}

/** Whether a row is a table's first. @param {Element} row */
function isHead(row) {
  return row.closest('table')?.querySelector('tr') === row;
}

/** A formula as it was written, once. @param {Element} formula */
function formulaOf(formula) {
  const written = formula.querySelector('annotation[encoding="application/x-tex"]')?.textContent ?? formula.querySelector('math[alttext]')?.getAttribute('alttext') ?? formula.getAttribute('alttext');
  if (written) return `$${written.trim()}$`;
  return (formula.querySelector('math') ?? formula).textContent?.replace(/\s+/g, ' ').trim() ?? '';
}

/**
 * A reply in some words.
 *
 * @param {string} text
 */
export function titleOf(text) {
  const line = text.replace(/[#*_`>|]+/g, ' ').replace(/\s+/g, ' ').trim();
  return line.length <= 60 ? line : `${line.slice(0, 60).replace(/\s\S*$/, '')}…`;
}
