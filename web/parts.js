// Parts that controls are made of.

/** Filled, and drawn round with a line of 2. A curve goes there and back, so that nothing is filled. */
/** @type {Record<string, string>} */
export const ICONS = {
  speaker: 'M4 10h3l5-4v12l-5-4H4ZM16 9q3 3 0 6 3-3 0-6ZM19 6.5q5.5 5.5 0 11 5.5-5.5 0-11Z',
  play: 'M8 6l10 6-10 6Z',
  pause: 'M7 6h2v12H7ZM15 6h2v12h-2Z',
  again: 'M5 13a7 7 0 1 0 7-7 7 7 0 1 1-7 7ZM12 3.5v5L15 6Z',
  loading: 'M12 4a8 8 0 1 0 8 8 8 8 0 1 1-8-8Z',
};

/** Whether a node is an element, of whatever document: a frame's is none of the page's own. @param {unknown} node @returns {node is Element} */
export const isElement = (node) => /** @type {Node | null} */ (node)?.nodeType === 1;

/** @param {unknown} node @returns {node is Text} */
export const isText = (node) => /** @type {Node | null} */ (node)?.nodeType === 3;

/**
 * @param {string} name
 * @param {boolean} [directed]  whether it points along the text
 */
export function icon(name, directed = false) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.classList.toggle('directed', directed);
  path.setAttribute('d', ICONS[name] ?? '');
  svg.append(path);
  return svg;
}

/**
 * Shows another picture in its place.
 *
 * @param {SVGElement} svg
 * @param {string} name
 */
export function draw(svg, name) {
  if (svg.firstElementChild) setAttribute(svg.firstElementChild, 'd', ICONS[name] ?? '');
}

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, string | boolean>} properties
 * @param {...Node} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function make(name, properties, ...children) {
  const element = document.createElement(name);
  const { part, ...rest } = properties;
  if (part) element.setAttribute('part', String(part));
  Object.assign(element, rest);
  element.append(...children);
  return element;
}

/**
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * @param {Element} element
 * @param {string} name
 * @param {string} value
 */
export function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}
