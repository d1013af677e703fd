// Who did what.

import * as api from './api.js';
import { h, table } from './dom.js';
import * as format from './format.js';

/** @returns {Promise<Node[]>} */
export async function audit() {
  const log = h('div', {});
  /** @type {api.Entry[]} */
  const entries = [];
  const more = async (/** @type {number | null} */ before) => {
    const page = await api.audit(before);
    entries.push(...page.entries);
    const rows = entries.map((entry) => [format.moment(entry.at), entry.who, entry.action.replaceAll('_', ' '), h('code', {}, particulars(entry))]);
    log.replaceChildren(
      table('Audit log', ['When', 'Who', 'What', 'Particulars'], rows, 'Nobody has changed anything yet.'),
      ...(page.next === null ? [] : [h('p', {}, h('button', { class: 'quiet', click: () => more(page.next) }, 'Show older'))]),
    );
  };
  await more(null);
  return [h('p', { class: 'lead' }, 'Everything that was changed here, by whom. Nothing is ever removed from it.'), log];
}

/** @param {api.Entry} entry */
function particulars({ details }) {
  return Object.entries(details)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
