// What of a message is to be spoken: the application's own Markdown where it gives it, since a
// rendered page no longer tells code from prose as well as its source does.

/** Elements that stand on lines of their own. */
const BLOCKS = 'address,article,blockquote,dd,div,dl,dt,figure,footer,header,hr,main,ol,p,section,table,ul';
const UNSPOKEN = 'script,style,noscript,button,input,select,textarea,svg,[hidden],[aria-hidden="true"]';

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
  return template instanceof HTMLTemplateElement ? (template.content.textContent ?? '') : null;
}

/**
 * The reply as the page shows it.
 *
 * @param {Element} message
 * @returns {string}
 */
export function drawnText(message) {
  return markdownOf(message).replace(/\n{3,}/g, '\n\n').trim();
}

/**
 * Just enough Markdown to keep blocks apart and code known as code.
 *
 * @param {Node} node
 * @returns {string}
 */
function markdownOf(node) {
  if (node instanceof Text) return node.data.replace(/\s+/g, ' ');
  if (!(node instanceof Element) || node.matches(UNSPOKEN)) return '';
  if (node.matches('pre')) return `\n\n\`\`\`\n${(node.textContent ?? '').trimEnd()}\n\`\`\`\n\n`;
  if (node.matches('br')) return '\n';
  const inner = [...node.childNodes].map(markdownOf).join('');
  if (node.matches('h1,h2,h3,h4,h5,h6')) return `\n\n${'#'.repeat(Number(node.localName[1]))} ${inner.trim()}\n\n`;
  if (node.matches('li')) return `\n${node.parentElement?.matches('ol') ? '1.' : '-'} ${inner.trim()}\n`;
  if (node.matches('td,th')) return `${inner.trim()} | `;
  if (node.matches('tr')) return `\n${inner}`;
  if (node.matches('code')) return `\`${inner}\``;
  if (node.matches(BLOCKS)) return `\n\n${inner.trim()}\n\n`;
  return inner;
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
