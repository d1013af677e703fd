// A small Markdown renderer for the demo's own bubbles. It builds nodes and never parses HTML, so
// pasted text can put nothing on the page but text. What is spoken is the Markdown itself, cleaned
// by the gateway; this file only has to make it look right.

/**
 * @param {string} markdown
 * @returns {DocumentFragment}
 */
export function render(markdown) {
  const fragment = document.createDocumentFragment();
  fragment.append(...blocks(markdown.replace(/\r\n?/g, '\n').split('\n')));
  fitHeadings(fragment);
  return fragment;
}

/**
 * The page's own headings take the first two levels, and a reply may start at any of its own: the
 * levels it uses become h3, h4, … without a gap, so that the page's outline stays whole.
 *
 * @param {DocumentFragment} fragment
 */
function fitHeadings(fragment) {
  const headings = [...fragment.querySelectorAll('h1,h2,h3,h4,h5,h6')];
  const levels = [...new Set(headings.map(({ localName }) => localName))].sort();
  for (const heading of headings) {
    const level = Math.min(6, 3 + levels.indexOf(heading.localName));
    heading.replaceWith(element(/** @type {'h3'} */ (`h${level}`), [...heading.childNodes]));
  }
}

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*(\S*)/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/;
const RULE = /^ {0,3}([-*_])(\s*\1){2,}\s*$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^( {0,3})([-*+]|\d{1,9}[.)])\s+/;
const TABLE_RULE = /^ {0,3}\|?(\s*:?-+:?\s*\|)+\s*(:?-+:?\s*)?$/;

/**
 * @param {string[]} lines
 * @returns {Node[]}
 */
function blocks(lines) {
  /** @type {Node[]} */
  const out = [];
  let at = 0;
  const line = () => lines[at] ?? '';
  while (at < lines.length) {
    if (line().trim() === '') {
      at += 1;
      continue;
    }
    const fence = FENCE.exec(line());
    if (fence) {
      const [end, node] = code(lines, at, fence);
      out.push(node);
      at = end;
    } else if (HEADING.test(line())) {
      const [, marks = '', text = ''] = /** @type {RegExpExecArray} */ (HEADING.exec(line()));
      out.push(element(/** @type {'h3'} */ (`h${marks.length}`), inline(text)));
      at += 1;
    } else if (RULE.test(line())) {
      out.push(element('hr', []));
      at += 1;
    } else if (QUOTE.test(line())) {
      const start = at;
      while (at < lines.length && line().trim() !== '') at += 1;
      out.push(element('blockquote', blocks(lines.slice(start, at).map((text) => text.replace(QUOTE, '')))));
    } else if (ITEM.test(line())) {
      const [end, node] = list(lines, at);
      out.push(node);
      at = end;
    } else if (line().includes('|') && TABLE_RULE.test(lines[at + 1] ?? '')) {
      const start = at;
      while (at < lines.length && line().includes('|')) at += 1;
      out.push(table(lines.slice(start, at)));
    } else {
      const start = at;
      while (at < lines.length && line().trim() !== '' && !(at > start && opensBlock(line()))) at += 1;
      out.push(element('p', inline(lines.slice(start, at).join('\n'))));
    }
  }
  return out;
}

/** @param {string} line */
function opensBlock(line) {
  return FENCE.test(line) || HEADING.test(line) || QUOTE.test(line) || ITEM.test(line);
}

/**
 * @param {string[]} lines
 * @param {number} start
 * @param {RegExpExecArray} fence
 * @returns {[number, Node]}
 */
function code(lines, start, [, marks = '', language = '']) {
  let end = start + 1;
  while (end < lines.length && !(lines[end] ?? '').trimStart().startsWith(marks)) end += 1;
  const pre = element('pre', [element('code', [new Text(lines.slice(start + 1, end).join('\n'))])]);
  // A block that scrolls sideways must be reachable by keyboard.
  pre.tabIndex = 0;
  pre.setAttribute('role', 'region');
  pre.setAttribute('aria-label', language ? `Code, ${language}` : 'Code');
  return [end + 1, pre];
}

/**
 * @param {string[]} lines
 * @param {number} start
 * @returns {[number, Node]}
 */
function list(lines, start) {
  const ordered = /^\s*\d/.test(lines[start] ?? '');
  /** @type {string[][]} */
  const items = [];
  let at = start;
  let indent = 0;
  for (; at < lines.length; at += 1) {
    const text = lines[at] ?? '';
    const opening = ITEM.exec(text);
    if (opening && /^\s*\d/.test(text) === ordered) {
      indent = opening[0].length;
      items.push([text.slice(indent)]);
    } else if (text.trim() === '') {
      if (!/^\s+\S/.test(lines[at + 1] ?? '') && !ITEM.test(lines[at + 1] ?? '')) break;
      items.at(-1)?.push('');
    } else if (/^\s/.test(text) || !opensBlock(text)) {
      items.at(-1)?.push(text.slice(Math.min(indent, text.length - text.trimStart().length)));
    } else {
      break;
    }
  }
  const node = element(ordered ? 'ol' : 'ul', items.map((item) => element('li', tight(blocks(item)))));
  const first = Number.parseInt(lines[start] ?? '', 10);
  if (node instanceof HTMLOListElement && first !== 1) node.start = first;
  return [at, node];
}

/**
 * An item that is one paragraph needs no paragraph around it.
 *
 * @param {Node[]} nodes
 */
function tight(nodes) {
  const [first, ...rest] = nodes;
  return first instanceof HTMLParagraphElement ? [...first.childNodes, ...rest] : nodes;
}

/** @param {string[]} rows */
function table(rows) {
  const cells = rows.map((row) => row.trim().replace(/^\||\|$/g, '').split('|').map((cell) => cell.trim()));
  const [head = [], rule = [], ...body] = cells;
  /** @param {'th' | 'td'} name */
  const cell = (name) => (/** @type {string} */ text, /** @type {number} */ column) => {
    const node = element(name, inline(text));
    if (name === 'th') node.setAttribute('scope', 'col');
    if ((rule[column] ?? '').endsWith(':')) node.classList.add('end');
    return node;
  };
  const frame = element('div', [
    element('table', [
      element('thead', [element('tr', head.map(cell('th')))]),
      element('tbody', body.map((row) => element('tr', row.map(cell('td'))))),
    ]),
  ]);
  frame.className = 'table';
  frame.tabIndex = 0;
  frame.setAttribute('role', 'region');
  frame.setAttribute('aria-label', 'Table');
  return frame;
}

const INLINE =
  /(?<tick>`+)(?<code>.+?)\k<tick>|\*\*(?<strong>.+?)\*\*|(?<![\w*])[*_](?<em>[^\s*_](?:[^*_]*[^\s*_])?)[*_](?!\w)|!?\[(?<label>[^\]]*)\]\((?<href>[^)\s]+)\)|\\(?<escaped>[!-/:-@[-`{-~])/s;

/**
 * @param {string} text
 * @returns {Node[]}
 */
function inline(text) {
  /** @type {Node[]} */
  const out = [];
  for (let rest = text; rest !== ''; ) {
    const match = INLINE.exec(rest);
    if (!match?.groups) {
      out.push(new Text(rest));
      break;
    }
    if (match.index > 0) out.push(new Text(rest.slice(0, match.index)));
    out.push(span(match.groups));
    rest = rest.slice(match.index + match[0].length);
  }
  return out;
}

/** @param {Record<string, string | undefined>} parts */
function span({ code: literal, strong, em, label, href, escaped }) {
  if (literal !== undefined) return element('code', [new Text(literal)]);
  if (strong !== undefined) return element('strong', inline(strong));
  if (em !== undefined) return element('em', inline(em));
  if (href !== undefined) return link(label ?? '', href);
  return new Text(escaped ?? '');
}

/**
 * @param {string} label
 * @param {string} href
 */
function link(label, href) {
  if (!/^(https?:|mailto:)/i.test(href)) return element('span', inline(label));
  const node = element('a', inline(label));
  node.href = href;
  node.rel = 'noreferrer noopener';
  node.target = '_blank';
  return node;
}

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Node[]} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
function element(name, children) {
  const node = document.createElement(name);
  node.append(...children);
  return node;
}
