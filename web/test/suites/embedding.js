// The pages that docs/EMBED.md gives to copy, as they stand there, under its policy.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

/** @typedef {import('../support/world.js').World} World */

const guide = await readFile(new URL('../../../docs/EMBED.md', import.meta.url), 'utf8');
const pages = [...guide.matchAll(/\*Tested\.\*\n\n```html\n(.*?)```/gs)].map(([, page = '']) => page);
const policy = /```\n(default-src .*)\n```/.exec(guide)?.[1] ?? '';

/** @param {World} world */
export function embedding(world) {
  test('the pages of docs/EMBED.md work as they stand there, under its policy', async () => {
    assert.equal(pages.length, 2);
    assert.match(policy, /media-src 'self' blob:/);
    for (const [index, page] of pages.entries()) {
      world.front.pages.set(`/test/embed-${index}.html`, { page, policy });
      await world.visiting(`/test/embed-${index}.html`, async () => {
        await world.listen(0);
        await world.heard(0.3);
        await world.findsNoBarrier('of the guide');
      });
    }
    const [asked] = world.front.seen('POST', /^\/tts$/);
    assert.equal(asked?.body.text, 'Run `make test` first. It takes **four** minutes.');
  });
}
