// What a project that installs the package gets: types under two compilers, and modules that a server may import.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { createSSRApp } from 'vue';
import { renderToString as renderVue } from 'vue/server-renderer';

const WEB = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

const PROGRAM = `
import 'saywell-player/define.js';
import { SaywellPlayer } from 'saywell-player';
const player = document.querySelector('saywell-player')!;
const same: SaywellPlayer = player;
player.addEventListener('speecherror', ({ detail }) => detail.code.toUpperCase());
player.addEventListener('captionchange', ({ detail: { source: [from] } }) => from.toFixed());
player.addEventListener('saywell:listening', ({ detail: { what, heard } }) => what.toUpperCase() + heard.toFixed());
player.strings = { listen: 'Anhören' };
player.token = async (refused?: string) => (refused ? null : 'a token');
player.write('m1', 'Hello.');
void player.speakStream(['a'], { message: 'm2' });
// @ts-expect-error: there is no such event detail
same.addEventListener('speecherror', ({ detail }) => detail.nothing);
`;

for (const compiler of ['typescript', 'typescript-5']) {
  test(`the published types compile in a project with ${compiler}`, async () => {
    const project = mkdtempSync(join(tmpdir(), 'saywell-consumer-'));
    try {
      mkdirSync(join(project, 'node_modules'));
      symlinkSync(WEB, join(project, 'node_modules/saywell-player'));
      writeFileSync(join(project, 'package.json'), '{"type":"module"}');
      writeFileSync(join(project, 'program.ts'), PROGRAM);
      const compilerOptions = { noEmit: true, strict: true, target: 'es2022', module: 'nodenext', lib: ['es2023', 'dom', 'dom.iterable'], types: [] };
      writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
      const { stdout } = await run(process.execPath, [join(WEB, `node_modules/${compiler}/bin/tsc`), '--project', project], { cwd: project }).catch((error) => error);
      assert.equal(stdout, '');
    } finally {
      rmSync(project, { recursive: true });
    }
  });
}

test('on a server, importing does nothing, and the wrappers render the element', async () => {
  const { SaywellPlayer: InReact } = await import('../../wrappers/react.js');
  const { SaywellPlayer: InVue } = await import('../../wrappers/vue.js');
  assert.equal(renderToString(createElement(/** @type {any} */ (InReact), { messages: '.reply', continuous: true, captions: false, onSpeechEnd: () => {} })), '<saywell-player messages=".reply" continuous=""></saywell-player>');
  assert.equal(await renderVue(createSSRApp(/** @type {any} */ (InVue), { messages: '.reply', captions: 'bar' })), '<saywell-player messages=".reply" captions="bar"></saywell-player>');
  assert.equal(globalThis.customElements, undefined);
});
