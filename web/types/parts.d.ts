/** Filled, and drawn round with a line of 2. A curve goes there and back, so that nothing is filled. */
/** @type {Record<string, string>} */
export declare const ICONS: Record<string, string>;
/** Whether a node is an element, of whatever document: a frame's is none of the page's own. @param {unknown} node @returns {node is Element} */
export declare const isElement: (node: unknown) => node is Element;
/** @param {unknown} node @returns {node is Text} */
export declare const isText: (node: unknown) => node is Text;
/**
 * @param {string} name
 * @param {boolean} [directed]  whether it points along the text
 */
export declare function icon(name: string, directed?: boolean): SVGSVGElement;
/**
 * Shows another picture in its place.
 *
 * @param {SVGElement} svg
 * @param {string} name
 */
export declare function draw(svg: SVGElement, name: string): void;
/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, string | boolean>} properties
 * @param {...Node} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export declare function make<Name extends keyof HTMLElementTagNameMap>(name: Name, properties: Record<string, string | boolean>, ...children: Node[]): HTMLElementTagNameMap[Name];
/**
 * @param {Element} element
 * @param {string} text
 */
export declare function setText(element: Element, text: string): void;
/**
 * @param {Element} element
 * @param {string} name
 * @param {string} value
 */
export declare function setAttribute(element: Element, name: string, value: string): void;
