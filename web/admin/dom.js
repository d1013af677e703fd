// Making elements.

/** @typedef {Node | string | null | undefined | false} Child */
/** @typedef {Record<string, string | number | boolean | null | undefined | ((event: any) => void)>} Attributes */

/**
 * An HTML element. Attributes that are functions are listeners; `true` sets a bare attribute, `false` and nothing none.
 *
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Attributes} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function h(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/**
 * An SVG element.
 *
 * @template {keyof SVGElementTagNameMap} Name
 * @param {Name} name
 * @param {Attributes} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {SVGElementTagNameMap[Name]}
 */
export function s(name, attributes = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
}

/**
 * @template {Element} Kind
 * @param {Kind} element
 * @param {Attributes} attributes
 * @param {(Child | Child[])[]} children
 */
function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value != null) element.setAttribute(name, String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/**
 * @template {Element} Kind
 * @param {string} selector
 * @param {new () => Kind} Type
 * @returns {Kind}
 */
export function find(selector, Type) {
  const element = document.querySelector(selector);
  if (!(element instanceof Type)) throw new Error(`the page has no ${selector}`);
  return element;
}

/**
 * A table with a caption for those who hear it, and numbers to the right.
 *
 * @param {string} caption
 * @param {(string | { number: string })[]} columns
 * @param {Child[][]} rows
 * @param {string} [empty] Said when there are no rows.
 */
export function table(caption, columns, rows, empty = 'Nothing yet.') {
  if (rows.length === 0) return h('p', { class: 'empty' }, empty);
  const isNumber = (/** @type {number} */ at) => typeof columns[at] === 'object';
  const heads = columns.map((column) =>
    typeof column === 'object'
      ? h('th', { scope: 'col', class: 'number' }, column.number)
      : h('th', { scope: 'col' }, column || h('span', { class: 'sr-only' }, 'Actions')),
  );
  const cells = (/** @type {Child[]} */ row) =>
    row.map((cell, at) =>
      at === 0 ? h('th', { scope: 'row' }, cell) : h('td', { class: isNumber(at) ? 'number' : null }, cell),
    );
  return h(
    'div',
    { class: 'scroll', role: 'region', 'aria-label': caption, tabindex: 0 },
    h(
      'table',
      {},
      h('caption', { class: 'sr-only' }, caption),
      h('thead', {}, h('tr', {}, heads)),
      h('tbody', {}, rows.map((row) => h('tr', {}, cells(row)))),
    ),
  );
}
